//! A table per kind: every field with a first, a middle and a last page, and with what answers get wrong.

mod ahead;
mod counted;
mod linked;
mod patch;
mod stops;

use restload_diag::Pointer;
use restload_spec::plan::{PaginatorKind, PaginatorPlan, ValueTemplate};
use restload_spec::{AnswerPlace, Path, RequestPlace, Test};
use serde_json::{Value, json};
use url::Url;

use super::{Answer, Next, PaginateError, Patch, Position, Progress, StopReason};

/// An answer made by hand.
struct Made {
    body: Value,
    headers: Vec<(&'static str, &'static str)>,
    rows: usize,
    single: bool,
    url: Url,
}

fn made(body: Value, rows: usize) -> Made {
    Made {
        body,
        headers: Vec::new(),
        rows,
        single: false,
        url: Url::parse("https://a.test/v1/x?page=1").unwrap(),
    }
}

impl Answer for Made {
    fn values(&self, place: &AnswerPlace) -> Vec<Value> {
        match place {
            AnswerPlace::Body(path) => path.select(&self.body).into_iter().cloned().collect(),
            AnswerPlace::Row(path) => {
                let last = self.body["data"].as_array().and_then(|rows| rows.last());
                last.map(|last| path.select(last).into_iter().cloned().collect()).unwrap_or_default()
            }
            AnswerPlace::Header(name) => {
                let found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|&(_, value)| Value::from(value)).collect()
            }
        }
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn single(&self) -> bool {
        self.single
    }

    fn link(&self, rel: &str) -> Option<String> {
        let links = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"));
        crate::link::find(links.map(|&(_, value)| value), rel)
    }

    fn url(&self) -> &Url {
        &self.url
    }
}

fn body(path: &str) -> AnswerPlace {
    AnswerPlace::Body(Path::parse(path).unwrap())
}

fn param(name: &str) -> RequestPlace {
    RequestPlace::Param(name.to_owned())
}

fn plan(kind: PaginatorKind) -> PaginatorPlan {
    PaginatorPlan {
        stop_on_empty_page: matches!(kind, PaginatorKind::PageNumber { .. } | PaginatorKind::Offset { .. }),
        kind,
        size: None,
        has_more: None,
        stop_on_short_page: false,
        max_pages: None,
        keep_params: false,
        at: Pointer::root(),
    }
}

fn page_number(total_pages: Option<AnswerPlace>) -> PaginatorPlan {
    let start = ValueTemplate::Literal(json!(1));
    plan(PaginatorKind::PageNumber { param: param("page"), start, total_pages })
}

fn offset() -> PaginatorPlan {
    plan(PaginatorKind::Offset { param: param("offset"), start: ValueTemplate::Literal(json!(0)) })
}

fn cursor(next: AnswerPlace) -> PaginatorPlan {
    plan(PaginatorKind::Cursor { next, param: param("after"), start: None })
}

fn header_link() -> PaginatorPlan {
    plan(PaginatorKind::HeaderLink { rel: "next".to_owned() })
}

fn json_link() -> PaginatorPlan {
    plan(PaginatorKind::JsonLink { next: body("next") })
}

fn progress(rows: u64, total: Option<u64>) -> Progress {
    Progress { pages: 1, rows, total }
}

/// What comes after `answer`, as far as its own rows and no total can tell.
fn after(
    plan: &PaginatorPlan,
    position: &Position,
    answer: &Made,
) -> Result<(Next, Position), PaginateError> {
    super::next(plan, position, &progress(answer.rows as u64, None), answer)
}

#[track_caller]
fn stops(plan: &PaginatorPlan, position: &Position, answer: &Made, reason: StopReason) {
    assert_eq!(after(plan, position, answer), Ok((Next::Stop(reason), position.clone())));
}

fn fetch(place: RequestPlace, value: Value) -> Next {
    Next::Fetch(Patch::Set(vec![(place, value)]))
}

fn present(place: AnswerPlace) -> Test {
    Test::present(place)
}
