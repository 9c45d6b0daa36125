//! What a credential looks like: the marks of well-known issuers, names that say so, and texts that nobody makes up.
//!
//! Whatever a reader would take for a placeholder (`YOUR_API_KEY`, `xxxx`) is none.

use std::ops::Range;

/// What may follow the mark of an issuer.
#[derive(Clone, Copy)]
enum Tail {
    /// Letters and digits, at least so many.
    Letters(usize),
    /// Letters, digits, `-` and `_`, at least so many.
    Words(usize),
    /// Capitals and digits, exactly so many.
    Capitals(usize),
    /// Further parts after dots, exactly so many, each of at least 10 letters, digits, `-` and `_`.
    Parts(usize),
}

/// How well-known issuers begin their credentials, and what these are called.
const MARKS: [(&str, Tail, &str); 35] = [
    ("ghp_", Tail::Letters(30), "a GitHub token"),
    ("gho_", Tail::Letters(30), "a GitHub token"),
    ("ghu_", Tail::Letters(30), "a GitHub token"),
    ("ghs_", Tail::Letters(30), "a GitHub token"),
    ("ghr_", Tail::Letters(30), "a GitHub token"),
    ("github_pat_", Tail::Words(22), "a GitHub token"),
    ("glpat-", Tail::Words(20), "a GitLab token"),
    ("sk_live_", Tail::Letters(16), "a Stripe key"),
    ("rk_live_", Tail::Letters(16), "a Stripe key"),
    ("sk_test_", Tail::Letters(16), "a Stripe key"),
    ("rk_test_", Tail::Letters(16), "a Stripe key"),
    ("xoxb-", Tail::Words(20), "a Slack token"),
    ("xoxp-", Tail::Words(20), "a Slack token"),
    ("xoxa-", Tail::Words(20), "a Slack token"),
    ("xoxs-", Tail::Words(20), "a Slack token"),
    ("xapp-", Tail::Words(20), "a Slack token"),
    ("AKIA", Tail::Capitals(16), "an AWS access key"),
    ("ASIA", Tail::Capitals(16), "an AWS access key"),
    ("AIza", Tail::Words(35), "a Google API key"),
    ("ya29.", Tail::Words(20), "a Google token"),
    ("shpat_", Tail::Letters(32), "a Shopify token"),
    ("shpss_", Tail::Letters(32), "a Shopify secret"),
    ("shpca_", Tail::Letters(32), "a Shopify token"),
    ("pat-na1-", Tail::Words(36), "a HubSpot token"),
    ("pat-eu1-", Tail::Words(36), "a HubSpot token"),
    ("SG.", Tail::Parts(1), "a SendGrid key"),
    ("npm_", Tail::Letters(36), "an npm token"),
    ("lin_api_", Tail::Letters(40), "a Linear key"),
    ("ntn_", Tail::Letters(40), "a Notion token"),
    ("dop_v1_", Tail::Letters(64), "a DigitalOcean token"),
    ("sk-ant-", Tail::Words(20), "an Anthropic key"),
    ("sk-proj-", Tail::Words(20), "an OpenAI key"),
    ("eyJhbGci", Tail::Parts(2), "a JSON Web Token"),
    ("eyJ0eXAi", Tail::Parts(2), "a JSON Web Token"),
    ("eyJraWQi", Tail::Parts(2), "a JSON Web Token"),
];

/// How a private key in PEM begins, and how its first line ends.
const PEM: (&str, &str) = ("-----BEGIN ", "PRIVATE KEY-----");

/// Names that credentials stand under, without `-` and `_`.
const NAMES: [&str; 20] = [
    "accesstoken",
    "apikey",
    "apisecret",
    "apitoken",
    "appkey",
    "authorization",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "idtoken",
    "password",
    "privatekey",
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "secretkey",
    "sessiontoken",
    "xaccesstoken",
    "xapikey",
    "xauthtoken",
];

/// Names that credentials stand under in a request. In an answer a `token` may be the mark of the next page, and a
/// `key` that of a row.
const NAMES_IN_REQUESTS: [&str; 8] =
    ["auth", "cookie", "key", "sig", "signature", "token", "xapitoken", "xtoken"];

/// The credentials in a text that their issuers mark, each with its bytes and what it is called.
pub(crate) fn marked(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let mut found = Vec::new();
    let mut rest = 0..text.len();
    while let Some(start) = text[rest.clone()].find(is_part) {
        let start = rest.start + start;
        let length = text[start..].find(|letter| !is_part(letter)).unwrap_or(text.len() - start);
        let word = text[start..start + length].trim_end_matches('.');
        if word.len() >= 20
            && let Some(what) = mark_of(word)
            && !is_placeholder(word)
        {
            found.push((start..start + word.len(), what));
        }
        rest.start = start + length;
    }
    found.extend(private_keys(text));
    found
}

fn private_keys(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    text.match_indices(PEM.0).filter_map(|(start, _)| {
        let line = text[start..].lines().next().unwrap_or_default();
        let end = text[start..].find("-----END").unwrap_or(line.len());
        line.trim_end().ends_with(PEM.1).then_some((start..start + end, "a private key"))
    })
}

fn mark_of(word: &str) -> Option<&'static str> {
    let (_, _, what) = MARKS.iter().find(|(mark, tail, _)| {
        word.strip_prefix(mark).is_some_and(|rest| match *tail {
            Tail::Letters(least) => {
                rest.len() >= least && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }
            Tail::Words(least) => rest.len() >= least && is_words(rest),
            Tail::Capitals(count) => {
                let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
                rest.len() == count && rest.bytes().all(is_capital)
            }
            Tail::Parts(count) => {
                let parts: Vec<&str> = rest.split('.').collect();
                parts.len() == count + 1 && parts[1..].iter().all(|part| part.len() >= 10 && is_words(part))
            }
        })
    })?;
    Some(what)
}

fn is_words(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether a name says that a credential stands under it, wherever it is.
pub(crate) fn names_a_secret(name: &str) -> bool {
    NAMES.contains(&folded(name).as_str())
}

/// Whether a name says so in a request.
pub(crate) fn names_a_secret_of_requests(name: &str) -> bool {
    let folded = folded(name);
    NAMES.contains(&folded.as_str()) || NAMES_IN_REQUESTS.contains(&folded.as_str())
}

fn folded(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_')).collect::<String>().to_ascii_lowercase()
}

/// Whether a text that stands under the name of a credential is one: long enough, in one word, with letters and
/// digits, and no placeholder.
pub(crate) fn may_be_secret(text: &str) -> bool {
    let text = without_scheme(text);
    let is_one_word = text.bytes().all(|byte| byte.is_ascii_graphic());
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    text.len() >= 12
        && is_one_word
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !text.contains("://")
        && !is_placeholder(text)
}

/// What follows the word before a credential in a header: `Bearer`, `Basic`, `Token`.
pub(crate) fn without_scheme(text: &str) -> &str {
    match text.trim().split_once(' ') {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => rest.trim(),
        _ => text.trim(),
    }
}

/// A credential in the query of a URL, under a name that says so: the name, and the bytes of the value.
pub(crate) fn in_query(text: &str, says_so: fn(&str) -> bool) -> Option<(&str, Range<usize>)> {
    let (before, query) = text.split_once('?')?;
    let mut start = before.len() + 1;
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && says_so(name)
            && may_be_secret(value)
        {
            let from = start + name.len() + 1;
            return Some((name, from..from + value.len()));
        }
        start += pair.len() + 1;
    }
    None
}

/// Whether nobody makes such a text up, whatever it stands under: at least 24 characters in a row, capitals, small
/// letters and digits in no order.
pub(crate) fn is_random(text: &str) -> bool {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+' | '=')))
        .any(|run| run.len() >= 24 && is_mixed(run) && !is_placeholder(run))
}

fn is_mixed(run: &str) -> bool {
    let class = |byte: u8| match byte {
        b'A'..=b'Z' => Some(0),
        b'a'..=b'z' => Some(1),
        b'0'..=b'9' => Some(2),
        _ => None,
    };
    let classes: Vec<i32> = run.bytes().filter_map(class).collect();
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    // In words that are joined (`accountsReceivableSummary2024`) a letter in five begins another class, by chance two in
    // three do.
    (0..3).all(|class| classes.contains(&class)) && changes * 5 >= classes.len() * 2
}

/// Whether a text stands for a credential that the reader has to put in.
fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "your",
        "xxxx",
        "example",
        "redacted",
        "placeholder",
        "dummy",
        "changeme",
        "change-me",
        "change_me",
        "****",
        "....",
    ];
    let lower = text.to_ascii_lowercase();
    let mut letters: Vec<u8> = lower.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len() < 8
        || WORDS.iter().any(|word| lower.contains(word))
        || lower.starts_with(['<', '{', '$', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_issuers_are_known_with_their_bytes() {
        let text = "é token ghp_1234567890abcdefghijABCDEFGHIJ123456, then AKIAQWERTYUIOP123456.";
        let found: Vec<_> = marked(text).into_iter().map(|(range, what)| (&text[range], what)).collect();
        assert_eq!(
            found,
            [
                ("ghp_1234567890abcdefghijABCDEFGHIJ123456", "a GitHub token"),
                ("AKIAQWERTYUIOP123456", "an AWS access key"),
            ]
        );
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
        assert_eq!(marked(jwt), [(0..jwt.len(), "a JSON Web Token")]);
        assert_eq!(marked("-----BEGIN RSA PRIVATE KEY-----\nabc").len(), 1);
    }

    #[test]
    fn what_only_begins_like_a_credential_is_none() {
        for text in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "sk_live_short",
            "eyJpZCI6MTAsInBhZ2UiOjIsInRvdGFsIjozMH0",
            "SG.mail.send",
            "AKIALONGERTHANTHATANDNOTONE",
        ] {
            assert_eq!(marked(text), [], "{text}");
        }
    }

    #[test]
    fn a_text_that_nobody_makes_up_is_told_from_words() {
        for text in ["q8Zt2LmX9vB4nR7cW1yKs5Jd", "https://a.example/?k=q8Zt2LmX9vB4nR7cW1yKs5Jd&page=1"] {
            assert!(is_random(text), "{text}");
        }
        for text in [
            "accountsReceivableSummary2024Q3Report",
            "548223f2c7036020742ff21a548223f2c7036020",
            "8f14e45f-ceea-467f-a8d6-1f2d3c4b5a69",
            "relationship-intelligence,enriched,global",
            "application/vnd.github.v3+json",
            "2026-01-31T00:00:00.000000+00:00",
            "query { users(first: 100) { nodes { id createdAt updatedAt } } }",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }

    #[test]
    fn under_the_name_of_a_credential_a_word_with_letters_and_digits_is_one() {
        assert!(may_be_secret("Bearer 0123abcd4567efgh"));
        assert!(may_be_secret("d41d8cd98f00b204e9800998ecf8427e"));
        for text in [
            "YOUR_API_KEY_HERE_1",
            "{{inputs.token}}",
            "short1",
            "https://a.example/v1/token",
            "only words here",
        ] {
            assert!(!may_be_secret(text), "{text}");
        }
    }

    #[test]
    fn a_credential_in_a_query_is_found_with_its_bytes() {
        let text = "items?limit=5&api_key=0123abcd4567efgh&x=1";
        let (name, range) = in_query(text, names_a_secret_of_requests).unwrap();
        assert_eq!((name, &text[range]), ("api_key", "0123abcd4567efgh"));
        assert_eq!(in_query("items?api_key={{inputs.api_key}}&page=1234567890ab", names_a_secret), None);
    }

    #[test]
    fn names_are_compared_without_case_and_joints() {
        assert!(["access_token", "X-API-Key", "clientSecret"].into_iter().all(names_a_secret));
        assert!(
            !["next_page_token", "nextPaginationToken", "token", "key", "id"].into_iter().any(names_a_secret)
        );
        assert!(["token", "Cookie", "api_key"].into_iter().all(names_a_secret_of_requests));
        assert!(!["page_token", "keys", "sort_key"].into_iter().any(names_a_secret_of_requests));
    }
}
