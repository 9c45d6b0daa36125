//! `wide-allow-hosts`: credentials may go to hosts that anybody can have.

use restload_diag::{Diagnostic, Pointer};

use super::WIDE_ALLOW_HOSTS;
use crate::Lint;

/// Domains below which anybody can get a name within minutes: hosting, tunnels, object stores.
const SHARED: [&str; 27] = [
    "amazonaws.com",
    "appspot.com",
    "azurewebsites.net",
    "blob.core.windows.net",
    "cloudapp.azure.com",
    "cloudfront.net",
    "digitaloceanspaces.com",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "r2.dev",
    "railway.app",
    "run.app",
    "storage.googleapis.com",
    "supabase.co",
    "trycloudflare.com",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// Second labels that registries hand out names below (`co.uk`, `com.au`), where the last label is a country.
const SECOND_LEVEL: [&str; 9] = ["ac", "co", "com", "edu", "gob", "gov", "net", "or", "org"];

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let at = Pointer::root().join("client").join("allow_hosts");
    for (n, host) in lint.spec.client.allow_hosts.iter().flatten().enumerate() {
        let Some(domain) = host.trim().strip_prefix("*.") else { continue };
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        let whose = if is_public_suffix(&domain) {
            "every name that is registered there"
        } else if is_shared(&domain) {
            "whatever anybody puts there"
        } else {
            continue;
        };
        let message = format!("`{host}` lets the credentials go to {whose}");
        let help = "name the hosts that the API really answers from";
        found.push(WIDE_ALLOW_HOSTS.at(at.join(n), message).help(help));
    }
}

fn is_public_suffix(domain: &str) -> bool {
    match domain.split('.').collect::<Vec<_>>()[..] {
        [top] => !top.is_empty() && top.bytes().all(|byte| byte.is_ascii_alphabetic()),
        [second, country] => country.len() == 2 && SECOND_LEVEL.contains(&second),
        _ => false,
    }
}

fn is_shared(domain: &str) -> bool {
    SHARED.iter().any(|shared| {
        domain.strip_suffix(shared).is_some_and(|below| below.is_empty() || below.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_can_have_a_name_below_is_wide() {
        assert!(["com", "co.uk", "com.au"].into_iter().all(is_public_suffix));
        assert!(["github.io", "s3.eu-west-1.amazonaws.com"].into_iter().all(is_shared));
    }

    #[test]
    fn the_hosts_of_one_owner_are_not() {
        for domain in ["my.salesforce.com", "example.com", "notgithub.io", "acme.co", "{{inputs.zone}}"] {
            assert!(!is_public_suffix(domain) && !is_shared(domain), "{domain}");
        }
    }
}
