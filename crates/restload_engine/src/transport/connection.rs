//! The connection of a run: what the walk sends its requests through.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{Timestamp, Unit};
use restload_spec::plan::{AuthPlan, ClientPlan, RateLimitPlan, RetryPlan};
use thiserror::Error;
use url::Url;

use super::auth::{Token, Tokens};
use super::budget::{Budgets, Hold, Shares};
use super::pace::{Latency, Pace};
use super::{
    Exchange, LONGEST_RETRY_AFTER, Request, TokenError, Transport, TransportError, auth, describe_status,
    redirect, retry,
};
use crate::clock::Clock;
use crate::events::{Event, Listener, RetryReason};
use crate::origin::{CredentialsWouldLeave, Origins};
use crate::redact::Redactor;
use crate::slots::{Slot, Slots};

/// A [`Transport`] with auth, redirects, retries and slots. Clones share the slots and the transport below.
#[derive(Clone)]
pub struct Connection {
    transport: Arc<dyn Transport>,
    pub(super) origins: Arc<Origins>,
    slots: Slots,
    pace: Pace,
    /// What the answers of whoever uses this connection take.
    latency: Arc<Mutex<Latency>>,
    pub(super) budgets: Budgets,
    /// The budgets that its requests are taken from.
    pub(super) shares: Shares,
    /// Those of the client alone.
    client_shares: Shares,
    pub(super) tokens: Tokens,
    retry: Arc<RetryPlan>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) redactor: Redactor,
    pub(super) listener: Arc<dyn Listener>,
}

/// An answer, of whatever status, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The answer; its URL is the last one asked, without what auth added.
    pub exchange: Exchange,
    /// How often it was asked; 1 without a retry.
    pub attempts: u32,
    /// Requests that went out, those that followed redirects included.
    pub requests: u32,
    /// The waits before retries, summed up.
    pub waited: Duration,
    /// The action that the answer was delivered for, as [`Ruling::Deliver`] named it.
    pub action: Option<usize>,
}

/// What is done about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// What is built in: a refused token is renewed, failures that may pass are asked again, anything else is delivered.
    BuiltIn,
    /// It is asked again, after this wait or as the plan says.
    Again(Option<Duration>),
    /// It is asked once more with a new token, where there is one to be had; else delivered for the action of this index.
    Renew(usize),
    /// It is delivered, with the index of the action that says what it means.
    Deliver(usize),
}

/// Says what is done about an answer. It is told whether the request can be asked again, and whether that is what is built in.
pub type Judge<'j> = &'j (dyn Fn(&Exchange, bool, bool) -> Ruling + Send + Sync);

/// No answer that could be given to the walk. The message is redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// How often it was asked.
    pub attempts: u32,
    /// Requests that went out, those that followed redirects included.
    pub requests: u32,
    /// The waits before retries, summed up.
    pub waited: Duration,
    /// What ended it.
    pub failure: SendFailure,
    /// The last answer, where there was one.
    pub last: Option<Exchange>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendFailure {
    /// A URL of another origin, before it was asked.
    #[error(transparent)]
    CredentialsWouldLeave(CredentialsWouldLeave),
    /// The last attempt failed.
    #[error(transparent)]
    Transport(TransportError),
    /// There is no token to send along.
    #[error(transparent)]
    NoToken(TokenError),
    /// A limit is used up for longer than its `max_wait`.
    #[error("the rate limit is used up until {at}, for {}, longer than its `max_wait`", rounded(*.wait))]
    LimitReached {
        /// When requests are left again.
        at: Timestamp,
        /// How long that is.
        wait: Duration,
    },
    /// The server asks for a wait that is too long to be waited out.
    #[error(
        "the API answered {} and asks to come back at {at}, in {}", describe_status(*.status), rounded(*.wait)
    )]
    ComeBack {
        /// The status of the answer.
        status: u16,
        /// When it may be asked again.
        at: Timestamp,
        /// How long that is.
        wait: Duration,
    },
}

impl SendFailure {
    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CredentialsWouldLeave(_) => "credentials-would-leave",
            Self::Transport(TransportError::PrivateAddress { .. }) => "private-address",
            Self::Transport(_) => "no-answer",
            Self::NoToken(_) => "no-token",
            Self::ComeBack { .. } | Self::LimitReached { .. } => "come-back-later",
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attempts {
            0 | 1 => self.failure.fmt(f),
            attempts => write!(f, "{} (attempt {attempts}, {} waited)", self.failure, rounded(self.waited)),
        }
    }
}

impl std::error::Error for SendError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.failure)
    }
}

/// What was done for one request so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) attempts: u32,
    pub(super) requests: u32,
    pub(super) waited: Duration,
    /// What the last answer said of when to come back.
    pub(super) asked_wait: Option<Duration>,
    /// The token that the API refused.
    pub(super) refused: Option<Arc<Token>>,
}

/// What goes along with a request, and where it may lead.
pub(super) struct Way<'a> {
    pub(super) auth: &'a AuthPlan,
    pub(super) token: Option<&'a Token>,
    pub(super) origins: &'a Origins,
    /// Whether a redirect is not followed because it is the answer itself.
    pub(super) arrived: &'a (dyn Fn(&Exchange) -> bool + Sync),
}

/// What the next step after an attempt is.
pub(super) enum Verdict {
    Deliver(Exchange, Option<usize>),
    Fail(SendFailure, Option<Exchange>),
    Again(RetryReason, Duration),
}

impl Connection {
    /// A connection with its own slots. The secrets of the client's auth are made known to `redactor`.
    pub fn new(
        transport: Arc<dyn Transport>,
        client: &ClientPlan,
        clock: Arc<dyn Clock>,
        redactor: Redactor,
        listener: Arc<dyn Listener>,
    ) -> Self {
        auth::register_secrets(&client.auth, &redactor);
        let (slots, budgets) = (Slots::new(client.concurrency), Budgets::new());
        let shares = budgets.shares(&client.rate_limits);
        Self {
            transport,
            origins: Arc::new(Origins::new(&client.origins)),
            pace: Pace::new(slots.clone()),
            slots,
            latency: Arc::default(),
            client_shares: shares.clone(),
            shares,
            budgets,
            tokens: Tokens::new(),
            retry: Arc::new(client.retry.clone()),
            clock,
            redactor,
            listener,
        }
    }

    /// The same connection for one resource: heard by another listener, and with limits of its own besides the client's.
    #[must_use]
    pub fn for_resource(
        &self,
        client: &ClientPlan,
        own: &[RateLimitPlan],
        listener: Arc<dyn Listener>,
    ) -> Self {
        let limits = [client.rate_limits.as_slice(), own].concat();
        Self { listener, shares: self.budgets.shares(&limits), latency: Arc::default(), ..self.clone() }
    }

    /// The same connection, with these as the origins that credentials may go to.
    #[must_use]
    pub(crate) fn with_origins(&self, client: &ClientPlan) -> Self {
        Self { origins: Arc::new(Origins::new(&client.origins)), ..self.clone() }
    }

    /// The same connection for requests for tokens, which are made for all resources.
    pub(super) fn for_tokens(&self) -> Self {
        Self { shares: self.client_shares.clone(), latency: Arc::default(), ..self.clone() }
    }

    /// The tokens of all requests.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// How often the requests in flight were halved because the API refused or grew slow, and how few they were then.
    pub fn pace(&self) -> (u64, usize) {
        self.pace.figures()
    }

    /// The slots of all requests.
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Sends a request with `auth` and brings its answer: redirects followed, failures asked again as the plan says. An
    /// answer with a status of 400 or more, after retries too, is an answer. `depth` is that of the resource; deeper ones go first.
    pub async fn send(
        &self,
        request: Request,
        auth: &AuthPlan,
        depth: u32,
        judge: Judge<'_>,
    ) -> Result<Delivered, SendError> {
        auth::register_secrets(auth, &self.redactor);
        let mut tally = Tally::default();
        loop {
            tally.attempts += 1;
            let (outcome, ruling) = self.attempt(&request, auth, depth, judge, &mut tally).await;
            let Tally { attempts, requests, waited, asked_wait, .. } = tally;
            match self.judge(outcome, attempts, asked_wait, ruling) {
                Verdict::Deliver(exchange, action) => {
                    return Ok(Delivered { exchange, attempts, requests, waited, action });
                }
                Verdict::Fail(failure, last) => {
                    return Err(SendError { attempts, requests, waited, failure, last });
                }
                Verdict::Again(why, wait) => {
                    self.listener.hear(&Event::Retry { attempt: attempts, why, wait });
                    tally.waited += wait;
                    self.clock.sleep(wait).await;
                }
            }
        }
    }

    /// Waits for a slot and for what the limits leave. A slot is never held while the limits are waited for.
    pub(super) async fn pass(&self, depth: u32, tally: &mut Tally) -> Result<Slot, SendFailure> {
        loop {
            let slot = self.slots.acquire(depth).await;
            let news = self.budgets.news();
            match self.budgets.take(&self.shares, self.clock.monotonic()) {
                Ok(()) => return Ok(slot),
                Err(Hold::News) => {
                    drop(slot);
                    news.await;
                }
                Err(Hold::Wait(wait, most)) => {
                    drop(slot);
                    self.wait_for_limit(wait, most, tally).await?;
                }
                Err(Hold::WaitOrNews(wait, most)) => {
                    drop(slot);
                    self.wait_for_limit_or_news(wait, most, tally, news).await?;
                }
            }
        }
    }

    async fn wait_for_limit(
        &self,
        wait: Duration,
        most: Duration,
        tally: &mut Tally,
    ) -> Result<(), SendFailure> {
        if wait > most {
            return Err(SendFailure::LimitReached { at: self.time_after(wait), wait });
        }
        self.listener.hear(&Event::Retry { attempt: tally.attempts, why: RetryReason::RateLimit, wait });
        self.clock.sleep(wait).await;
        tally.waited += wait;
        Ok(())
    }

    async fn wait_for_limit_or_news(
        &self,
        wait: Duration,
        most: Duration,
        tally: &mut Tally,
        news: impl Future<Output = ()>,
    ) -> Result<(), SendFailure> {
        tokio::select! {
            biased;
            waited = self.wait_for_limit(wait, most, tally) => waited,
            () = news => Ok(()),
        }
    }

    /// The time after a wait, to the second.
    fn time_after(&self, wait: Duration) -> Timestamp {
        let at = self.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        at.round(Unit::Second).unwrap_or(at)
    }

    /// One attempt: follows redirects, each asked only if its origin is allowed.
    pub(super) async fn send_once(
        &self,
        first: Request,
        way: &Way<'_>,
        tally: &mut Tally,
    ) -> Result<Exchange, SendFailure> {
        let mut request = first;
        if let Err(failure) = self.check(|| way.origins.check(&request.url)) {
            self.budgets.give_back(&self.shares);
            return Err(failure);
        }
        for step in 0..=redirect::MOST_REDIRECTS {
            if step > 0 {
                self.pay(tally).await?;
            }
            auth::strip_auth(&mut request.url, way.auth);
            tally.requests += 1;
            self.listener.hear(&Event::RequestSent {
                method: request.method.clone(),
                url: self.redactor.redact(request.url.as_str()),
            });
            let mut signed = request.clone();
            auth::apply(&mut signed, way.auth, way.token);
            let sent = Paid { connection: self, answered: false };
            let mut answer = self.exchange(signed, way.origins, sent, tally).await?;
            answer.url = request.url.clone();
            if (way.arrived)(&answer) {
                return Ok(answer);
            }
            let next = redirect::follow(&request, &answer).map_err(|error| self.failed(error))?;
            let Some(next) = next else { return Ok(answer) };
            self.check(|| way.origins.check_step(&request.url, &next.url))?;
            request = next;
        }
        let last = without_query(&request.url);
        let limit = redirect::MOST_REDIRECTS;
        Err(self.failed(TransportError::TooManyRedirects { limit, last }))
    }

    /// Sends a request that was taken out of the budgets, and learns from its answer. `own` are the origins of its way: what
    /// the spec itself names may be at a private address.
    async fn exchange(
        &self,
        request: Request,
        own: &Origins,
        mut paid: Paid<'_>,
        tally: &mut Tally,
    ) -> Result<Exchange, SendFailure> {
        let (began, heard) = (self.clock.monotonic(), self.budgets.heard(&self.shares));
        let sent = if own.may_be_private(&request.url) {
            self.transport.send(request).await
        } else {
            self.transport.send_outside(request).await
        };
        let answer = sent.map_err(|error| self.failed(error))?;
        let ended = self.clock.monotonic();
        paid.answered = true;
        tally.asked_wait = self.budgets.answered(&self.shares, &heard, &answer, self.clock.now(), ended);
        if answer.status == 429 {
            self.pace.refused(began, ended);
        } else {
            self.pace.answered(&self.latency, began, ended);
        }
        Ok(answer)
    }

    /// Takes a further request of the same attempt out of the budgets. The slot is kept: what is waited for is time, and
    /// answers to requests that have slots of their own.
    async fn pay(&self, tally: &mut Tally) -> Result<(), SendFailure> {
        loop {
            let news = self.budgets.news();
            match self.budgets.take(&self.shares, self.clock.monotonic()) {
                Ok(()) => return Ok(()),
                Err(Hold::News) => news.await,
                Err(Hold::Wait(wait, most)) => self.wait_for_limit(wait, most, tally).await?,
                Err(Hold::WaitOrNews(wait, most)) => {
                    self.wait_for_limit_or_news(wait, most, tally, news).await?;
                }
            }
        }
    }

    /// Whether failures of this status may pass.
    pub(super) fn is_retried(&self, status: u16) -> bool {
        self.retry.statuses.contains(&status)
    }

    /// Whether a request that was sent so often can be sent again.
    pub(super) fn may_go_on(&self, attempts: u32) -> bool {
        attempts < self.retry.attempts
    }

    /// What the next step is; `ruling` says what is done about an answer.
    pub(super) fn judge(
        &self,
        outcome: Result<Exchange, SendFailure>,
        attempts: u32,
        asked_wait: Option<Duration>,
        ruling: Ruling,
    ) -> Verdict {
        let may_go_on = self.may_go_on(attempts);
        let backoff = || retry::backoff(&self.retry, attempts, self.clock.jitter());
        match outcome {
            Ok(exchange) => {
                let status = exchange.status;
                let retried = self.is_retried(status);
                let asked = match ruling {
                    Ruling::Deliver(action) | Ruling::Renew(action) => {
                        return Verdict::Deliver(exchange, Some(action));
                    }
                    Ruling::BuiltIn if !(retried && may_go_on) => return Verdict::Deliver(exchange, None),
                    Ruling::BuiltIn => None,
                    Ruling::Again(wait) => wait,
                };
                let most = self.budgets.max_wait(&self.shares).unwrap_or(LONGEST_RETRY_AFTER);
                let told = || retry::retry_after(&exchange, self.clock.now()).or(asked_wait);
                match asked.or_else(told) {
                    Some(wait) if wait > most => {
                        let at = self.time_after(wait);
                        Verdict::Fail(SendFailure::ComeBack { status, at, wait }, Some(exchange))
                    }
                    asked => Verdict::Again(RetryReason::Status(status), asked.unwrap_or_else(backoff)),
                }
            }
            Err(SendFailure::Transport(error)) if may_go_on && error.is_retryable() => {
                Verdict::Again(RetryReason::Error(error.to_string()), backoff())
            }
            Err(failure) => Verdict::Fail(failure, None),
        }
    }

    /// A host that an answer names may hold a secret too.
    fn check(&self, check: impl Fn() -> Result<(), CredentialsWouldLeave>) -> Result<(), SendFailure> {
        check().map_err(|CredentialsWouldLeave { from, to }| {
            let to = self.redactor.redact(&to);
            SendFailure::CredentialsWouldLeave(CredentialsWouldLeave { from, to })
        })
    }

    fn failed(&self, error: TransportError) -> SendFailure {
        SendFailure::Transport(error.redacted(&self.redactor))
    }
}

/// A request that was taken out of the budgets: one that is given up, or gets no answer, is on its way no longer.
struct Paid<'c> {
    connection: &'c Connection,
    answered: bool,
}

impl Drop for Paid<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.connection.budgets.lost(&self.connection.shares);
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("origins", &self.origins)
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

fn without_query(url: &Url) -> String {
    format!("{}{}", crate::origin::url_origin_text(url), url.path())
}

/// A duration to the second where it is longer than that.
fn rounded(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
