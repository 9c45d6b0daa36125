//! How far each resource is, from the events of the run.

use std::collections::BTreeMap;
use std::time::Duration;

use restload_engine::events::{Event, RetryReason, TokenReason};

use crate::figures::{count, counted, per_second, percent, rows, time};

/// How far the resources of a run are.
#[derive(Debug)]
pub(super) struct Standing {
    /// In the order of the plan.
    pub(super) resources: Vec<Resource>,
    index: BTreeMap<String, usize>,
    /// What happened that is said once, and was not yet.
    said: Vec<String>,
}

/// How far one resource is.
#[derive(Debug, Default, Clone)]
pub(super) struct Resource {
    pub(super) name: String,
    pages: u64,
    rows: u64,
    total: Option<u64>,
    started: Option<Duration>,
    ended: Option<Duration>,
    waits: Vec<Wait>,
}

#[derive(Debug, Clone)]
struct Wait {
    until: Duration,
    why: String,
}

impl Standing {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let resources: Vec<Resource> =
            names.map(|name| Resource { name: name.to_owned(), ..Resource::default() }).collect();
        let index = resources.iter().enumerate().map(|(n, resource)| (resource.name.clone(), n)).collect();
        Self { resources, index, said: Vec::new() }
    }

    /// Takes note of an event at a time since the start of the clock.
    pub(super) fn note(&mut self, event: &Event, now: Duration) {
        match event {
            Event::ResourceStarted { resource } => {
                if let Some(resource) = self.of(resource) {
                    resource.started = Some(now);
                }
            }
            Event::Page { resource, rows, total } => {
                if let Some(resource) = self.of(resource) {
                    resource.pages += 1;
                    resource.rows += rows;
                    resource.total = total.or(resource.total);
                }
            }
            Event::ResourceFinished { resource } => {
                if let Some(resource) = self.of(resource) {
                    resource.ended = Some(now);
                }
            }
            Event::Waiting { resource, why, wait } => {
                if let Some(resource) = self.of(resource) {
                    resource.waits.retain(|wait| wait.until > now);
                    resource.waits.push(Wait { until: now + *wait, why: reason(why) });
                }
            }
            Event::TokenAsked { why, .. } => self.said.extend(renewal(*why).map(str::to_owned)),
            _ => {}
        }
    }

    /// What is to be said once, and was not yet.
    pub(super) fn news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    fn of(&mut self, name: &str) -> Option<&mut Resource> {
        self.resources.get_mut(*self.index.get(name)?)
    }
}

/// What is said of a token that is asked for; nothing of the first.
fn renewal(why: TokenReason) -> Option<&'static str> {
    match why {
        TokenReason::First => None,
        TokenReason::Expiring => Some("auth: renewing the token, which expires soon"),
        TokenReason::Refused => Some("auth: renewing the token, which the API refused"),
    }
}

fn reason(why: &RetryReason) -> String {
    match why {
        RetryReason::Status(status) => status.to_string(),
        RetryReason::RateLimit => "rate limit".to_owned(),
        RetryReason::Error(_) => "no answer".to_owned(),
    }
}

impl Resource {
    pub(super) fn has_started(&self) -> bool {
        self.started.is_some()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// What is to be said of it now.
    pub(super) fn figures(&self, now: Duration) -> String {
        let end = self.ended.unwrap_or(now);
        let passed = end.saturating_sub(self.started.unwrap_or(end));
        let mut parts = vec![counted(self.pages, "page", "pages"), rows(self.rows)];
        let rate = per_second(self.rows, passed).filter(|_| self.rows > 0);
        parts.extend(rate.map(|rate| format!("{} rows/s", count(rate))));
        if self.has_ended() {
            parts.push(format!("ended after {}", time(passed)));
            return parts.join(", ");
        }
        if let Some(total) = self.total
            && let Some(percent) = percent(self.rows, total)
        {
            parts.push(format!("{percent} % of {}", count(total)));
        }
        parts.extend(self.waiting(now));
        parts.join(", ")
    }

    fn waiting(&self, now: Duration) -> Option<String> {
        let longest = self.waits.iter().filter(|wait| wait.until > now).max_by_key(|wait| wait.until)?;
        Some(format!("waits {} to ask again ({})", time(longest.until.saturating_sub(now)), longest.why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn page(rows: u64, total: Option<u64>) -> Event {
        Event::Page { resource: "notes".into(), rows, total }
    }

    #[test]
    fn a_renewal_is_said_once_and_the_first_token_is_not() {
        let mut standing = Standing::new(["notes"].into_iter());
        for why in [TokenReason::First, TokenReason::Expiring, TokenReason::Refused] {
            standing.note(&Event::TokenAsked { url: "https://a.test/token".into(), why }, seconds(1));
        }
        assert_eq!(
            standing.news(),
            [
                "auth: renewing the token, which expires soon",
                "auth: renewing the token, which the API refused"
            ]
        );
        assert!(standing.news().is_empty());
    }

    #[test]
    fn the_figures_say_how_far_a_resource_is_and_what_it_waits_for() {
        let mut standing = Standing::new(["people", "notes"].into_iter());
        standing.note(&Event::ResourceStarted { resource: "notes".into() }, seconds(1));
        assert_eq!(standing.resources[1].figures(seconds(1)), "0 pages, 0 rows");
        standing.note(&page(1000, Some(4000)), seconds(2));
        standing.note(&page(600, None), seconds(3));
        assert_eq!(
            standing.resources[1].figures(seconds(3)),
            "2 pages, 1,600 rows, 800 rows/s, 40 % of 4,000"
        );
        let retry = |status, wait| Event::Waiting {
            resource: "notes".into(),
            why: RetryReason::Status(status),
            wait: seconds(wait),
        };
        standing.note(&retry(503, 1), seconds(3));
        standing.note(&retry(429, 30), seconds(3));
        assert!(standing.resources[1].figures(seconds(5)).ends_with("waits 28.0 s to ask again (429)"));
        assert!(!standing.resources[1].figures(seconds(33)).contains("waits"));
        standing.note(&Event::ResourceFinished { resource: "notes".into() }, seconds(5));
        assert_eq!(
            standing.resources[1].figures(seconds(60)),
            "2 pages, 1,600 rows, 400 rows/s, ended after 4.0 s"
        );
        assert!(!standing.resources[0].has_started());
    }
}
