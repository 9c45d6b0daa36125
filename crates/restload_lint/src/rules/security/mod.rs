//! Credentials, and where they go.

use crate::rule::{Found, Rule, rule};

pub(crate) mod credential;
mod foreign_env;
mod secret_default;
mod secret_in_query;
mod secret_in_spec;
mod wide_allow_hosts;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &SECRET_IN_SPEC,
    &SECRET_DEFAULT,
    &SECRET_IN_QUERY,
    &BASE_URL,
    &HTTP_BASE_URL,
    &ALLOW_HOSTS,
    &WIDE_ALLOW_HOSTS,
    &TOKEN_URL,
    &KEY_OF_ANOTHER_GRANT,
    &ROTATING_TOKEN,
    &TOKEN_UNUSED,
    &FOREIGN_ENV,
];

static SECRET_IN_SPEC: Rule = rule!(Security, "secret-in-spec", Error, Found::Here(secret_in_spec::check));
static SECRET_DEFAULT: Rule = rule!(Security, "secret-default", Error, Found::Here(secret_default::check));
static SECRET_IN_QUERY: Rule = rule!(Security, "secret-in-query", Note, Found::Here(secret_in_query::check));
static BASE_URL: Rule = rule!(Security, "base-url", Error, Found::Reading);
static HTTP_BASE_URL: Rule = rule!(Security, "http-base-url", Error, Found::Reading);
static ALLOW_HOSTS: Rule = rule!(Security, "allow-hosts", Error, Found::Reading);
static WIDE_ALLOW_HOSTS: Rule =
    rule!(Security, "wide-allow-hosts", Warning, Found::Here(wide_allow_hosts::check));
static TOKEN_URL: Rule = rule!(Security, "token-url", Error, Found::Reading);
static KEY_OF_ANOTHER_GRANT: Rule = rule!(Security, "key-of-another-grant", Error, Found::Reading);
static ROTATING_TOKEN: Rule = rule!(Security, "rotating-token", Error, Found::Reading);
static TOKEN_UNUSED: Rule = rule!(Security, "token-unused", Error, Found::Reading);
static FOREIGN_ENV: Rule = rule!(Security, "foreign-env", Warning, Found::Here(foreign_env::check));
