//! The budgets of `rate_limit`: how many requests may go out, kept before the server has to refuse.
//!
//! A budget counts the requests that reached the server within its time, and follows what answers say is left. As long as nothing
//! is known of a budget that answers tell of, one request goes out alone and asks. All budgets of a run are under one
//! lock, so that a request takes of all that concern it or of none.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use restload_spec::plan::RateLimitPlan;
use restload_spec::spec::ResetFormat;
use tokio::sync::Notify;

use super::Exchange;
use super::retry::{date_of, parse_http_date, retry_after};

/// Numbers above this are no seconds from now but a time since 1970, whatever the spec says of the header.
const LONGEST_SECONDS: f64 = 366.0 * 86_400.0;

/// All budgets of a run. Clones share them.
#[derive(Clone)]
pub(crate) struct Budgets {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// An answer came, or a request was given up: what is left is known better.
    news: Notify,
}

#[derive(Default)]
struct State {
    budgets: Vec<Budget>,
    by_key: HashMap<String, usize>,
}

struct Budget {
    plan: RateLimitPlan,
    /// When the server counts the requests that still count, at the latest; oldest first.
    sent: VecDeque<Duration>,
    /// How many of them, from the oldest on, were answered or given up.
    ended: usize,
    /// Requests on their way that no longer count.
    late: usize,
    /// What the latest answer said is left, less what went out since; with when it ends to hold.
    left: Option<Left>,
    /// The latest answer said nothing of what is left, or no number: there is nothing to keep to.
    silent: bool,
    /// Requests on their way.
    asking: u64,
    /// Requests that were answered or given up so far.
    heard: u64,
    /// Nothing goes out before.
    closed_until: Duration,
}

#[derive(Clone, Copy)]
struct Left {
    requests: u64,
    /// The least that an answer said. Above zero, `requests` of zero is caution about what may have been counted.
    least: u64,
    until: Option<Duration>,
}

/// The budgets of one resource, as indices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares(Vec<usize>);

/// How many requests each budget had heard of when one was sent: what was counted since, its answer may not know.
#[derive(Debug)]
pub(crate) struct Heard(Vec<u64>);

/// Why a request cannot go out now.
#[derive(Debug, PartialEq)]
pub(crate) enum Hold {
    /// For so long, because of a budget with this longest wait.
    Wait(Duration, Duration),
    /// The same, unless an answer tells sooner when a request was counted.
    WaitOrNews(Duration, Duration),
    /// Until an answer tells what is left.
    News,
}

impl Hold {
    fn wait(&self) -> Duration {
        match self {
            Self::Wait(wait, _) | Self::WaitOrNews(wait, _) => *wait,
            Self::News => Duration::ZERO,
        }
    }
}

impl Budgets {
    pub(crate) fn new() -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::default(), news: Notify::new() }) }
    }

    /// The shares of whoever keeps these limits. Limits of one key are one budget.
    pub(crate) fn shares(&self, limits: &[RateLimitPlan]) -> Shares {
        let mut state = self.lock();
        let mut shares = Vec::new();
        for plan in limits {
            let index = match state.by_key.get(&plan.key) {
                Some(index) => *index,
                None => {
                    let index = state.budgets.len();
                    state.budgets.push(Budget::new(plan.clone()));
                    state.by_key.insert(plan.key.clone(), index);
                    index
                }
            };
            if !shares.contains(&index) {
                shares.push(index);
            }
        }
        Shares(shares)
    }

    /// Takes a request out of all budgets, or says why that cannot be now.
    pub(crate) fn take(&self, shares: &Shares, now: Duration) -> Result<(), Hold> {
        let mut state = self.lock();
        let mut longest: Option<Hold> = None;
        for &index in &shares.0 {
            match state.budgets[index].hold(now) {
                None => {}
                Some(Hold::News) => longest = longest.or(Some(Hold::News)),
                Some(hold) => match longest {
                    Some(known) if known.wait() >= hold.wait() => longest = Some(known),
                    _ => longest = Some(hold),
                },
            }
        }
        if let Some(hold) = longest {
            return Err(hold);
        }
        for &index in &shares.0 {
            state.budgets[index].take(now);
        }
        Ok(())
    }

    /// Ends when there is news of what is left. It is to be made before `take` is tried, so that no news is missed.
    pub(crate) fn news(&self) -> tokio::sync::futures::Notified<'_> {
        self.shared.news.notified()
    }

    /// What is to be known of a request when it is sent, to make sense of its answer.
    pub(crate) fn heard(&self, shares: &Shares) -> Heard {
        let state = self.lock();
        Heard(shares.0.iter().map(|&index| state.budgets[index].heard).collect())
    }

    /// Learns from an answer; gives the wait that it asks of whoever was refused.
    pub(crate) fn answered(
        &self,
        shares: &Shares,
        heard: &Heard,
        answer: &Exchange,
        now: Timestamp,
        monotonic: Duration,
    ) -> Option<Duration> {
        let mut state = self.lock();
        let mut wait: Option<Duration> = None;
        for (&index, heard) in shares.0.iter().zip(&heard.0) {
            let asked = state.budgets[index].answered(answer, *heard, now, monotonic);
            wait = wait.max(asked);
        }
        drop(state);
        self.shared.news.notify_waiters();
        wait
    }

    /// A request that was taken out was never sent.
    pub(crate) fn give_back(&self, shares: &Shares) {
        let mut state = self.lock();
        for &index in &shares.0 {
            state.budgets[index].give_back();
        }
        drop(state);
        self.shared.news.notify_waiters();
    }

    /// No answer came.
    pub(crate) fn lost(&self, shares: &Shares) {
        let mut state = self.lock();
        for &index in &shares.0 {
            let budget = &mut state.budgets[index];
            budget.asking = budget.asking.saturating_sub(1);
            budget.heard += 1;
            budget.ended(Duration::MAX);
        }
        drop(state);
        self.shared.news.notify_waiters();
    }

    /// The longest wait that these budgets allow; none where there is none.
    pub(crate) fn max_wait(&self, shares: &Shares) -> Option<Duration> {
        let state = self.lock();
        shares.0.iter().map(|&index| state.budgets[index].plan.max_wait).max()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    fn new(plan: RateLimitPlan) -> Self {
        Self {
            plan,
            sent: VecDeque::new(),
            ended: 0,
            late: 0,
            left: None,
            silent: false,
            asking: 0,
            heard: 0,
            closed_until: Duration::ZERO,
        }
    }

    /// Why no request can go out now.
    fn hold(&mut self, now: Duration) -> Option<Hold> {
        let most = self.plan.max_wait;
        if self.closed_until > now {
            return Some(Hold::Wait(self.closed_until.saturating_sub(now), most));
        }
        if let Some((requests, per)) = self.plan.quota {
            while self.sent.front().is_some_and(|sent| *sent + per <= now) {
                self.sent.pop_front();
                match self.ended.checked_sub(1) {
                    Some(ended) => self.ended = ended,
                    None => self.late += 1,
                }
            }
            if self.sent.len() as u64 >= requests
                && let Some(oldest) = self.sent.front()
            {
                let wait = (*oldest + per).saturating_sub(now);
                let is_known = self.ended > 0;
                return Some(if is_known { Hold::Wait(wait, most) } else { Hold::WaitOrNews(wait, most) });
            }
        }
        if self.plan.remaining.is_some() && !self.silent {
            if self.left.and_then(|left| left.until).is_some_and(|until| until <= now) {
                self.left = None;
            }
            match self.left {
                // What is on its way may have been counted already: its answers tell.
                Some(Left { requests: 0, .. }) | None if self.asking > 0 => return Some(Hold::News),
                // With nothing on its way caution is over: one request goes out alone, and its answer is exact.
                Some(Left { requests: 0, least: 0, until: Some(until) }) => {
                    return Some(Hold::Wait(until.saturating_sub(now), most));
                }
                // Nobody says when there is more: one request asks, and a refusal is waited out.
                _ => {}
            }
        }
        None
    }

    fn take(&mut self, now: Duration) {
        self.asking += 1;
        if let Some((_, per)) = self.plan.quota {
            // What counts is when the server sees it: a burst that is held up on the way would stand beside the next one. Its
            // answer says by when that was; without one, it is not waited for longer than this.
            self.sent.push_back(now + per);
        }
        if let Some(left) = &mut self.left {
            left.requests = left.requests.saturating_sub(1);
        }
    }

    /// Undoes one `take`.
    fn give_back(&mut self) {
        self.asking = self.asking.saturating_sub(1);
        if self.sent.len() > self.ended {
            self.sent.pop_back();
        } else {
            self.late = self.late.saturating_sub(1);
        }
        if let Some(left) = &mut self.left {
            left.requests += 1;
        }
    }

    /// A request was counted by `at`: which one does not matter, since they are all alike.
    fn ended(&mut self, at: Duration) {
        if let Some(late) = self.late.checked_sub(1) {
            self.late = late;
        } else if let Some(sent) = self.sent.get_mut(self.ended) {
            *sent = at.min(*sent);
            self.ended += 1;
        }
    }

    fn answered(
        &mut self,
        answer: &Exchange,
        heard: u64,
        now: Timestamp,
        monotonic: Duration,
    ) -> Option<Duration> {
        self.ended(monotonic);
        self.asking = self.asking.saturating_sub(1);
        let overtook = self.heard.saturating_sub(heard);
        self.heard += 1;
        let reset = self
            .plan
            .reset
            .as_ref()
            .and_then(|(header, format)| until_reset(answer.headers.get(header)?, *format, answer, now));
        let remaining = self.plan.remaining.as_ref().and_then(|header| answer.headers.get(header));
        let remaining =
            remaining.and_then(|text| text.trim().split([',', ';']).next()?.trim().parse::<f64>().ok());
        self.silent = remaining.is_none();
        if let Some(remaining) = remaining {
            // What is on its way may not have been counted yet, nor may what came back before this answer and went out after it.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count of requests"
            )]
            let told = remaining.max(0.0) as u64;
            let most = told.saturating_sub(self.asking);
            let sure = most.saturating_sub(overtook);
            let known = self.left.filter(|left| left.until.is_none_or(|until| until > monotonic));
            let requests = most.min(known.map_or(sure, |known| known.requests.max(sure)));
            let least = known.map_or(told, |known| known.least.min(told));
            self.left = Some(Left { requests, least, until: reset.map(|wait| monotonic + wait) });
        }
        if answer.status != 429 {
            return None;
        }
        let wait = retry_after(answer, now).or(reset)?;
        // Longer waits than this end the request that asked; they do not hold up what else is possible.
        if wait <= self.plan.max_wait {
            self.closed_until = self.closed_until.max(monotonic + wait);
        }
        Some(wait)
    }
}

/// How long it is until requests are left again. Whole seconds are meant to their end: a server that counts in them would
/// refuse what comes within the last.
pub(crate) fn until_reset(
    text: &str,
    format: ResetFormat,
    answer: &Exchange,
    now: Timestamp,
) -> Option<Duration> {
    let text = text.trim();
    let here = || date_of(&answer.headers).unwrap_or(now);
    if format == ResetFormat::HttpDate {
        return Duration::try_from(parse_http_date(text)?.duration_since(here())).ok();
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)?;
    let seconds = if format == ResetFormat::Seconds && number <= LONGEST_SECONDS {
        number
    } else {
        #[expect(clippy::cast_precision_loss, reason = "a second is far above the loss")]
        let passed = here().as_millisecond() as f64 / 1000.0;
        // Some say it in milliseconds.
        let at = if number > 1e11 { number / 1000.0 } else { number };
        (at - passed).max(0.0)
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use restload_diag::Pointer;
    use url::Url;

    use super::*;

    fn plan(key: &str) -> RateLimitPlan {
        RateLimitPlan {
            key: key.into(),
            quota: None,
            remaining: None,
            reset: None,
            max_wait: Duration::from_mins(15),
            at: Pointer::root(),
        }
    }

    fn told() -> RateLimitPlan {
        RateLimitPlan {
            remaining: Some("X-Left".into()),
            reset: Some(("X-Reset".into(), ResetFormat::Seconds)),
            ..plan("told")
        }
    }

    fn answer(status: u16, headers: &[(&str, &str)]) -> Exchange {
        let url = Url::parse("https://a.test/").unwrap();
        Exchange { status, headers: headers.iter().copied().collect(), body: Vec::new().into(), url }
    }

    fn now() -> Timestamp {
        "1994-11-06T08:49:37Z".parse().unwrap()
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn caution_is_over_when_nothing_is_on_its_way() {
        let budgets = Budgets::new();
        let shares = budgets.shares(&[told()]);
        let first = answer(200, &[("X-Left", "2"), ("X-Reset", "3600")]);
        budgets.take(&shares, s(0)).unwrap();
        budgets.answered(&shares, &budgets.heard(&shares), &first, now(), s(0));
        let heard = budgets.heard(&shares);
        budgets.take(&shares, s(1)).unwrap();
        budgets.take(&shares, s(1)).unwrap();
        // One has no answer, and the other's may not know of it: one may be left, or none.
        budgets.lost(&shares);
        budgets.take(&shares, s(1)).unwrap_err();
        let left = |requests: &str| answer(200, &[("X-Left", requests), ("X-Reset", "3600")]);
        budgets.answered(&shares, &heard, &left("1"), now(), s(2));
        budgets.take(&shares, s(3)).unwrap();
        budgets.take(&shares, s(3)).unwrap_err();
        budgets.answered(&shares, &budgets.heard(&shares), &left("0"), now(), s(4));
        budgets.take(&shares, s(5)).unwrap_err();
    }

    #[test]
    fn no_window_of_that_length_has_more_requests_than_the_quota() {
        let budgets = Budgets::new();
        let quota = RateLimitPlan { quota: Some((3, s(10))), ..plan("q") };
        let shares = budgets.shares(&[quota]);
        let (mut now, mut sent) = (Duration::ZERO, Vec::new());
        while sent.len() < 20 {
            match budgets.take(&shares, now) {
                Ok(()) => {
                    sent.push(now);
                    budgets.answered(&shares, &budgets.heard(&shares), &answer(200, &[]), self::now(), now);
                }
                Err(hold) => now += hold.wait(),
            }
            now += Duration::from_millis(700);
        }
        for (n, first) in sent.iter().enumerate() {
            let within = sent[n..].iter().filter(|later| **later < *first + s(10)).count();
            assert!(within <= 3, "{within} from {first:?}");
        }
        // And no time is wasted: the fourth goes out when the first no longer counts.
        assert!(sent[3] <= s(11), "{sent:?}");
    }

    #[test]
    fn a_request_counts_from_when_the_server_may_have_seen_it() {
        let budgets = Budgets::new();
        let shares = budgets.shares(&[RateLimitPlan { quota: Some((2, s(10))), ..plan("q") }]);
        let answered = |at| budgets.answered(&shares, &budgets.heard(&shares), &answer(200, &[]), now(), at);
        assert_eq!(budgets.take(&shares, s(0)), Ok(()));
        assert_eq!(budgets.take(&shares, s(0)), Ok(()));
        // Both are on their way: each counts ten seconds late at the most.
        assert_eq!(budgets.take(&shares, s(0)), Err(Hold::WaitOrNews(s(20), s(900))));
        answered(s(1));
        assert_eq!(budgets.take(&shares, s(1)), Err(Hold::Wait(s(10), s(900))));
        answered(s(9));
        assert_eq!(budgets.take(&shares, s(11)), Ok(()));
        assert_eq!(budgets.take(&shares, s(11)), Err(Hold::Wait(s(8), s(900))));
        assert_eq!(budgets.take(&shares, s(19)), Ok(()));
        // Answers that come after their requests no longer count change nothing for others.
        assert_eq!(budgets.take(&shares, s(40)), Ok(()));
        assert_eq!(budgets.take(&shares, s(40)), Ok(()));
        answered(s(40));
        answered(s(40));
        assert_eq!(budgets.take(&shares, s(40)), Err(Hold::WaitOrNews(s(20), s(900))));
        answered(s(41));
        assert_eq!(budgets.take(&shares, s(41)), Err(Hold::Wait(s(10), s(900))));
    }

    #[test]
    fn one_request_asks_what_is_left_and_no_more_than_that_go_out() {
        let budgets = Budgets::new();
        let shares = budgets.shares(&[told()]);
        assert_eq!(budgets.take(&shares, s(0)), Ok(()));
        assert_eq!(budgets.take(&shares, s(0)), Err(Hold::News));
        budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(200, &[("x-left", "2"), ("x-reset", "30")]),
            now(),
            s(1),
        );
        assert_eq!(budgets.take(&shares, s(1)), Ok(()));
        assert_eq!(budgets.take(&shares, s(1)), Ok(()));
        assert_eq!(budgets.take(&shares, s(1)), Err(Hold::News));
        // One that was counted before the other, which is still on its way: it may have been counted or not.
        budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(200, &[("x-left", "1"), ("x-reset", "29")]),
            now(),
            s(2),
        );
        assert_eq!(budgets.take(&shares, s(2)), Err(Hold::News));
        budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(200, &[("x-left", "0"), ("x-reset", "29")]),
            now(),
            s(2),
        );
        assert_eq!(budgets.take(&shares, s(2)), Err(Hold::Wait(s(29), s(900))));
        assert_eq!(budgets.take(&shares, s(31)), Ok(()));
        assert_eq!(budgets.take(&shares, s(31)), Err(Hold::News));
        budgets.lost(&shares);
        assert_eq!(budgets.take(&shares, s(31)), Ok(()));
    }

    #[test]
    fn an_answer_that_was_overtaken_does_not_give_back_what_is_used_up() {
        let budgets = Budgets::new();
        let shares = budgets.shares(&[told()]);
        let answered = |heard: &Heard, left: &str, at| {
            budgets.answered(&shares, heard, &answer(200, &[("x-left", left), ("x-reset", "30")]), now(), at);
        };
        assert_eq!(budgets.take(&shares, s(0)), Ok(()));
        answered(&budgets.heard(&shares), "2", s(0));
        let first = budgets.heard(&shares);
        assert_eq!([budgets.take(&shares, s(1)), budgets.take(&shares, s(1))], [Ok(()), Ok(())]);
        // The second of both comes back before the first.
        answered(&budgets.heard(&shares), "0", s(2));
        answered(&first, "1", s(3));
        assert_eq!(budgets.take(&shares, s(3)), Err(Hold::Wait(s(30), s(900))));
        // Answers in their order are taken at their word.
        assert_eq!(budgets.take(&shares, s(33)), Ok(()));
        answered(&budgets.heard(&shares), "9", s(34));
        for _ in 0..9 {
            assert_eq!(budgets.take(&shares, s(34)), Ok(()));
        }
        assert_eq!(budgets.take(&shares, s(34)), Err(Hold::News));
    }

    #[test]
    fn an_api_that_does_not_say_what_is_left_is_not_held_up() {
        let budgets = Budgets::new();
        let shares = budgets.shares(&[told()]);
        assert_eq!(budgets.take(&shares, s(0)), Ok(()));
        budgets.answered(&shares, &budgets.heard(&shares), &answer(200, &[]), now(), s(1));
        assert_eq!([budgets.take(&shares, s(1)), budgets.take(&shares, s(1))], [Ok(()), Ok(())]);
        budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(200, &[("x-left", "unlimited")]),
            now(),
            s(1),
        );
        assert_eq!(budgets.take(&shares, s(1)), Ok(()));
        budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(200, &[("x-left", "0"), ("x-reset", "9")]),
            now(),
            s(1),
        );
        budgets.lost(&shares);
        assert_eq!(budgets.take(&shares, s(1)), Err(Hold::Wait(s(9), s(900))));
    }

    #[test]
    fn a_refusal_closes_the_budget_for_all_and_a_long_one_only_for_who_asked() {
        let budgets = Budgets::new();
        let shares = budgets.shares(&[plan("a")]);
        assert_eq!(budgets.take(&shares, s(0)), Ok(()));
        let wait = budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(429, &[("Retry-After", "20")]),
            now(),
            s(0),
        );
        assert_eq!(wait, Some(s(20)));
        assert_eq!(budgets.take(&shares, s(5)), Err(Hold::Wait(s(15), s(900))));
        assert_eq!(budgets.take(&shares, s(20)), Ok(()));
        let wait = budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(429, &[("Retry-After", "86400")]),
            now(),
            s(20),
        );
        assert_eq!(wait, Some(s(86400)));
        assert_eq!(budgets.take(&shares, s(20)), Ok(()));
        let wait = budgets.answered(
            &shares,
            &budgets.heard(&shares),
            &answer(503, &[("Retry-After", "20")]),
            now(),
            s(20),
        );
        assert_eq!(wait, None);
    }

    #[test]
    fn limits_of_one_name_are_one_budget_and_a_request_takes_of_all_or_none() {
        let budgets = Budgets::new();
        let limit = |key: &str, requests| RateLimitPlan { quota: Some((requests, s(60))), ..plan(key) };
        let all = budgets.shares(&[limit("all", 3)]);
        let search = budgets.shares(&[limit("all", 3), limit("search", 1)]);
        assert_eq!(budgets.take(&search, s(0)), Ok(()));
        assert!(budgets.take(&search, s(0)).is_err());
        assert_eq!(budgets.take(&all, s(0)), Ok(()));
        assert_eq!(budgets.take(&all, s(0)), Ok(()));
        assert!(budgets.take(&all, s(0)).is_err());
    }

    #[test]
    fn the_reset_is_read_in_its_three_forms() {
        let date = [("Date", "Sun, 06 Nov 1994 08:49:07 GMT")];
        for (text, format, headers, want) in [
            ("30", ResetFormat::Seconds, [].as_slice(), Some(30)),
            ("1.5", ResetFormat::Seconds, &[], Some(1)),
            ("784111807", ResetFormat::Unix, &[], Some(30)),
            ("784111807", ResetFormat::Unix, &date, Some(60)),
            ("784111807000", ResetFormat::Unix, &[], Some(30)),
            ("784111807", ResetFormat::Seconds, &[], Some(30)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", ResetFormat::HttpDate, &[], Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", ResetFormat::HttpDate, &[], None),
            ("1", ResetFormat::Unix, &[], Some(0)),
            ("soon", ResetFormat::Seconds, &[], None),
            ("-3", ResetFormat::Seconds, &[], None),
        ] {
            let wait = until_reset(text, format, &answer(200, headers), now());
            assert_eq!(wait.map(|wait| wait.as_secs()), want, "{text} {format:?}");
        }
    }
}
