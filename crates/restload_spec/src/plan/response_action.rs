//! What answers mean that are not simply read, settled.

use std::time::Duration;

use restload_diag::Pointer;
use serde_json::Value;

use crate::spec::{ActionWord, ResetFormat};
use crate::{AnswerPlace, Test};

/// What is done about an answer that fits.
#[derive(Debug, Clone)]
pub struct ResponseActionPlan {
    /// The statuses that fit, from and to, both included; none: any.
    pub statuses: Vec<(u16, u16)>,
    /// A test on the answer.
    pub when: Option<Test>,
    /// A text in the body.
    pub contains: Option<String>,
    /// What is done.
    pub action: ActionWord,
    /// The request is asked again first, as `retry` says.
    pub after_retries: bool,
    /// How long to wait before it is asked again.
    pub wait: Option<WaitPlan>,
    /// What a failure says.
    pub message: Option<String>,
    /// Where it stands in the spec.
    pub at: Pointer,
}

/// How long to wait before a request is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitPlan {
    /// So long.
    For(Duration),
    /// As a header says.
    Told(String, ResetFormat),
}

impl ResponseActionPlan {
    /// Whether an answer's status fits.
    pub fn fits_status(&self, status: u16) -> bool {
        self.statuses.is_empty() || self.statuses.iter().any(|(from, to)| (*from..=*to).contains(&status))
    }

    /// Whether an answer of a fitting status fits. `values` gives what is at a place of the answer.
    pub fn fits(&self, body: &[u8], values: impl FnOnce(&AnswerPlace) -> Vec<Value>) -> bool {
        let contains =
            self.contains.as_ref().is_none_or(|text| memchr::memmem::find(body, text.as_bytes()).is_some());
        contains
            && self.when.as_ref().is_none_or(|test| {
                let values = values(&test.place);
                test.holds(&values.iter().collect::<Vec<_>>())
            })
    }
}
