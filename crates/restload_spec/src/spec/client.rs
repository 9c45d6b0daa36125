//! The connection to an API.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Auth, RateLimit, ResponseAction, Templated, decode, shape};

/// The connection: where, as whom, how fast.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "`client`")]
pub struct Client {
    /// The URL that paths are joined to, with exactly one `/` between. A template over `inputs`, and over `token`, the
    /// answer that brought the token. It is https; http goes to loopback only, unless `allow_http` is set.
    ///
    /// ```yaml
    /// base_url: https://api.tapfiliate.com/1.6/
    /// ```
    #[schemars(length(min = 1))]
    pub base_url: String,

    /// Further origins that the API's credentials may go to. `*.my.salesforce.com` takes one label for the star.
    /// Default: none.
    ///
    /// ```yaml
    /// allow_hosts: [files.example.com]
    /// ```
    pub allow_hosts: Option<Vec<String>>,

    /// Allows http to hosts other than loopback: credentials and rows are then readable on the way.
    /// Default: `false`.
    ///
    /// ```yaml
    /// allow_http: true
    /// ```
    pub allow_http: Option<Templated<bool>>,

    /// How requests say who asks; of a list the first whose inputs are all given. Default: `none`.
    ///
    /// ```yaml
    /// auth: {type: bearer, token: "{{inputs.token}}"}
    /// ```
    pub auth: Option<Auth>,

    /// How many requests to this API are in flight at once, over all resources. Default: 8.
    ///
    /// ```yaml
    /// concurrency: 4
    /// ```
    #[schemars(range(min = 1, max = 1000))]
    pub concurrency: Option<Templated<u32>>,

    /// How many requests the API takes in a time; one limit, or a list of them. Default: none is known.
    ///
    /// ```yaml
    /// rate_limit: {requests: 900, per: 1m}
    /// ```
    #[serde(default, deserialize_with = "decode::some_or_many")]
    #[schemars(schema_with = "shape::rate_limit")]
    pub rate_limit: Option<Vec<RateLimit>>,

    /// How often and when a failed request is sent again. Default: what `retry` says of each key.
    ///
    /// ```yaml
    /// retry: {attempts: 3}
    /// ```
    pub retry: Option<Retry>,

    /// What answers mean that are not simply read; the first that fits is taken, after those of the resource. Default: what is
    /// built in.
    ///
    /// ```yaml
    /// response_actions:
    ///   - {status: 404, action: end_walk}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::response_actions")]
    pub response_actions: Option<Vec<ResponseAction>>,

    /// How long a request may take. Default: what `timeout` says of each key.
    ///
    /// ```yaml
    /// timeout: {read: 2m}
    /// ```
    pub timeout: Option<Timeout>,

    /// Whom the API is trusted by, and with which certificate it is asked. Default: the certificates that the system trusts,
    /// and no certificate of ours.
    ///
    /// ```yaml
    /// tls: {ca_file: "{{inputs.ca_file}}"}
    /// ```
    pub tls: Option<Tls>,

    /// The largest answer that is read, after decompression too; a larger one is an error. Default: `256MiB`.
    ///
    /// ```yaml
    /// max_body: 1GiB
    /// ```
    pub max_body: Option<Size>,
}

/// How often and when a failed request is sent again: exponential waits with full jitter, `Retry-After` wins.
/// Broken connections, timeouts and cut-off bodies are failures too.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "`retry`")]
pub struct Retry {
    /// How often a request is sent at most, the first time included. Default: 6.
    ///
    /// ```yaml
    /// retry: {attempts: 3}
    /// ```
    #[schemars(range(min = 1, max = 100))]
    pub attempts: Option<Templated<u32>>,

    /// The status codes that are worth another attempt. Default: `[408, 425, 429, 500, 502, 503, 504]`.
    ///
    /// ```yaml
    /// retry: {statuses: [409, 429, 503]}
    /// ```
    #[schemars(schema_with = "shape::statuses")]
    pub statuses: Option<Vec<u16>>,

    /// The wait before the second attempt, doubled for each further one. Default: `500ms`.
    ///
    /// ```yaml
    /// retry: {initial: 1s}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub initial: Option<String>,

    /// The longest wait between two attempts. Default: `60s`.
    ///
    /// ```yaml
    /// retry: {max: 5m}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub max: Option<String>,
}

/// How long a request may take.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "`timeout`")]
pub struct Timeout {
    /// Until the connection stands. Default: `10s`.
    ///
    /// ```yaml
    /// timeout: {connect: 5s}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub connect: Option<String>,

    /// Without a byte of the answer. Default: `60s`.
    ///
    /// ```yaml
    /// timeout: {read: 2m}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub read: Option<String>,

    /// From sending to the last byte of the answer. Default: `5m`.
    ///
    /// ```yaml
    /// timeout: {total: 15m}
    /// ```
    #[schemars(schema_with = "shape::duration")]
    pub total: Option<String>,
}

/// Certificates of a connection. Files are PEM, and relative to the folder that restload is started in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "`tls`")]
pub struct Tls {
    /// The certificates that a server's own must be signed by, in place of those that the system trusts; the file may hold
    /// several. A template over `inputs`. Default: those of the system.
    ///
    /// ```yaml
    /// tls: {ca_file: certificates/company-ca.pem}
    /// ```
    pub ca_file: Option<String>,

    /// The certificate that says who asks, the chain above it behind it; it needs `client_key`. It is shown to the origin of
    /// `base_url` and to those of `allow_hosts` and of tokens. A template over `inputs`. Default: none.
    ///
    /// ```yaml
    /// tls: {client_cert: "{{inputs.certificate}}", client_key: "{{inputs.certificate_key}}"}
    /// ```
    pub client_cert: Option<String>,

    /// The key of `client_cert`, without a passphrase. A template over `inputs`. Default: none.
    ///
    /// ```yaml
    /// tls: {client_cert: certificates/mine.pem, client_key: certificates/mine.key}
    /// ```
    pub client_key: Option<String>,
}

/// A number of bytes, as a number or with a unit: `1048576`, `256MiB`, `10MB`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Size {
    /// Bytes.
    Bytes(u64),
    /// A number with its unit, or a template over `inputs`.
    Text(String),
}
