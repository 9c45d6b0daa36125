//! Limits as the server sees them: when requests arrive at a fake that counts them, after ways of differing length.
//!
//! Time is simulated. All requests are polled until none gets on, then the clock goes to the next moment at which somebody wakes.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, poll_fn};
use jiff::Timestamp;
use restload_diag::Pointer;
use restload_spec::plan::{AuthPlan, ClientPlan, Origin, RateLimitPlan, RetryPlan, TimeoutPlan, TlsPlan};
use restload_spec::spec::ResetFormat;
use url::Url;

use crate::clock::Clock;
use crate::events::{Event, Listener};
use crate::redact::Redactor;
use crate::transport::{
    Connection, Delivered, Exchange, Request, Ruling, SendError, SendFailure, Transport, TransportError,
};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A clock whose sleeps end when the time is moved on.
#[derive(Clone, Default)]
struct Simulated(Arc<Mutex<Time>>);

#[derive(Default)]
struct Time {
    now: Duration,
    wakes: Vec<Duration>,
    /// Counted up by whatever may let others go on.
    changes: u64,
}

impl Simulated {
    fn change(&self) -> Duration {
        let mut time = self.0.lock().unwrap();
        time.changes += 1;
        time.now
    }

    fn changes(&self) -> u64 {
        self.0.lock().unwrap().changes
    }

    /// Goes to the next moment at which somebody wakes.
    fn advance(&self) {
        let mut time = self.0.lock().unwrap();
        let now = time.now;
        time.wakes.retain(|wake| *wake > now);
        time.now = *time.wakes.iter().min().expect("all requests wait for nothing");
    }
}

impl Clock for Simulated {
    fn now(&self) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut wake = None;
        poll_fn(move |_| {
            let mut time = self.0.lock().unwrap();
            let at = *wake.get_or_insert(time.now + duration);
            if time.now >= at {
                return Poll::Ready(());
            }
            if !time.wakes.contains(&at) {
                time.wakes.push(at);
            }
            Poll::Pending
        })
        .boxed()
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

/// What the server does with a request: its status and headers, told when those before were counted, the time, and the time of day.
type Policy = fn(&[Duration], Duration, Timestamp) -> (u16, Vec<(&'static str, String)>);

/// A server that counts requests as they arrive.
struct Fake {
    clock: Simulated,
    policy: Policy,
    /// How long the ways are, there and back, in tenths of a second: from 0 up to but not including these.
    ways: (u64, u64),
    begun: Mutex<u64>,
    /// When requests were counted, and those of them that were refused.
    counted: Mutex<Vec<(Duration, u16)>>,
}

impl Transport for Fake {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        async move {
            let n = {
                let mut begun = self.begun.lock().unwrap();
                *begun += 1;
                *begun
            };
            // As good as random, and the same each time.
            let way = |prime: u64, most: u64| ms(100 * (n * prime % 97 % most.max(1)));
            self.clock.sleep(way(53, self.ways.0)).await;
            let now = self.clock.change();
            let (status, headers) = {
                let mut counted = self.counted.lock().unwrap();
                let before: Vec<Duration> =
                    counted.iter().filter(|(_, status)| *status != 429).map(|(at, _)| *at).collect();
                let answer = (self.policy)(&before, now, self.clock.now());
                counted.push((now, answer.0));
                answer
            };
            self.clock.sleep(way(71, self.ways.1)).await;
            self.clock.change();
            let headers = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Ok(Exchange { status, headers, body: "x".into(), url: request.url })
        }
        .boxed()
    }
}

struct Waits {
    clock: Simulated,
    heard: Mutex<Vec<Duration>>,
}

impl Listener for Waits {
    fn hear(&self, event: &Event) {
        self.clock.change();
        if let Event::Retry { wait, .. } = event {
            self.heard.lock().unwrap().push(*wait);
        }
    }
}

/// What came of a crowd of requests.
struct Outcome {
    ended: Vec<Result<Delivered, SendError>>,
    counted: Vec<(Duration, u16)>,
    waits: Vec<Duration>,
}

impl Outcome {
    /// The most requests that were counted within any time of that length, refused ones too.
    fn most_within(&self, length: Duration) -> usize {
        let at: Vec<Duration> = self.counted.iter().map(|(at, _)| *at).collect();
        (0..at.len())
            .map(|n| at[n..].iter().take_while(|later| **later < at[n] + length).count())
            .max()
            .unwrap()
    }

    fn refused(&self) -> usize {
        self.counted.iter().filter(|(_, status)| *status == 429).count()
    }

    fn all_came(&self) -> bool {
        self.ended.iter().all(|ended| ended.as_ref().is_ok_and(|delivered| delivered.exchange.status == 200))
    }

    fn last(&self) -> Duration {
        self.counted.last().unwrap().0
    }
}

/// Sends so many requests at once, under these limits, to a server of that policy.
fn crowd(requests: usize, limits: &[RateLimitPlan], policy: Policy, ways: (u64, u64)) -> Outcome {
    let clock = Simulated::default();
    let fake = Arc::new(Fake {
        clock: clock.clone(),
        policy,
        ways,
        begun: Mutex::default(),
        counted: Mutex::default(),
    });
    let waits = Arc::new(Waits { clock: clock.clone(), heard: Mutex::default() });
    let origin = Origin { scheme: "https".to_owned(), host: "api.test".to_owned(), port: 443 };
    let client = ClientPlan {
        base_url: Url::parse("https://api.test/").unwrap(),
        token_base: None,
        origins: vec![origin],
        auth: AuthPlan::None,
        auth_at: Pointer::root(),
        rate_limits: limits.to_vec(),
        concurrency: 6,
        retry: RetryPlan {
            attempts: 9,
            statuses: vec![429],
            initial: ms(500),
            max: s(60),
            at: Pointer::root(),
        },
        timeout: TimeoutPlan { connect: s(10), read: s(10), total: s(20) },
        tls: TlsPlan::default(),
        max_body: 1000,
    };
    let transport: Arc<dyn Transport> = Arc::<Fake>::clone(&fake);
    let listener: Arc<dyn Listener> = Arc::<Waits>::clone(&waits);
    let connection = Connection::new(transport, &client, Arc::new(clock.clone()), Redactor::new(), listener);
    let mut open: Vec<BoxFuture<'static, Result<Delivered, SendError>>> = (0..requests)
        .map(|n| {
            let (connection, request) =
                (connection.clone(), Request::get(Url::parse(&format!("https://api.test/{n}")).unwrap()));
            async move { connection.send(request, &AuthPlan::None, 0, &|_, _, _| Ruling::BuiltIn).await }
                .boxed()
        })
        .collect();
    let mut ended = Vec::new();
    while !open.is_empty() {
        let before = (clock.changes(), ended.len());
        let mut context = Context::from_waker(futures::task::noop_waker_ref());
        open.retain_mut(|future| match future.poll_unpin(&mut context) {
            Poll::Ready(outcome) => {
                ended.push(outcome);
                false
            }
            Poll::Pending => true,
        });
        if before == (clock.changes(), ended.len()) {
            clock.advance();
        }
    }
    let (counted, waits) = (fake.counted.lock().unwrap().clone(), waits.heard.lock().unwrap().clone());
    Outcome { ended, counted, waits }
}

fn limit(key: &str) -> RateLimitPlan {
    RateLimitPlan {
        key: key.into(),
        quota: None,
        remaining: None,
        reset: None,
        max_wait: s(900),
        at: Pointer::root(),
    }
}

fn quota(key: &str, requests: u64, per: Duration) -> RateLimitPlan {
    RateLimitPlan { quota: Some((requests, per)), ..limit(key) }
}

fn told(format: ResetFormat) -> RateLimitPlan {
    let reset = Some(("X-Reset".into(), format));
    RateLimitPlan { remaining: Some("X-Left".into()), reset, ..limit("told") }
}

/// Ways of no length, long ones there, long ones back, and both: in tenths of a second.
const WAYS: [(u64, u64); 4] = [(0, 0), (40, 0), (0, 40), (25, 17)];

fn anything(_: &[Duration], _: Duration, _: Timestamp) -> (u16, Vec<(&'static str, String)>) {
    (200, Vec::new())
}

#[test]
fn a_budget_is_kept_in_any_window_however_long_the_ways_are() {
    for ways in WAYS {
        for (requests, per) in [(1, s(1)), (5, s(10)), (20, s(60)), (7, ms(1500))] {
            let outcome = crowd(50, &[quota("all", requests, per)], anything, ways);
            let most = outcome.most_within(per);
            assert!(outcome.all_came());
            assert!(
                most as u64 <= requests + 1,
                "{most} within {per:?} where {requests} may be, ways {ways:?}"
            );
            // Nor is it left unused: no more than the ways and twice the time are lost.
            let needed = per * u32::try_from(49 / requests).unwrap();
            assert!(
                outcome.last() <= needed * 2 + s(60),
                "{:?} for {needed:?}, ways {ways:?}",
                outcome.last()
            );
        }
    }
}

#[test]
fn each_of_several_budgets_is_kept() {
    let limits = [quota("second", 3, s(1)), quota("minute", 30, s(60)), quota("ten", 12, s(10))];
    for ways in WAYS {
        let outcome = crowd(70, &limits, anything, ways);
        assert!(outcome.all_came());
        for (most, per) in [(3, s(1)), (12, s(10)), (30, s(60))] {
            let came = outcome.most_within(per);
            assert!(came <= most + 1, "{came} within {per:?} where {most} may be, ways {ways:?}");
        }
    }
}

/// 6 requests of any 20 seconds: the server looks back over them, and says how many are left and when the next one is.
fn sliding(
    before: &[Duration],
    now: Duration,
    clock: Timestamp,
    format: ResetFormat,
) -> (u16, Vec<(&'static str, String)>) {
    const MOST: usize = 6;
    let within: Vec<Duration> = before.iter().copied().filter(|at| *at + s(20) > now).collect();
    let refused = within.len() >= MOST;
    let left = if refused { 0 } else { MOST - within.len() - 1 };
    let oldest = within.first().copied().unwrap_or(now);
    (if refused { 429 } else { 200 }, said(left, (oldest + s(20)).saturating_sub(now), clock, format))
}

/// 6 requests of each 20 seconds that begin at the whole: what most servers do.
fn fixed(
    before: &[Duration],
    now: Duration,
    clock: Timestamp,
    format: ResetFormat,
) -> (u16, Vec<(&'static str, String)>) {
    let window = |at: Duration| at.as_secs() / 20;
    let within = before.iter().filter(|at| window(**at) == window(now)).count();
    let refused = within >= 6;
    let left = if refused { 0 } else { 6 - within - 1 };
    (
        if refused { 429 } else { 200 },
        said(left, s((window(now) + 1) * 20).saturating_sub(now), clock, format),
    )
}

fn said(left: usize, reset: Duration, clock: Timestamp, format: ResetFormat) -> Vec<(&'static str, String)> {
    let seconds = reset.as_secs() + u64::from(reset.subsec_nanos() > 0);
    let at = clock + reset;
    // Whole seconds, rounded up, as a server that counts in them says it.
    let at_second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    let reset = match format {
        ResetFormat::Seconds => seconds.to_string(),
        ResetFormat::Unix => at_second.to_string(),
        ResetFormat::HttpDate => http_date(Timestamp::from_second(at_second).unwrap()),
    };
    vec![("X-Left", left.to_string()), ("X-Reset", reset)]
}

fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn what_the_server_says_is_left_is_kept_in_its_three_forms() {
    let sliding: [(ResetFormat, Policy); 3] = [
        (ResetFormat::Seconds, |before, now, clock| sliding(before, now, clock, ResetFormat::Seconds)),
        (ResetFormat::Unix, |before, now, clock| sliding(before, now, clock, ResetFormat::Unix)),
        (ResetFormat::HttpDate, |before, now, clock| sliding(before, now, clock, ResetFormat::HttpDate)),
    ];
    for ((format, policy), ways) in sliding.into_iter().flat_map(|policy| WAYS.map(|ways| (policy, ways))) {
        let outcome = crowd(40, &[told(format)], policy, ways);
        let most = outcome.most_within(s(20));
        assert!(outcome.all_came(), "{format:?} {ways:?}");
        assert!(most <= 7, "{most} within 20 s where 6 may be, {format:?} {ways:?}");
    }
    let fixed: [(ResetFormat, Policy); 3] = [
        (ResetFormat::Seconds, |before, now, clock| fixed(before, now, clock, ResetFormat::Seconds)),
        (ResetFormat::Unix, |before, now, clock| fixed(before, now, clock, ResetFormat::Unix)),
        (ResetFormat::HttpDate, |before, now, clock| fixed(before, now, clock, ResetFormat::HttpDate)),
    ];
    for ((format, policy), ways) in fixed.into_iter().flat_map(|policy| WAYS.map(|ways| (policy, ways))) {
        let outcome = crowd(40, &[told(format)], policy, ways);
        assert!(outcome.all_came(), "{format:?} {ways:?}");
        for window in 0..=outcome.last().as_secs() / 20 {
            let within = outcome.counted.iter().filter(|(at, _)| at.as_secs() / 20 == window).count();
            assert!(within <= 7, "{within} in window {window} where 6 may be, {format:?} {ways:?}");
        }
    }
}

/// Refuses the fourth request and all until 30 s have passed since then, and says so.
fn closes(
    before: &[Duration],
    now: Duration,
    say: impl Fn(Duration) -> Option<String>,
) -> (u16, Vec<(&'static str, String)>) {
    match before.get(2).map(|third| *third + s(30)) {
        Some(opens) if now < opens => {
            (429, say(opens.saturating_sub(now)).map(|text| ("Retry-After", text)).into_iter().collect())
        }
        _ => (200, Vec::new()),
    }
}

#[test]
fn after_a_refusal_that_says_until_when_nothing_goes_out_before() {
    let policies: [Policy; 2] = [
        |before, now, _| closes(before, now, |wait| Some((wait.as_millis().div_ceil(1000)).to_string())),
        |before, now, clock| {
            closes(before, now, |wait| {
                let at = clock + wait;
                let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
                Some(http_date(Timestamp::from_second(second).unwrap()))
            })
        },
    ];
    for (policy, ways) in policies.into_iter().flat_map(|policy| WAYS.map(|ways| (policy, ways))) {
        // A budget that is not known in advance: `reset` alone.
        let reset = Some(("X-Reset".into(), ResetFormat::Seconds));
        let outcome = crowd(20, &[RateLimitPlan { reset, ..limit("all") }], policy, ways);
        assert!(outcome.all_came());
        // Those that were on their way when the first refusal came are refused too: five at most beside it.
        assert!(outcome.refused() <= 6, "{} were refused, ways {ways:?}", outcome.refused());
        let first = outcome.counted.iter().find(|(_, status)| *status == 429).unwrap().0;
        let heard = first + ms(100 * (ways.0 + ways.1));
        let opens = outcome.counted[2].0 + s(30);
        let early = outcome.counted.iter().filter(|(at, _)| *at > heard && *at < opens).count();
        assert_eq!(early, 0, "ways {ways:?}");
    }
}

#[test]
fn a_refusal_without_any_hint_slows_down_until_the_server_has_enough() {
    let policy: Policy = |before, now, _| closes(before, now, |_| None);
    for ways in WAYS {
        let outcome = crowd(20, &[], policy, ways);
        assert!(outcome.all_came());
        // Each wait is twice the one before: in half a minute nobody is refused more than seven times.
        assert!(outcome.refused() <= 20 * 7, "{} were refused, ways {ways:?}", outcome.refused());
        assert!(outcome.waits.iter().all(|wait| *wait <= s(60)));
    }
}

#[test]
fn a_wait_above_max_wait_ends_what_asks_and_sends_nothing() {
    for ways in WAYS {
        let limits = [RateLimitPlan { max_wait: s(100), ..quota("month", 10, s(86_400)) }];
        let outcome = crowd(25, &limits, anything, ways);
        assert_eq!(outcome.counted.len(), 10, "ways {ways:?}");
        let reached = |ended: &&Result<Delivered, SendError>| matches!(ended, Err(SendError { failure: SendFailure::LimitReached { wait, .. }, .. }) if *wait > s(100));
        assert_eq!(outcome.ended.iter().filter(reached).count(), 15);
        assert_eq!(outcome.waits, [], "nothing is waited for in vain");
        // One that is not above it is waited for.
        let limits = [RateLimitPlan { max_wait: s(100), ..quota("minute", 10, s(30)) }];
        let outcome = crowd(25, &limits, anything, ways);
        assert!(outcome.all_came() && !outcome.waits.is_empty());
        assert!(outcome.most_within(s(30)) <= 11, "ways {ways:?}");
    }
}
