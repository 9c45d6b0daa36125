//! Whether a request says who asks, as the spec says that it has to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use restload_spec::plan::{AuthPlan, KeyPlace};

use crate::asked::{Asked, Spot};
use crate::tokens::{Giver, token_refusal};

/// What a request lacks, as a sentence; none where it may come in.
pub(crate) fn refusal(asked: &Asked, auth: &AuthPlan, givers: &[Giver]) -> Option<String> {
    let (found, wanted, place) = match auth {
        AuthPlan::None => return None,
        AuthPlan::OAuth2(_) | AuthPlan::Session(_) => return token_refusal(asked, auth, givers),
        AuthPlan::Bearer { scheme, token } => {
            let found = asked.header("authorization").map(str::to_owned);
            (found, format!("{scheme} {}", token.expose()), format!("`Authorization: {scheme} …`"))
        }
        AuthPlan::Basic { username, password } => {
            let found = asked.header("authorization").map(str::to_owned);
            let pair = STANDARD.encode(format!("{}:{}", username.expose(), password.expose()));
            (found, format!("Basic {pair}"), "`Authorization: Basic …`".to_owned())
        }
        AuthPlan::ApiKey { name, key, place } => {
            let (found, place) = match place {
                KeyPlace::Header => (asked.header(name).map(str::to_owned), "header"),
                KeyPlace::Query => (asked.texts(&Spot::Param(name.clone())).first().cloned(), "parameter"),
                KeyPlace::Cookie => (cookie(asked, name), "cookie"),
            };
            (found, key.expose().to_owned(), format!("the {place} `{name}`"))
        }
    };
    match found {
        Some(found) if found == wanted => None,
        Some(_) => Some(format!("{place} is not the one that this sandbox gave out")),
        None => Some(format!("{place} is missing")),
    }
}

/// What a refused client is told to send.
pub(crate) fn challenge(auth: &AuthPlan) -> Option<String> {
    match auth {
        AuthPlan::Bearer { scheme, .. } => Some(scheme.clone()),
        AuthPlan::Basic { .. } => Some("Basic realm=\"sandbox\"".to_owned()),
        AuthPlan::OAuth2(_) => Some("Bearer".to_owned()),
        AuthPlan::None | AuthPlan::ApiKey { .. } | AuthPlan::Session(_) => None,
    }
}

pub(crate) fn cookie(asked: &Asked, name: &str) -> Option<String> {
    let pairs = asked.header("cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}
