//! `header_link`: the URL of the Link header (RFC 8288).

use super::{Answer, Next, Patch, Position, StopReason};

pub(super) fn next(rel: &str, answer: &dyn Answer) -> (Next, Position) {
    let next = match answer.link(rel).filter(|url| !url.trim().is_empty()) {
        Some(url) => Next::Fetch(Patch::Url(url)),
        None => Next::Stop(StopReason::NoNext),
    };
    (next, Position::Link)
}
