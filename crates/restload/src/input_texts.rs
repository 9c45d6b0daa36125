//! Values of inputs as they are given: `--set` and the file of `--env-file`. No message repeats a value, which may be a
//! secret.

use std::collections::BTreeMap;

use thiserror::Error;

/// What is wrong with the way in which a value was given.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum InputTextError {
    /// No `=`, or nothing before it.
    #[error("`--set` takes a name, `=` and a value: `--set since=2026-01-01`")]
    SetWithoutName,
    /// The same name a second time.
    #[error("`--set {name}=…` is given twice")]
    SetTwice {
        /// The input.
        name: String,
    },
    /// A line that gives no variable a value.
    #[error("line {line} of `{file}` is no `NAME=VALUE`")]
    NoAssignment {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A quote that the line does not close, or something after the one that does.
    #[error("line {line} of `{file}`: the quotes around the value of `{name}` do not match")]
    Quotes {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The variable.
        name: String,
    },
}

/// Reads the values of `--set`.
pub(crate) fn parse_sets(sets: &[String]) -> Result<BTreeMap<String, String>, InputTextError> {
    let mut values = BTreeMap::new();
    for set in sets {
        let (name, value) = set.split_once('=').ok_or(InputTextError::SetWithoutName)?;
        let name = name.trim();
        if name.is_empty() {
            return Err(InputTextError::SetWithoutName);
        }
        if values.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(InputTextError::SetTwice { name: name.to_owned() });
        }
    }
    Ok(values)
}

/// Reads a file of variables: `NAME=VALUE` lines, `#` comments, an `export` in front, values in single quotes as they are
/// and in double quotes with `\n`, `\"` and `\\`. Of a name that comes twice the last value counts, as in a shell.
pub(crate) fn parse_env_file(file: &str, text: &str) -> Result<BTreeMap<String, String>, InputTextError> {
    let mut values = BTreeMap::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line_number = number + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let no_assignment = || InputTextError::NoAssignment { file: file.to_owned(), line: line_number };
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or_else(no_assignment)?;
        let name = name.trim();
        if !is_variable(name) {
            return Err(no_assignment());
        }
        let value = parse_value(value.trim()).ok_or_else(|| InputTextError::Quotes {
            file: file.to_owned(),
            line: line_number,
            name: name.to_owned(),
        })?;
        values.insert(name.to_owned(), value);
    }
    Ok(values)
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A value without its quotes; none where they do not match.
fn parse_value(text: &str) -> Option<String> {
    match text.chars().next() {
        Some('\'') => {
            let (value, rest) = text[1..].split_once('\'')?;
            is_comment(rest).then(|| value.to_owned())
        }
        Some('"') => parse_double_quoted(&text[1..]),
        _ => {
            // A `#` belongs to the value unless a space stands before it: keys may hold one.
            let end = text.find(" #").or_else(|| text.find("\t#")).unwrap_or(text.len());
            Some(text[..end].trim_end().to_owned())
        }
    }
}

fn parse_double_quoted(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return is_comment(chars.as_str()).then_some(value),
            '\\' => match chars.next()? {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                plain @ ('"' | '\\' | '$' | '`') => value.push(plain),
                other => value.extend(['\\', other]),
            },
            plain => value.push(plain),
        }
    }
}

/// Whether what stands behind a closing quote says nothing.
fn is_comment(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_env_file_are_read_as_a_shell_would() {
        let text = concat!(
            "\u{feff}# a comment\r\n",
            "\n",
            "PLAIN=abc#def\n",
            "export EXPORTED = spaced out  # a comment\n",
            "SINGLE='a \"b\" # \\n $c' # said\n",
            "DOUBLE=\"a 'b' # \\\"c\\\" \\n \\d\"\n",
            "EMPTY=\n",
            "PADDED=c2VjcmV0==\n",
            "PLAIN=again\n",
        );
        let values = parse_env_file(".env", text).unwrap();
        let read: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let wanted = [
            ("DOUBLE", "a 'b' # \"c\" \n \\d"),
            ("EMPTY", ""),
            ("EXPORTED", "spaced out"),
            ("PADDED", "c2VjcmV0=="),
            ("PLAIN", "again"),
            ("SINGLE", "a \"b\" # \\n $c"),
        ];
        assert_eq!(read, wanted);
    }

    #[test]
    fn a_faulty_line_is_named_and_not_shown() {
        for (text, fault) in [
            ("A=1\ns3cr3tkey\n", "line 2 of `.env` is no `NAME=VALUE`"),
            ("s3cr3t key=1", "line 1 of `.env` is no `NAME=VALUE`"),
            ("=s3cr3tkey", "line 1 of `.env` is no `NAME=VALUE`"),
            ("1A=s3cr3tkey", "line 1 of `.env` is no `NAME=VALUE`"),
            ("A='s3cr3tkey", "line 1 of `.env`: the quotes around the value of `A` do not match"),
            ("A=\"s3cr3tkey\\\"", "line 1 of `.env`: the quotes around the value of `A` do not match"),
            ("A='s3cr'3tkey", "line 1 of `.env`: the quotes around the value of `A` do not match"),
        ] {
            assert_eq!(parse_env_file(".env", text).unwrap_err().to_string(), fault, "{text}");
        }
    }

    #[test]
    fn a_set_is_cut_at_its_first_equals_sign() {
        let values = parse_sets(&["filter=a=b".to_owned(), "empty=".to_owned()]).unwrap();
        assert_eq!(values["filter"], "a=b");
        assert_eq!(values["empty"], "");
        for sets in [&["s3cr3tkey"][..], &["=s3cr3tkey"]] {
            let sets: Vec<_> = sets.iter().map(|&set| set.to_owned()).collect();
            assert_eq!(parse_sets(&sets), Err(InputTextError::SetWithoutName));
        }
        let twice = parse_sets(&["a=1".to_owned(), "a=2".to_owned()]).unwrap_err();
        assert_eq!(twice.to_string(), "`--set a=…` is given twice");
    }
}
