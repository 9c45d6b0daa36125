//! `sample-looks-personal`: a sample seems to hold the data of real people.

use std::collections::HashSet;

use restload_diag::Diagnostic;

use super::SAMPLE_LOOKS_PERSONAL;
use super::sampled::{at_own, texts};
use crate::Lint;

/// Fewer addresses or numbers than this in a sample are what documentation makes up.
const SEVERAL: usize = 5;

/// Parts of the names that telephone numbers stand under.
const OF_PHONES: [&str; 4] = ["phone", "mobile", "cell_number", "fax"];

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    for resource in &lint.resources {
        let Some(sample) = lint.sample(resource) else { continue };
        let Some(body) = sample.body.as_ref().filter(|_| seen.insert(&sample.path)) else { continue };
        let (mut addresses, mut phones, mut first) = (HashSet::new(), HashSet::new(), String::new());
        texts(body, &mut |at, name, text| {
            let is_new = if is_address(text) {
                addresses.insert(text.to_ascii_lowercase())
            } else {
                is_phone(name, text) && phones.insert(text.to_owned())
            };
            if is_new && first.is_empty() {
                at.clone_into(&mut first);
            }
        });
        let what = match (addresses.len(), phones.len()) {
            (count, _) if count >= SEVERAL => format!("{count} e-mail addresses"),
            (_, count) if count >= SEVERAL => format!("{count} telephone numbers"),
            _ => continue,
        };
        let message =
            format!("`{}` holds {what} that may be of real people, the first at `{first}`", sample.path);
        let help = "put made-up ones in their place (`jane@example.com`, `+1 555 0100`): two or three rows are enough";
        found.push(at_own(&SAMPLE_LOOKS_PERSONAL, lint, resource, "sample", message).help(help));
    }
}

/// Whether a text is an e-mail address at a domain that is not there for examples (RFC 2606).
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_made_of = |part: &str, more: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || more.contains(letter))
    };
    let domain = domain.to_lowercase();
    let labels: Vec<&str> = domain.split('.').collect();
    let is_example = labels.contains(&"example")
        || matches!(labels.last(), Some(&("test" | "invalid" | "localhost" | "local")));
    is_made_of(local, "._%+-'") && is_made_of(&domain, ".-") && labels.len() > 1 && !is_example
}

/// Whether a text is a telephone number, and not one of those that are there for fiction (`555`).
fn is_phone(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    OF_PHONES.iter().any(|part| name.contains(part))
        && (9..=15).contains(&digits)
        && text.chars().all(|letter| letter.is_ascii_digit() || " +-().".contains(letter))
        && !text.contains("555")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_there_for_examples_are_nobodys() {
        assert!(["jane.doe@acme-corp.com", "o'neil@mail.co.uk"].into_iter().all(is_address));
        for text in [
            "jane@example.com",
            "a@b.example",
            "x@a.test",
            "@jane",
            "a b@c.com",
            "git@host:path",
            "jane@localhost",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn a_telephone_number_has_its_name_and_enough_digits() {
        assert!(is_phone("mobile_phone", "+49 (30) 123456-78"));
        for (name, text) in
            [("id", "4930123456"), ("phone", "+1 555 0100 000"), ("phone", "1234"), ("phone_type", "mobile")]
        {
            assert!(!is_phone(name, text), "{name}: {text}");
        }
    }
}
