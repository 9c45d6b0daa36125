//! How many requests an API takes in a time.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Templated, shape};

/// How many requests the API takes in a time: by a number, or by what its answers say in headers. It is kept before the API has
/// to refuse; repeated requests count.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "`rate_limit`")]
pub struct RateLimit {
    /// A name: limits of one name, of the client and of resources, are one budget. Default: each is a budget of its own.
    ///
    /// ```yaml
    /// rate_limit: {name: search, requests: 30, per: 1m}
    /// ```
    #[schemars(length(min = 1))]
    pub name: Option<String>,

    /// How many requests are sent at most in the time of `per`. Default: no number is known.
    ///
    /// ```yaml
    /// rate_limit: {requests: 900, per: 1m}
    /// ```
    #[schemars(range(min = 1))]
    pub requests: Option<Templated<u64>>,

    /// The time in which `requests` are sent at most. Default: none.
    ///
    /// ```yaml
    /// rate_limit: {requests: 10, per: 1s}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub per: Option<String>,

    /// The header that says how many requests are left. Default: none.
    ///
    /// ```yaml
    /// rate_limit: {remaining: X-Ratelimit-Remaining, reset: X-Ratelimit-Reset}
    /// ```
    #[schemars(length(min = 1))]
    pub remaining: Option<String>,

    /// The header that says when requests are left again. Default: none.
    ///
    /// ```yaml
    /// rate_limit: {reset: Retry-At, reset_format: unix}
    /// ```
    #[schemars(length(min = 1))]
    pub reset: Option<String>,

    /// How `reset` says it: the `seconds` until then, the `unix` time, or an `http_date`. Default: `seconds`.
    ///
    /// ```yaml
    /// rate_limit: {remaining: X-Ratelimit-Remaining, reset: X-Ratelimit-Reset, reset_format: unix}
    /// ```
    pub reset_format: Option<ResetFormat>,

    /// The longest wait for this limit. A longer one ends the run with the time at which to come back. Default: `15m`.
    ///
    /// ```yaml
    /// rate_limit: {requests: 100000, per: 30d, max_wait: 0s}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub max_wait: Option<String>,
}

/// How a header says when requests are left again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ResetFormat {
    /// Seconds from the answer on.
    Seconds,
    /// Seconds since 1970-01-01T00:00:00Z.
    Unix,
    /// A date as HTTP writes it (RFC 9110, 5.6.7).
    HttpDate,
}
