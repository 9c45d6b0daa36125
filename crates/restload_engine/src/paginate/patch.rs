//! A paginator's patch, put on a request.

use thiserror::Error;
use url::Url;

use super::Patch;
use crate::redact::Redactor;
use crate::transport::{PlaceError, RequestParts, name_of_pair};

/// The next request cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatchError {
    /// A place that the request does not have.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The link is no URL.
    #[error("the link to the next page is not a URL of http or https: {reason}")]
    Link {
        /// What is wrong with it.
        reason: String,
    },
}

/// The request for the next page. `base` is the resource's own request with what [`first`](super::first) sets, and stays the same for
/// a whole walk; `answered` is the URL of the answer, which a relative link starts from.
///
/// A link is sent as it came, with the method, headers and body of `base`; with `keep_params` the parameters of `base` that the
/// link lacks are added. A secret in it that was not encoded is, where it would be cut. The origin is not judged here.
pub fn apply(
    patch: &Patch,
    base: &RequestParts,
    answered: &Url,
    keep_params: bool,
    redactor: &Redactor,
) -> Result<RequestParts, PatchError> {
    let mut next = base.clone();
    match patch {
        Patch::Set(values) => {
            for (place, value) in values {
                next.set(place, value)?;
            }
        }
        Patch::Url(link) => {
            let url = answered.join(&redactor.keep_whole(link.trim()));
            let mut url = url.map_err(|error| PatchError::Link { reason: error.to_string() })?;
            if !matches!(url.scheme(), "http" | "https") {
                return Err(PatchError::Link { reason: format!("its scheme is `{}`", url.scheme()) });
            }
            url.set_fragment(None);
            if keep_params {
                let names: Vec<String> =
                    url.query().unwrap_or_default().split('&').map(name_of_pair).collect();
                next.params.retain(|(name, _)| !names.contains(name));
            } else {
                next.params.clear();
            }
            next.url = url;
        }
    }
    Ok(next)
}
