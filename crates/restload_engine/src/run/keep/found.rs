//! What `auto` found out of a resource's paging, as the journal keeps it.

use restload_spec::signs::{Followed, Way};
use restload_spec::{AnswerPlace, Path, RequestPlace, Test};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A place in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PlaceKept {
    Body(String),
    Header(String),
    Row(String),
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TargetKept {
    Param(String),
    Json(String),
    Form(String),
    Header(String),
}

/// The way to the next page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FoundKept {
    way: WayKept,
    has_more: Option<(PlaceKept, Option<Vec<Value>>)>,
    total: Option<PlaceKept>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WayKept {
    HeaderLink,
    JsonLink(PlaceKept),
    Cursor(PlaceKept, TargetKept),
    PageNumber {
        param: TargetKept,
        number: Option<i64>,
        number_at: Option<PlaceKept>,
        total_pages: Option<PlaceKept>,
    },
    Offset {
        param: TargetKept,
        offset: u64,
        offset_at: Option<PlaceKept>,
    },
}

impl PlaceKept {
    fn of(place: &AnswerPlace) -> Self {
        match place {
            AnswerPlace::Body(path) => Self::Body(path.text().to_owned()),
            AnswerPlace::Header(name) => Self::Header(name.clone()),
            AnswerPlace::Row(path) => Self::Row(path.text().to_owned()),
        }
    }

    fn place(&self) -> Option<AnswerPlace> {
        Some(match self {
            Self::Body(path) => AnswerPlace::Body(Path::parse(path).ok()?),
            Self::Header(name) => AnswerPlace::Header(name.clone()),
            Self::Row(path) => AnswerPlace::Row(Path::parse(path).ok()?),
        })
    }
}

impl TargetKept {
    pub(crate) fn of(place: &RequestPlace) -> Self {
        match place {
            RequestPlace::Param(name) => Self::Param(name.clone()),
            RequestPlace::Json(path) => Self::Json(path.text().to_owned()),
            RequestPlace::Form(name) => Self::Form(name.clone()),
            RequestPlace::Header(name) => Self::Header(name.clone()),
        }
    }

    pub(crate) fn place(&self) -> Option<RequestPlace> {
        Some(match self {
            Self::Param(name) => RequestPlace::Param(name.clone()),
            Self::Json(path) => RequestPlace::Json(Path::parse(path).ok()?),
            Self::Form(name) => RequestPlace::Form(name.clone()),
            Self::Header(name) => RequestPlace::Header(name.clone()),
        })
    }
}

impl FoundKept {
    pub(crate) fn of(followed: &Followed) -> Self {
        let way = match &followed.way {
            Way::HeaderLink => WayKept::HeaderLink,
            Way::JsonLink { next } => WayKept::JsonLink(PlaceKept::of(next)),
            Way::Cursor { next, param } => WayKept::Cursor(PlaceKept::of(next), TargetKept::of(param)),
            Way::PageNumber { param, number, number_at, total_pages } => WayKept::PageNumber {
                param: TargetKept::of(param),
                number: *number,
                number_at: number_at.as_ref().map(PlaceKept::of),
                total_pages: total_pages.as_ref().map(PlaceKept::of),
            },
            Way::Offset { param, offset, offset_at } => WayKept::Offset {
                param: TargetKept::of(param),
                offset: *offset,
                offset_at: offset_at.as_ref().map(PlaceKept::of),
            },
        };
        let has_more = followed.has_more.as_ref();
        Self {
            way,
            has_more: has_more.map(|test| (PlaceKept::of(&test.place), test.equals.clone())),
            total: followed.total.as_ref().map(PlaceKept::of),
        }
    }

    /// What was found out; none where it cannot be read.
    pub(crate) fn followed(&self) -> Option<Followed> {
        // The outer one: it cannot be read.
        let maybe = |place: &Option<PlaceKept>| match place {
            Some(place) => place.place().map(Some),
            None => Some(None),
        };
        let way = match &self.way {
            WayKept::HeaderLink => Way::HeaderLink,
            WayKept::JsonLink(next) => Way::JsonLink { next: next.place()? },
            WayKept::Cursor(next, param) => Way::Cursor { next: next.place()?, param: param.place()? },
            WayKept::PageNumber { param, number, number_at, total_pages } => Way::PageNumber {
                param: param.place()?,
                number: *number,
                number_at: maybe(number_at)?,
                total_pages: maybe(total_pages)?,
            },
            WayKept::Offset { param, offset, offset_at } => {
                Way::Offset { param: param.place()?, offset: *offset, offset_at: maybe(offset_at)? }
            }
        };
        let has_more = match &self.has_more {
            None => None,
            Some((place, equals)) => Some(Test { place: place.place()?, equals: equals.clone() }),
        };
        Some(Followed { way, has_more, total: maybe(&self.total)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_comes_back_from_the_journal() {
        let body = |path: &str| AnswerPlace::Body(Path::parse(path).unwrap());
        let param = || RequestPlace::Param("page".to_owned());
        let json = || RequestPlace::Json(Path::parse("page.after").unwrap());
        let ways = [
            Way::HeaderLink,
            Way::JsonLink { next: AnswerPlace::Header("X-Next".to_owned()) },
            Way::Cursor { next: body("$['next-page']"), param: json() },
            Way::PageNumber {
                param: param(),
                number: Some(1),
                number_at: Some(body("page")),
                total_pages: None,
            },
            Way::Offset { param: RequestPlace::Form("at".to_owned()), offset: 3, offset_at: None },
        ];
        for way in ways {
            let has_more = Some(Test::equals(body("more"), Value::from("yes")));
            let followed = Followed { way, has_more, total: Some(body("total")) };
            let text = serde_json::to_string(&FoundKept::of(&followed)).unwrap();
            let kept: FoundKept = serde_json::from_str(&text).unwrap();
            assert_eq!(kept.followed(), Some(followed));
        }
    }
}
