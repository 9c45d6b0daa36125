//! Values that are distinct and of one kind with those of a sample: numbers count up, ids keep their shape.

use serde_json::{Number, Value};

use super::date::Stamp;

const DAY: i64 = 86_400;
/// Digits of a text that count; more are left as they are.
const COUNTED: usize = 9;
/// Hexadecimal digits that count.
const COUNTED_HEX: usize = 12;

/// What the values of one field of a sample reach to; further values lie beyond.
#[derive(Debug, Default, Clone)]
pub(crate) struct Distinct {
    whole: i128,
    digits: u64,
    hex: u64,
    seconds: i64,
}

/// How the text of an id is made.
enum Form<'t> {
    /// A date, or a date with a time.
    Moment(Stamp<'t>),
    /// Hexadecimal digits, in groups of a UUID or in one.
    Hex,
    /// A number within text: what stands before it, its digits (or none), what stands behind it.
    Counted { before: &'t str, digits: &'t str, after: &'t str },
}

impl Distinct {
    /// Takes in what a sample holds.
    pub(crate) fn of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut reached = Self { seconds: i64::MIN, ..Self::default() };
        for value in values {
            match value {
                Value::Number(number) => {
                    let float = || number.as_str().split('.').next().and_then(|whole| whole.parse().ok());
                    reached.whole = number.as_i128().or_else(float).unwrap_or(0).max(reached.whole);
                }
                Value::String(text) => match form_of(text) {
                    Form::Moment(stamp) => reached.seconds = reached.seconds.max(stamp.seconds()),
                    Form::Hex => reached.hex = reached.hex.max(low_hex(text)),
                    Form::Counted { digits, .. } => {
                        reached.digits = reached.digits.max(digits.parse().unwrap_or(0));
                    }
                },
                _ => {}
            }
        }
        reached
    }

    /// The `n`-th value beyond the sample, from 1, of one kind with `from`. What is no number and no text is kept.
    pub(crate) fn beyond(&self, from: &Value, n: u64) -> Value {
        match from {
            Value::Number(_) => {
                Number::from_i128(self.whole.saturating_add(i128::from(n))).map_or(Value::Null, Value::Number)
            }
            Value::String(text) => Value::String(self.text(text, n)),
            other => other.clone(),
        }
    }

    fn text(&self, from: &str, n: u64) -> String {
        match form_of(from) {
            Form::Moment(stamp) => {
                let days = i64::try_from(n).unwrap_or(i64::MAX).saturating_mul(DAY);
                let later = self.seconds.saturating_sub(stamp.seconds()).saturating_add(days);
                stamp.moved(later).unwrap_or_else(|| format!("{from}-{n}"))
            }
            Form::Hex => with_low_hex(from, self.hex.wrapping_add(n)),
            Form::Counted { before, digits, after } => {
                let number = self.digits.saturating_add(n);
                let width = if digits.starts_with('0') { digits.len() } else { 0 };
                format!("{before}{number:0width$}{after}")
            }
        }
    }
}

fn form_of(text: &str) -> Form<'_> {
    if let Some(stamp) = Stamp::parse(text) {
        return Form::Moment(stamp);
    }
    if is_uuid(text) || is_hex(text) {
        return Form::Hex;
    }
    // The name in front of an `@`; a `/` and the like at the end stay there.
    let name = text.find('@').unwrap_or(text.len());
    let end = text[..name].trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let start =
        text[..end].trim_end_matches(|c: char| c.is_ascii_digit()).len().max(end.saturating_sub(COUNTED));
    Form::Counted { before: &text[..start], digits: &text[start..end], after: &text[end..] }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|b| b.is_ascii_hexdigit())
}

/// Hexadecimal digits of one case, long enough and mixed enough to be no word and no number.
fn is_hex(text: &str) -> bool {
    let small = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let large = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let mixed = text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic());
    text.len() > COUNTED_HEX && mixed && (small || large)
}

fn low_hex(text: &str) -> u64 {
    u64::from_str_radix(&text[text.len() - COUNTED_HEX..], 16).unwrap_or(0)
}

fn with_low_hex(text: &str, low: u64) -> String {
    let (high, old) = text.split_at(text.len() - COUNTED_HEX);
    let low = low & ((1 << (4 * COUNTED_HEX)) - 1);
    let large = text.bytes().any(|b| b.is_ascii_uppercase());
    let digits = if large { format!("{low:012X}") } else { format!("{low:012x}") };
    format!("{high}{}", &digits[digits.len() - old.len()..])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn beyond(sample: &Value, n: u64) -> Value {
        let values = sample.as_array().unwrap();
        Distinct::of(values).beyond(&values[0], n)
    }

    #[test]
    fn ids_keep_their_kind_and_shape() {
        for (sample, want) in [
            (json!([1, 222_345_350]), json!(222_345_352)),
            (json!(["cu_eXampl3", "cu_eXampl4"]), json!("cu_eXampl6")),
            (json!(["janejameson", "chucknorris1"]), json!("janejameson3")),
            (json!(["INV-0007"]), json!("INV-0009")),
            (json!(["41"]), json!("43")),
            (json!(["548223f2c7036020742ff21a"]), json!("548223f2c7036020742ff21c")),
            (json!(["550e8400-e29b-41d4-a716-44665544FFFF"]), json!("550e8400-e29b-41d4-a716-446655450001")),
            (json!(["https://a.example/users/1/"]), json!("https://a.example/users/3/")),
            (json!(["jane@example.com"]), json!("jane2@example.com")),
            (json!(["2024-01-30", "2024-01-31"]), json!("2024-02-02")),
            (json!(["2024-01-30T08:00:00+0000"]), json!("2024-02-01T08:00:00+0000")),
            (json!([null]), json!(null)),
        ] {
            assert_eq!(beyond(&sample, 2), want);
        }
    }

    #[test]
    fn no_value_comes_twice_and_none_of_the_sample_comes_again() {
        for sample in [
            json!([7, 3]),
            json!(["a1", "a12", "a"]),
            json!(["12345678901", "9"]),
            json!(["ffffffffffffff0", "00000000000000a"]),
            json!(["2024-12-31", "2023-01-01T00:00:00Z"]),
        ] {
            let values = sample.as_array().unwrap();
            let distinct = Distinct::of(values);
            let mut seen: HashSet<String> = values.iter().map(Value::to_string).collect();
            for n in 1..500u64 {
                let from = &values[usize::try_from(n).unwrap() % values.len()];
                assert!(seen.insert(distinct.beyond(from, n).to_string()), "{from} {n}");
            }
        }
    }
}
