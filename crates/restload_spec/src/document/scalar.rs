//! What a plain scalar is: the core schema of YAML 1.2 (<https://yaml.org/spec/1.2.2/#103-core-schema>).

use serde_json::Number;

use super::Content;

/// What a plain scalar is. `None` for infinities and NaN, which JSON has no word for.
pub(super) fn plain(text: &str) -> Option<Content> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ if is_not_finite(text) => return None,
        _ => number(text).unwrap_or_else(|| Content::Text(text.to_owned())),
    })
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn number(text: &str) -> Option<Content> {
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    decimal(sign, unsigned)
}

fn based(digits: &str, radix: u32) -> Option<Content> {
    let well_formed = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    let value = u128::from_str_radix(digits, radix).ok().filter(|_| well_formed)?;
    value.to_string().parse().ok().map(Content::Int)
}

/// Spells a decimal as JSON does: no `+`, no leading zeros, digits on both sides of the point.
fn decimal(sign: &str, unsigned: &str) -> Option<Content> {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let some_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let digits_of_exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let well_formed = some_digits
        && all_digits(whole)
        && fraction.is_none_or(all_digits)
        && digits_of_exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    if !well_formed {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let mut json = format!("{sign}{whole}");
    if fraction.is_none() && exponent.is_none() {
        return json.parse().ok().map(Content::Int);
    }
    if let Some(fraction) = fraction {
        json.push('.');
        json.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = exponent {
        json.push('e');
        json.push_str(exponent);
    }
    json.parse::<Number>().ok().map(Content::Float)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        match plain(text) {
            Some(Content::Int(number) | Content::Float(number)) => number.to_string(),
            Some(Content::Text(text)) => format!("text {text}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn numbers_keep_their_digits_in_the_spelling_of_json() {
        for (yaml, expected) in [
            ("12", "12"),
            ("+012", "12"),
            ("-0", "-0"),
            ("000", "0"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1.10", "1.10"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("3.", "3.0"),
            ("1e400", "1e+400"),
            ("1.E+3", "1.0e+3"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(json(yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for yaml in
            ["1_000", "2020-01-01", "-365d", "1e", ".", "-", "+", "0x", "0xg", "1.2.3", "yes", "on", "+-1"]
        {
            assert_eq!(json(yaml), format!("text {yaml}"), "{yaml}");
        }
    }

    #[test]
    fn words_of_the_core_schema_are_what_they_say() {
        assert_eq!(plain("~"), Some(Content::Null));
        assert_eq!(plain(""), Some(Content::Null));
        assert_eq!(plain("TRUE"), Some(Content::Bool(true)));
        assert_eq!(plain("-.INF"), None);
        assert_eq!(plain(".nan"), None);
        assert_eq!(plain("-.nan"), Some(Content::Text("-.nan".into())));
    }
}
