//! What a connection does for tokens: it gives them to requests, asks for them once for all who wait, and brings the
//! answers, under the same slots, limits and retries as any request.

use std::sync::Arc;

use futures::FutureExt;
use restload_spec::plan::{AuthPlan, GrantPlan, Kept, KeyPlace, OAuth2Plan, Origin, Secret, SessionPlan};
use serde_json::Value;

use super::auth::{Asking, Found, Granted, Keeper, Token, TokenError, TokenFile, oauth2, renew_at, session};
use super::connection::{Tally, Verdict, Way};
use super::{
    Connection, Exchange, Request, Ruling, SendFailure, TransportError, describe_answer, describe_status,
};
use crate::events::{Event, TokenReason};
use crate::origin::{Origins, url_origin_text};

/// A token is what all else waits for.
const DEEPEST: u32 = u32::MAX;

/// A request for a token, and how its answer is taken.
struct Errand<'a> {
    request: Request,
    auth: &'a AuthPlan,
    /// It spends what serves once: it is asked again only where it is known that it did not.
    once: bool,
    /// Where it is written, below the auth.
    at: &'static [&'static str],
    /// Whether a redirect is the answer itself.
    arrived: &'a (dyn Fn(&Exchange) -> bool + Sync),
}

impl Connection {
    /// The answer that brought the token of an auth, which is asked for where there is none; null where there is none to be
    /// asked for.
    pub(crate) async fn token_answer(&self, auth: &AuthPlan) -> Result<Value, TokenError> {
        Ok(self.token(auth, None).await?.map(|(_, token)| token.answer.clone()).unwrap_or_default())
    }

    /// The token of an auth, where it has one. `refused` is one that the API did not take.
    pub(super) async fn token(
        &self,
        auth: &AuthPlan,
        refused: Option<&Token>,
    ) -> Result<Option<(Arc<Keeper>, Arc<Token>)>, TokenError> {
        if !auth.asks_for_token() {
            return Ok(None);
        }
        let keeper = self.tokens.keeper(auth);
        let refused = refused.map(Token::number);
        let found = keeper.find(self.clock.monotonic(), refused, |why| self.ask(&keeper, why));
        let token = match found {
            Found::Token(token) => token,
            Found::Asking(asking) => asking.await?,
            Found::Failed(error) => return Err(error),
        };
        Ok(Some((keeper, token)))
    }

    /// Sends for a token. It is a task of its own: who waits may be given up, what was spent may not.
    fn ask(&self, keeper: &Arc<Keeper>, why: TokenReason) -> Asking {
        let (connection, keeper) = (self.for_tokens(), keeper.clone());
        let task = tokio::spawn(async move {
            let outcome = connection.bring(&keeper, why).await.map(Arc::new);
            keeper.note(&outcome, why);
            outcome
        });
        let asking = async move {
            match task.await {
                Ok(outcome) => outcome,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(TokenError::Stopped),
            }
        };
        asking.boxed().shared()
    }

    async fn bring(&self, keeper: &Keeper, why: TokenReason) -> Result<Token, TokenError> {
        if let Some(url) = keeper.auth.token_url() {
            let url = format!("{}{}", url_origin_text(url), url.path());
            self.listener.hear(&Event::TokenAsked { url: self.redactor.redact(&url), why });
        }
        match &keeper.auth {
            AuthPlan::OAuth2(plan) => self.grant(keeper, plan).await,
            AuthPlan::Session(plan) => self.log_in(keeper, plan).await,
            AuthPlan::None | AuthPlan::Bearer { .. } | AuthPlan::ApiKey { .. } | AuthPlan::Basic { .. } => {
                Err(TokenError::Stopped)
            }
        }
    }

    async fn grant(&self, keeper: &Keeper, plan: &OAuth2Plan) -> Result<Token, TokenError> {
        let rotates = match &plan.grant {
            GrantPlan::RefreshToken { rotates, .. } => rotates.as_ref(),
            _ => None,
        };
        let _spending = match rotates {
            Some(_) => Some(self.tokens.spend().await),
            None => None,
        };
        let file = match rotates {
            // Another run may have put another token there since.
            Some(Kept::File(path)) => Some(TokenFile::open(path)?),
            Some(Kept::Run) | None => None,
        };
        let newest = keeper.refresh();
        let refresh = file.as_ref().map(TokenFile::token).or(newest.as_ref().map(Secret::expose));
        if let Some(refresh) = refresh {
            self.redactor.register(refresh);
        }
        let request = oauth2::request(plan, refresh, self.clock.as_ref(), &self.redactor)?;
        let errand = Errand {
            request,
            auth: &AuthPlan::None,
            once: rotates.is_some(),
            at: oauth2::AT,
            arrived: &|_| false,
        };
        let answer = self.run_errand(&errand).await?;
        if !(200..300).contains(&answer.status) {
            return Err(self.refused(&errand, &answer, oauth2::help(plan, &answer)));
        }
        // What was spent is replaced before what it brought is used, and also where it brought nothing.
        if let Some(next) = oauth2::next_refresh(plan, refresh, &answer) {
            self.redactor.register(&next);
            if let Some(file) = file {
                file.replace(&next)?;
            }
            keeper.keep_refresh(&next, rotates.is_some());
        }
        let granted = oauth2::read(&answer, &self.redactor)?;
        self.register(&granted);
        let bearer = format!("Bearer {}", granted.token);
        let texts = vec![("Authorization".to_owned(), Secret::new(bearer))];
        Ok(self.made(keeper, granted, KeyPlace::Header, texts, plan.expiry_margin))
    }

    async fn log_in(&self, keeper: &Keeper, plan: &SessionPlan) -> Result<Token, TokenError> {
        let arrived = |answer: &Exchange| session::is_in(plan, answer);
        let errand = Errand {
            request: session::request(plan),
            auth: &plan.login.auth,
            once: false,
            at: session::AT,
            arrived: &arrived,
        };
        let answer = self.run_errand(&errand).await?;
        let is_redirect = (300..400).contains(&answer.status) && arrived(&answer);
        if !(200..300).contains(&answer.status) && !is_redirect {
            let help = "look at what `login` sends, and at where the API wants it";
            return Err(self.refused(&errand, &answer, help));
        }
        let granted = session::read(plan, &answer, &self.redactor)?;
        self.register(&granted);
        let texts = session::placed(plan, &granted.token)?;
        for (_, text) in &texts {
            self.redactor.register(text.expose());
        }
        Ok(self.made(keeper, granted, plan.place, texts, plan.expiry_margin))
    }

    /// Brings the answer to a request for a token, whatever its status. It goes to the origin of its own URL alone.
    async fn run_errand(&self, errand: &Errand<'_>) -> Result<Exchange, TokenError> {
        let origins = Origins::new(Origin::of(&errand.request.url).as_slice());
        let way = Way { auth: errand.auth, token: None, origins: &origins, arrived: errand.arrived };
        let mut tally = Tally::default();
        loop {
            tally.attempts += 1;
            let before = tally.requests;
            let passed = self.unless_closed(errand, self.pass(DEEPEST, &mut tally)).await?;
            let outcome = match passed {
                Ok(slot) => {
                    let outcome = self.send_once(errand.request.clone(), &way, &mut tally).await;
                    drop(slot);
                    outcome
                }
                Err(failure) => Err(failure),
            };
            self.tokens.count(tally.requests - before);
            if errand.once && !was_not_taken(&outcome) {
                return self.taken_once(outcome, errand);
            }
            match self.judge(outcome, tally.attempts, tally.asked_wait, Ruling::BuiltIn) {
                Verdict::Deliver(answer, _) => return Ok(answer),
                Verdict::Fail(failure, last) => return Err(self.no_answer(failure, last.as_ref(), errand)),
                Verdict::Again(why, wait) => {
                    self.listener.hear(&Event::Retry { attempt: tally.attempts, why, wait });
                    self.unless_closed(errand, self.clock.sleep(wait)).await?;
                }
            }
        }
    }

    /// Waits before a request that spends what serves once, which is not sent any more when the run is being ended.
    async fn unless_closed<T>(
        &self,
        errand: &Errand<'_>,
        wait: impl Future<Output = T>,
    ) -> Result<T, TokenError> {
        tokio::select! {
            biased;
            () = self.tokens.closed(), if errand.once => Err(TokenError::Stopped),
            waited = wait => Ok(waited),
        }
    }

    /// The outcome of a request that may have spent what serves once.
    fn taken_once(
        &self,
        outcome: Result<Exchange, SendFailure>,
        errand: &Errand<'_>,
    ) -> Result<Exchange, TokenError> {
        match outcome {
            Ok(answer) if answer.status >= 500 => {
                Err(TokenError::Unsure { reason: describe_answer(&answer, &self.redactor) })
            }
            Ok(answer) => Ok(answer),
            Err(SendFailure::Transport(error)) => Err(TokenError::Unsure { reason: error.to_string() }),
            Err(failure) => Err(self.no_answer(failure, None, errand)),
        }
    }

    fn no_answer(&self, failure: SendFailure, last: Option<&Exchange>, errand: &Errand<'_>) -> TokenError {
        let answer = last.map(|last| describe_answer(last, &self.redactor));
        TokenError::NoAnswer { failure: Box::new(failure), at: errand.at, answer }
    }

    fn refused(&self, errand: &Errand<'_>, answer: &Exchange, help: &'static str) -> TokenError {
        TokenError::Refused {
            status: describe_status(answer.status),
            at: errand.at,
            answer: describe_answer(answer, &self.redactor),
            help,
        }
    }

    fn register(&self, granted: &Granted) {
        self.redactor.register(&granted.token);
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = granted.body.get(name).and_then(Value::as_str) {
                self.redactor.register(token);
            }
        }
    }

    fn made(
        &self,
        keeper: &Keeper,
        granted: Granted,
        place: KeyPlace,
        texts: Vec<(String, Secret)>,
        margin: std::time::Duration,
    ) -> Token {
        let now = self.clock.monotonic();
        let renew_at = granted.lives.map(|lives| renew_at(now, lives, margin));
        Token::new(keeper, place, texts, granted.body, renew_at)
    }
}

/// Whether it is known of a request that the server did not act on it.
fn was_not_taken(outcome: &Result<Exchange, SendFailure>) -> bool {
    match outcome {
        Ok(answer) => answer.status == 429,
        Err(SendFailure::Transport(error)) => {
            matches!(error, TransportError::Connect { .. } | TransportError::Dns { .. })
        }
        Err(_) => false,
    }
}
