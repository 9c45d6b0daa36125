//! What answers in a round.

use std::sync::Arc;

use restload_fakes::{Api, Fake, Options};

use super::lists::Lists;
use crate::faults::Behind;

/// The API of a scenario, running.
pub(super) enum Running {
    Fake(Fake),
    Lists(Arc<Lists>),
}

impl Running {
    pub(super) fn fake(api: Api, options: &Options) -> Result<Self, String> {
        Fake::start(api, options).map(Self::Fake).map_err(|error| error.to_string())
    }

    /// What a front stands in front of.
    pub(super) fn behind(&self) -> Result<Behind, String> {
        match self {
            Self::Fake(fake) => {
                let address = fake.origin().trim_start_matches("http://").parse();
                address.map(Behind::Server).map_err(|error| format!("{}: {error}", fake.origin()))
            }
            Self::Lists(lists) => {
                let lists = Arc::clone(lists);
                Ok(Behind::Function(Arc::new(move |asked| lists.answer(asked))))
            }
        }
    }
}
