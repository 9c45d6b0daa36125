//! Progress on a terminal: a line per resource, which changes in its place.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::standing::Standing;

/// The lines of a terminal.
pub(super) struct Bars {
    all: MultiProgress,
    lines: Vec<Option<ProgressBar>>,
}

impl Bars {
    pub(super) fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        Self { all, lines: Vec::new() }
    }

    /// Brings the lines up to date.
    pub(super) fn show(&mut self, standing: &Standing, now: Duration) {
        self.lines.resize(standing.resources.len(), None);
        let width =
            standing.resources.iter().map(|resource| resource.name.chars().count()).max().unwrap_or(0);
        for (resource, line) in standing.resources.iter().zip(&mut self.lines) {
            if !resource.has_started() {
                continue;
            }
            let line = line.get_or_insert_with(|| self.all.add(plain_line()));
            if line.is_finished() {
                continue;
            }
            let text = format!("{:width$}  {}", resource.name, resource.figures(now));
            if resource.has_ended() {
                line.finish_with_message(text);
            } else {
                line.set_message(text);
            }
        }
    }

    /// Leaves the lines as they are.
    pub(super) fn finish(&mut self) {
        for line in self.lines.iter().flatten().filter(|line| !line.is_finished()) {
            line.abandon();
        }
    }
}

fn plain_line() -> ProgressBar {
    // The default style, a bar, is as good a fallback as any for a template that is known to parse.
    let style = ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style)
}
