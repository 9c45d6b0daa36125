//! Progress where no terminal is: lines at the start and the end of each resource, and for those that go on every 10
//! seconds.

use std::time::Duration;

use super::standing::Standing;

/// How often a resource that goes on is spoken of.
const INTERVAL: Duration = Duration::from_secs(10);

/// What was said of which resource.
#[derive(Debug)]
pub(super) struct Lines {
    said: Vec<Said>,
    spoken: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    Start,
    End,
}

impl Lines {
    /// Nothing was said yet.
    pub(super) fn new(now: Duration) -> Self {
        Self { said: Vec::new(), spoken: now }
    }

    /// The lines that are due.
    pub(super) fn due(&mut self, standing: &Standing, now: Duration) -> Vec<String> {
        self.said.resize(standing.resources.len(), Said::Nothing);
        let regular = now.saturating_sub(self.spoken) >= INTERVAL;
        if regular {
            self.spoken = now;
        }
        let mut lines = Vec::new();
        for (resource, said) in standing.resources.iter().zip(&mut self.said) {
            if !resource.has_started() || *said == Said::End {
                continue;
            }
            let figures = || format!("{}: {}", resource.name, resource.figures(now));
            if resource.has_ended() {
                lines.push(figures());
                *said = Said::End;
            } else if *said == Said::Nothing {
                lines.push(format!("{}: started", resource.name));
                *said = Said::Start;
            } else if regular {
                lines.push(figures());
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use restload_engine::events::Event;

    use super::*;

    #[test]
    fn a_resource_is_spoken_of_at_its_start_every_ten_seconds_and_at_its_end() {
        let seconds = Duration::from_secs;
        let mut standing = Standing::new(["people", "notes"].into_iter());
        let mut lines = Lines::new(seconds(0));
        assert!(lines.due(&standing, seconds(0)).is_empty());
        standing.note(&Event::ResourceStarted { resource: "notes".into() }, seconds(0));
        assert_eq!(lines.due(&standing, seconds(1)), ["notes: started"]);
        standing.note(&Event::Page { resource: "notes".into(), rows: 30, total: None }, seconds(2));
        assert!(lines.due(&standing, seconds(9)).is_empty());
        assert_eq!(lines.due(&standing, seconds(10)), ["notes: 1 page, 30 rows, 3 rows/s"]);
        assert!(lines.due(&standing, seconds(19)).is_empty());
        standing.note(&Event::ResourceFinished { resource: "notes".into() }, seconds(15));
        assert_eq!(
            lines.due(&standing, seconds(20)),
            ["notes: 1 page, 30 rows, 2 rows/s, ended after 15.0 s"]
        );
        assert!(lines.due(&standing, seconds(30)).is_empty());
    }

    #[test]
    fn a_resource_that_ended_between_two_looks_is_one_line() {
        let mut standing = Standing::new(["notes"].into_iter());
        standing.note(&Event::ResourceStarted { resource: "notes".into() }, Duration::ZERO);
        standing.note(&Event::ResourceFinished { resource: "notes".into() }, Duration::ZERO);
        let mut lines = Lines::new(Duration::ZERO);
        assert_eq!(lines.due(&standing, Duration::ZERO), ["notes: 0 pages, 0 rows, ended after 0 s"]);
    }
}
