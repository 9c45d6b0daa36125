//! A flag that says whether there is more.

use serde_json::Value;

use super::names::{MORE, NO_MORE, is_about_paging};
use super::{Looked, Untold, UntoldBy, place_text};
use crate::{AnswerPlace, Test};

/// A flag that says whether there is more.
pub(super) struct Flag {
    pub(super) test: Test,
    pub(super) more: bool,
}

impl Flag {
    pub(super) fn untold(&self) -> Untold {
        let place = place_text(&self.test.place);
        Untold {
            by: UntoldBy::Flag,
            rule: "untaken-next",
            what: format!(
                "says in `{}` that there is more, and not how to ask for it",
                place.trim_matches('"')
            ),
            write: format!("{{type: cursor, next: …, param: …, has_more: {place}}}"),
        }
    }
}

/// The flag that stands nearest to what leads to the next page, in the object `home`. Those that contradict each other say nothing.
pub(super) fn find(looked: &Looked<'_, '_>, home: &[String]) -> Option<Flag> {
    let mut best: Option<(usize, Flag)> = None;
    let mut contradicted = false;
    for leaf in looked.leaves {
        let Value::Bool(value) = leaf.value else { continue };
        let more = match leaf.name.as_str() {
            name if MORE.contains(&name) => *value,
            name if NO_MORE.contains(&name) => !value,
            _ => continue,
        };
        if !is_about_paging(leaf.home(), looked.first.rows_at) && leaf.home() != home {
            continue;
        }
        let near = leaf.home().iter().zip(home).take_while(|(one, other)| *one == other).count();
        let place = AnswerPlace::Body(leaf.path());
        let positive = MORE.contains(&leaf.name.as_str());
        let test = if positive { Test::present(place) } else { Test::equals(place, Value::Bool(false)) };
        match &best {
            Some((known, _)) if *known > near => {}
            Some((known, flag)) if *known == near => contradicted |= flag.more != more,
            _ => {
                contradicted = false;
                best = Some((near, Flag { test, more }));
            }
        }
    }
    best.filter(|_| !contradicted).map(|(_, flag)| flag)
}
