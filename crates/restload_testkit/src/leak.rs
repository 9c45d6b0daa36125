//! Looks for secrets in all that a run wrote, in every form that a program or an API may give them.
//!
//! It knows nothing of how the program hides them: what both agree on is evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

use crate::rows;

/// A secret with all that encodings make something else of. It is long enough to be one.
pub const HARD: &str = "k\u{e9}y/+&%\"\\=?#:;,<> s3cr\u{fc}t\u{1f4a1}";

/// The same in ASCII, for servers that read headers as such.
pub const HARD_ASCII: &str = "k3y/+&%\"\\=?#:;,<>s3cret";

/// A secret as it may stand in a text, each form with its name.
pub fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = all_forms(secret);
    let mut seen = BTreeSet::new();
    forms.retain(|(_, form)| seen.insert(form.clone()));
    forms
}

/// The same, as many and in the same order for every secret: forms may be equal.
pub(crate) fn all_forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |text: String| text.into_bytes();
    let mut forms = vec![
        ("plain", bytes(secret.to_owned())),
        ("percent", bytes(percent(secret, "%20", true))),
        ("percent in lower case", bytes(percent(secret, "%20", false))),
        ("form", bytes(percent(secret, "+", true))),
        ("form in lower case", bytes(percent(secret, "+", false))),
        ("JSON", bytes(json(secret, false, false))),
        ("JSON with escaped slashes", bytes(json(secret, true, false))),
        ("JSON in ASCII", bytes(json(secret, false, true))),
        ("debug", bytes(inside(&format!("{secret:?}")).to_owned())),
        ("percent, twice", bytes(percent(&percent(secret, "%20", true), "%20", true))),
        ("JSON, twice", bytes(json(&json(secret, false, false), false, false))),
        ("HTML", bytes(html(secret, &HTML_NAMES))),
        ("HTML by numbers", bytes(html(secret, &[]))),
    ];
    for before in 0..3 {
        // What stands before and after shares letters with the secret: those in between are its own.
        let text = [&b"xx"[..before], secret.as_bytes()].concat();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&text).into_bytes();
            forms.push(("Base64", encoded[(before * 8).div_ceil(6)..text.len() * 8 / 6].to_vec()));
        }
    }
    forms
}

/// The names of the forms in which a secret stands in a text.
pub fn found(text: &[u8], secret: &str) -> Vec<&'static str> {
    let is_there = |form: &[u8]| memmem::find(text, form).is_some();
    forms(secret).into_iter().filter(|(_, form)| is_there(form)).map(|(name, _)| name).collect()
}

/// Where secrets stand in the files below a folder, rows of Parquet included: a sentence each.
pub fn below(folder: &Path, secrets: &[String]) -> Vec<String> {
    let mut files = BTreeMap::new();
    collect(folder, &mut files);
    let mut leaks = Vec::new();
    for (path, bytes) in files {
        for secret in secrets {
            for form in found(&bytes, secret) {
                leaks.push(format!("a secret ({form}) is in {}", path.display()));
            }
        }
    }
    leaks
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
            continue;
        }
        let Ok(mut bytes) = std::fs::read(&path) else { continue };
        if path.extension().is_some_and(|extension| extension == "parquet" || extension == "part")
            && let Ok(content) = rows::read(&path)
        {
            // A part that was not closed has no rows that can be read.
            bytes.extend(content.rows.join("\n").into_bytes());
        }
        files.insert(path, bytes);
    }
}

pub(crate) fn percent(text: &str, space: &str, upper: bool) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        b' ' => space.to_owned(),
        other if upper => format!("%{other:02X}"),
        other => format!("%{other:02x}"),
    };
    text.bytes().map(byte).collect()
}

pub(crate) fn json(text: &str, slashes: bool, ascii: bool) -> String {
    let mut quoted = inside(&serde_json::Value::from(text).to_string()).to_owned();
    if slashes {
        quoted = quoted.replace('/', "\\/");
    }
    if ascii {
        let unit = |unit: u16| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        };
        quoted = quoted.encode_utf16().map(unit).collect();
    }
    quoted
}

/// The signs that HTML must escape, with what stands for them.
const HTML_NAMES: [(char, &str); 5] =
    [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];

/// Signs without a name are left, or without any names all that are no letters of ASCII are numbers.
fn html(text: &str, names: &[(char, &str)]) -> String {
    let named = |char: char| names.iter().find(|(known, _)| *known == char).map(|(_, name)| *name);
    let one = |char: char| match named(char) {
        Some(name) => name.to_owned(),
        None if names.is_empty() && !char.is_ascii_alphanumeric() => format!("&#{};", u32::from(char)),
        None => char.to_string(),
    };
    text.chars().map(one).collect()
}

/// What stands between quotes.
fn inside(quoted: &str) -> &str {
    quoted.get(1..quoted.len() - 1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = HARD;
        let basic = STANDARD.encode(format!("user:{secret}"));
        let texts = [
            secret.to_owned(),
            format!("{secret:?}"),
            serde_json::json!({ "a": secret }).to_string(),
            "k%C3%A9y%2F%2B%26%25%22%5C%3D%3F%23%3A%3B%2C%3C%3E%20s3cr%C3%BCt%F0%9F%92%A1".to_owned(),
            "k%c3%a9y%2f%2b%26%25%22%5c%3d%3f%23%3a%3b%2c%3c%3e+s3cr%c3%bct%f0%9f%92%a1".to_owned(),
            r#"k\u00e9y/+&%\"\\=?#:;,<> s3cr\u00fct\ud83d\udca1"#.to_owned(),
            basic.trim_end_matches('=').to_owned(),
            URL_SAFE.encode(format!("a{secret}b")),
            STANDARD.encode(format!("ab{secret}")),
            STANDARD.encode(secret),
            "k%25C3%25A9y%252F%252B%2526%2525%2522%255C%253D%253F%2523%253A%253B%252C%253C%253E%2520s3cr%25C3%25BCt%25F0%259F%2592%25A1"
                .to_owned(),
            serde_json::json!(serde_json::json!(secret).to_string()).to_string(),
            "k\u{e9}y/+&amp;%&quot;\\=?#:;,&lt;&gt; s3cr\u{fc}t\u{1f4a1}".to_owned(),
            "k&#233;y&#47;&#43;&#38;&#37;&#34;&#92;&#61;&#63;&#35;&#58;&#59;&#44;&#60;&#62;&#32;s3cr&#252;t&#128161;"
                .to_owned(),
        ];
        for text in texts {
            assert!(!found(format!("x {text} y").as_bytes(), secret).is_empty(), "{text}");
        }
        assert_eq!(found(b"k3y and s3cret", secret), Vec::<&str>::new());
    }
}
