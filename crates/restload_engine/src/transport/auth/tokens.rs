//! The tokens of a run: one for each auth that asks for one, shared by all requests, renewed once for all who wait.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, Shared};
use restload_spec::plan::{AuthPlan, KeyPlace, Secret};
use serde_json::Value;
use tokio::sync::watch;

use super::TokenError;
use crate::events::TokenReason;

/// A token, as it goes along with requests.
#[derive(Debug)]
pub(crate) struct Token {
    /// 1 for the first of its auth.
    pub(super) number: u64,
    /// Where it goes.
    pub(super) place: KeyPlace,
    /// Names there, with the texts that hold it.
    pub(super) texts: Vec<(String, Secret)>,
    /// The answer that brought it; null where that was no JSON.
    pub(crate) answer: Value,
    /// When it is to be renewed; none: when the API refuses it.
    pub(super) renew_at: Option<Duration>,
}

/// Who gets a token.
pub(crate) type Asking = Shared<BoxFuture<'static, Result<Arc<Token>, TokenError>>>;

/// All tokens of a run. Clones share them.
#[derive(Clone)]
pub(crate) struct Tokens {
    shared: Arc<All>,
}

struct All {
    keepers: Mutex<Vec<Arc<Keeper>>>,
    /// Held from before a refresh token that serves once is read until the next one is in its place.
    spending: tokio::sync::Mutex<()>,
    /// No such token is spent any more.
    closed: watch::Sender<bool>,
    /// Requests for tokens that went out.
    requests: AtomicU64,
}

/// The token of one auth.
pub(crate) struct Keeper {
    pub(crate) auth: AuthPlan,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The request for a token that is on its way.
    asking: Option<Asking>,
    /// There will be none any more in this run.
    failed: Option<TokenError>,
    /// The newest refresh token.
    refresh: Option<Secret>,
    /// The API gave out another refresh token, and nobody keeps it.
    unkept: bool,
    /// The API took the token.
    accepted: bool,
    /// The token replaced one that the API refused.
    by_refusal: bool,
}

/// What there is for a request that needs a token.
pub(crate) enum Found {
    /// The token.
    Token(Arc<Token>),
    /// A request for one, which was on its way or is from now on.
    Asking(Asking),
    /// There is none.
    Failed(TokenError),
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let (closed, _) = watch::channel(false);
        let all = All {
            keepers: Mutex::default(),
            spending: tokio::sync::Mutex::new(()),
            closed,
            requests: AtomicU64::new(0),
        };
        Self { shared: Arc::new(all) }
    }

    /// The keeper of an auth; auths that are equal have one.
    pub(crate) fn keeper(&self, auth: &AuthPlan) -> Arc<Keeper> {
        let mut keepers = self.keepers();
        if let Some(keeper) = keepers.iter().find(|keeper| keeper.auth == *auth) {
            return keeper.clone();
        }
        let keeper = Arc::new(Keeper { auth: auth.clone(), state: Mutex::default() });
        keepers.push(keeper.clone());
        keeper
    }

    /// Takes note of requests that went out.
    pub(crate) fn count(&self, requests: u32) {
        self.shared.requests.fetch_add(requests.into(), Ordering::Relaxed);
    }

    /// How many requests for tokens went out.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Whether the API gave out another refresh token for an auth, and nobody keeps it.
    pub(crate) fn has_unkept(&self, auth: &AuthPlan) -> bool {
        self.keepers().iter().any(|keeper| keeper.auth == *auth && keeper.lock().unkept)
    }

    /// The right to spend a refresh token that serves once.
    pub(crate) async fn spend(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.shared.spending.lock().await
    }

    /// Ends when no such token is to be spent any more.
    pub(crate) async fn closed(&self) {
        let mut closed = self.shared.closed.subscribe();
        // The sender lives as long as `self`.
        let _ = closed.wait_for(|closed| *closed).await;
    }

    /// Lets no further such token be spent, and waits until the next one of one that is being spent is in its place.
    pub(crate) async fn close(&self) {
        self.shared.closed.send_replace(true);
        drop(self.shared.spending.lock().await);
    }

    fn keepers(&self) -> MutexGuard<'_, Vec<Arc<Keeper>>> {
        self.shared.keepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.keepers().len())
    }
}

impl Keeper {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that holds now; else the request for one that is on its way, or that `ask` sends. `refused` is the number of
    /// a token that the API did not take.
    pub(crate) fn find(
        &self,
        now: Duration,
        refused: Option<u64>,
        ask: impl FnOnce(TokenReason) -> Asking,
    ) -> Found {
        let mut state = self.lock();
        if let Some(failed) = &state.failed {
            return Found::Failed(failed.clone());
        }
        let why = match &state.token {
            None => TokenReason::First,
            Some(token) if Some(token.number) == refused => TokenReason::Refused,
            Some(token) if token.is_old(now) => TokenReason::Expiring,
            Some(token) => return Found::Token(token.clone()),
        };
        let asking = state.asking.get_or_insert_with(|| ask(why));
        Found::Asking(asking.clone())
    }

    /// Takes note of what came of asking.
    pub(crate) fn note(&self, outcome: &Result<Arc<Token>, TokenError>, why: TokenReason) {
        let mut state = self.lock();
        state.asking = None;
        match outcome {
            Ok(token) => {
                state.token = Some(token.clone());
                state.accepted = false;
                state.by_refusal = why == TokenReason::Refused;
            }
            Err(error) => state.failed = Some(error.clone()),
        }
    }

    /// The number of the next token.
    fn next_number(&self) -> u64 {
        self.lock().token.as_ref().map_or(1, |token| token.number + 1)
    }

    /// The newest refresh token, if one came in this run.
    pub(crate) fn refresh(&self) -> Option<Secret> {
        self.lock().refresh.clone()
    }

    /// Takes note of a refresh token. `kept`: the next run will find it.
    pub(crate) fn keep_refresh(&self, token: &str, kept: bool) {
        let mut state = self.lock();
        state.refresh = Some(Secret::new(token));
        state.unkept |= !kept;
    }

    /// The API took a token.
    pub(crate) fn accepted(&self, token: &Token) {
        let mut state = self.lock();
        if state.token.as_ref().is_some_and(|now| now.number == token.number) {
            state.accepted = true;
        }
    }

    /// Whether another token may help where the API refused this one: not where it is new for that very reason, and nobody
    /// came in with it.
    pub(crate) fn may_renew(&self, token: &Token) -> bool {
        let state = self.lock();
        let is_now = state.token.as_ref().is_some_and(|now| now.number == token.number);
        !is_now || state.accepted || !state.by_refusal
    }
}

impl Token {
    /// The next token of an auth.
    pub(crate) fn new(
        keeper: &Keeper,
        place: KeyPlace,
        texts: Vec<(String, Secret)>,
        answer: Value,
        renew_at: Option<Duration>,
    ) -> Self {
        Self { number: keeper.next_number(), place, texts, answer, renew_at }
    }

    /// 1 for the first of its auth.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether it is time to renew it.
    pub(crate) fn is_old(&self, now: Duration) -> bool {
        self.renew_at.is_some_and(|at| now >= at)
    }
}

/// When a token is renewed that lives for so long from now on: the margin before its end, or in the middle of a life of
/// less than two margins.
pub(crate) fn renew_at(now: Duration, lives: Duration, margin: Duration) -> Duration {
    now + lives.saturating_sub(margin.min(lives / 2))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn token(number: u64, renew_at: Option<Duration>) -> Arc<Token> {
        Arc::new(Token { number, place: KeyPlace::Header, texts: Vec::new(), answer: Value::Null, renew_at })
    }

    fn keeper() -> Arc<Keeper> {
        Tokens::new().keeper(&AuthPlan::None)
    }

    /// What is found, as `token 1`, `failed` or why it is asked for.
    fn found(keeper: &Keeper, now: u64, refused: Option<u64>) -> String {
        let mut asked = None;
        let found = keeper.find(s(now), refused, |why| {
            asked = Some(why);
            futures::future::pending().boxed().shared()
        });
        match (found, asked) {
            (Found::Token(token), _) => format!("token {}", token.number),
            (Found::Failed(_), _) => "failed".to_owned(),
            (Found::Asking(_), Some(why)) => format!("{why:?}"),
            (Found::Asking(_), None) => "on its way".to_owned(),
        }
    }

    #[test]
    fn a_margin_is_never_more_than_half_of_a_life() {
        assert_eq!(renew_at(s(10), s(3600), s(60)), s(3550));
        assert_eq!(renew_at(s(10), s(60), s(60)), s(40));
        assert_eq!(renew_at(s(10), s(100), s(3600)), s(60));
        assert_eq!(renew_at(s(10), s(100), s(0)), s(110));
    }

    #[test]
    fn one_request_serves_all_who_wait() {
        let keeper = keeper();
        assert_eq!(found(&keeper, 0, None), "First");
        assert_eq!(found(&keeper, 0, None), "on its way");
        keeper.note(&Ok(token(1, Some(s(100)))), TokenReason::First);
        assert_eq!(found(&keeper, 99, None), "token 1");
        assert_eq!(found(&keeper, 100, None), "Expiring");
        assert_eq!(found(&keeper, 100, Some(1)), "on its way");
        keeper.note(&Ok(token(2, None)), TokenReason::Expiring);
        // Who was refused with an older token takes the newer one.
        assert_eq!(found(&keeper, 1_000_000, Some(1)), "token 2");
        assert_eq!(found(&keeper, 1_000_000, Some(2)), "Refused");
    }

    #[test]
    fn what_failed_is_not_asked_again() {
        let keeper = keeper();
        assert_eq!(found(&keeper, 0, None), "First");
        keeper.note(&Err(TokenError::Stopped), TokenReason::First);
        assert_eq!(found(&keeper, 0, None), "failed");
    }

    #[test]
    fn a_token_that_is_new_and_refused_is_not_renewed_again_unless_somebody_came_in_with_it() {
        let keeper = keeper();
        let (first, second) = (token(1, None), token(2, None));
        keeper.note(&Ok(first.clone()), TokenReason::First);
        assert!(keeper.may_renew(&first));
        keeper.note(&Ok(second.clone()), TokenReason::Refused);
        assert!(keeper.may_renew(&first));
        assert!(!keeper.may_renew(&second));
        keeper.accepted(&first);
        assert!(!keeper.may_renew(&second));
        keeper.accepted(&second);
        assert!(keeper.may_renew(&second));
    }

    #[test]
    fn auths_that_are_equal_share_a_token() {
        let tokens = Tokens::new();
        let bearer = |token: &str| AuthPlan::Bearer { scheme: "Bearer".into(), token: Secret::new(token) };
        assert!(Arc::ptr_eq(&tokens.keeper(&bearer("a")), &tokens.keeper(&bearer("a"))));
        assert!(!Arc::ptr_eq(&tokens.keeper(&bearer("a")), &tokens.keeper(&bearer("b"))));
    }
}
