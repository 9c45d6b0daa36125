//! Progress on a terminal: a line per resource, which changes in its place.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::standing::Standing;

/// The lines of a terminal. All of them are drawn at once, which is why they are one bar.
pub(super) struct Bars {
    lines: ProgressBar,
}

impl Bars {
    pub(super) fn new() -> Self {
        let lines = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // The default style, a bar, is as good a fallback as any for a template that is known to parse.
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { lines: lines.with_style(style) }
    }

    /// Brings the lines up to date.
    pub(super) fn show(&self, standing: &Standing, now: Duration) {
        let text = draw(standing, now);
        if !text.is_empty() {
            self.lines.set_message(text);
        }
    }

    /// Lets something else be written above the lines.
    pub(super) fn beside(&self, write: impl FnOnce()) {
        self.lines.suspend(write);
    }

    /// Leaves the lines as they are.
    pub(super) fn finish(&self) {
        self.lines.abandon();
    }
}

/// The lines of all resources that have started, in the order of the plan.
fn draw(standing: &Standing, now: Duration) -> String {
    let started = || standing.resources.iter().filter(|resource| resource.has_started());
    let width = started().map(|resource| resource.name.chars().count()).max().unwrap_or(0);
    let lines: Vec<_> =
        started().map(|resource| format!("{:width$}  {}", resource.name, resource.figures(now))).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use restload_engine::events::Event;

    use super::*;

    #[test]
    fn resources_that_have_started_stand_below_each_other() {
        let mut standing = Standing::new(["people", "no", "notes"].into_iter());
        assert_eq!(draw(&standing, Duration::ZERO), "");
        for name in ["notes", "people"] {
            standing.note(&Event::ResourceStarted { resource: name.into() }, Duration::ZERO);
        }
        standing.note(&Event::Page { resource: "notes".into(), rows: 5, total: None }, Duration::ZERO);
        assert_eq!(
            draw(&standing, Duration::from_secs(1)),
            "people  0 pages, 0 rows\nnotes   1 page, 5 rows, 5 rows/s"
        );
    }
}
