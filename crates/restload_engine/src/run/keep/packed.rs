//! Cursors in few bytes: there is one for each row.

use jiff::Timestamp;
use restload_spec::{CursorKind, CursorValue};
use serde::{Deserialize, Serialize};

/// Cursors in their order. Moments, in nanoseconds, and numbers are each the difference to the one before, in base 36.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Packed {
    #[serde(skip_serializing_if = "String::is_empty")]
    numbers: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    texts: Vec<String>,
}

/// Rows that were written under append: their cursors, and the hashes that tell them apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fresh {
    cursors: Packed,
    /// 16 digits a row.
    hashes: String,
}

impl Packed {
    pub(crate) fn of<'c>(cursors: impl IntoIterator<Item = &'c CursorValue>) -> Self {
        let (mut packed, mut before) = (Self::default(), 0_i128);
        for cursor in cursors {
            let number = match cursor {
                CursorValue::Moment(moment) => moment.at.as_nanosecond(),
                CursorValue::Integer(number) => *number,
                CursorValue::Text(text) => {
                    packed.texts.push(text.clone());
                    continue;
                }
            };
            if !packed.numbers.is_empty() {
                packed.numbers.push(' ');
            }
            write_base_36(number.wrapping_sub(before), &mut packed.numbers);
            before = number;
        }
        packed
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.texts.is_empty()
    }

    /// The cursors; none where they are not of that kind.
    pub(crate) fn cursors(&self, kind: Option<CursorKind>) -> Option<Vec<CursorValue>> {
        if self.is_empty() {
            return Some(Vec::new());
        }
        let kind = kind?;
        if kind == CursorKind::Text {
            let texts = self.texts.iter().map(|text| CursorValue::Text(text.clone()));
            return self.numbers.is_empty().then(|| texts.collect());
        }
        let mut before = 0_i128;
        let numbers = self.numbers.split(' ').map(|difference| {
            before = before.wrapping_add(i128::from_str_radix(difference, 36).ok()?);
            match kind {
                CursorKind::Moment => {
                    Timestamp::from_nanosecond(before).ok().map(|at| CursorValue::Moment(at.into()))
                }
                _ => Some(CursorValue::Integer(before)),
            }
        });
        numbers.collect::<Option<_>>().filter(|_| self.texts.is_empty())
    }
}

impl Fresh {
    pub(crate) fn of(rows: &[(CursorValue, u64)]) -> Self {
        use std::fmt::Write as _;
        let mut hashes = String::with_capacity(16 * rows.len());
        for (_, hash) in rows {
            // Writing to a text cannot fail.
            let _ = write!(hashes, "{hash:016x}");
        }
        Self { cursors: Packed::of(rows.iter().map(|(cursor, _)| cursor)), hashes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The rows; none where they cannot be read.
    pub(crate) fn rows(&self, kind: CursorKind) -> Option<Vec<(CursorValue, u64)>> {
        let cursors = self.cursors.cursors(Some(kind))?;
        let hashes = self.hashes.as_bytes().chunks(16);
        let hashes = hashes.map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        let hashes: Vec<u64> = hashes.collect::<Option<_>>()?;
        (cursors.len() == hashes.len()).then(|| cursors.into_iter().zip(hashes).collect())
    }
}

fn write_base_36(number: i128, text: &mut String) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let (mut rest, mut digits) = (number.unsigned_abs(), Vec::new());
    loop {
        digits.push(char::from(DIGITS[usize::try_from(rest % 36).unwrap_or_default()]));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        text.push('-');
    }
    text.extend(digits.into_iter().rev());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_whatever_they_are() {
        let moment = |text: &str| CursorValue::Moment(text.parse::<Timestamp>().unwrap().into());
        let moments = ["2026-03-01T12:00:00.000000001Z", "1969-12-31T23:59:59Z", "9999-12-30T22:00:00Z"];
        let all = [
            (CursorKind::Moment, moments.map(moment).to_vec()),
            (CursorKind::Integer, [0, -7, i128::MAX, i128::MIN, 35].map(CursorValue::Integer).to_vec()),
            (CursorKind::Text, ["", "a b", "ä"].map(|text| CursorValue::Text(text.into())).to_vec()),
            (CursorKind::Integer, Vec::new()),
        ];
        for (kind, cursors) in all {
            let text = serde_json::to_string(&Packed::of(&cursors)).unwrap();
            let packed: Packed = serde_json::from_str(&text).unwrap();
            assert_eq!(packed.cursors(Some(kind)), Some(cursors.clone()), "{text}");
            let rows: Vec<_> = cursors.into_iter().zip([u64::MAX, 0, 1, 2, 3]).collect();
            let text = serde_json::to_string(&Fresh::of(&rows)).unwrap();
            assert_eq!(serde_json::from_str::<Fresh>(&text).unwrap().rows(kind), Some(rows));
        }
    }

    #[test]
    fn what_is_of_another_kind_cannot_be_read() {
        let numbers = Packed::of(&[CursorValue::Integer(5)]);
        assert_eq!(numbers.cursors(Some(CursorKind::Text)), None);
        assert_eq!(numbers.cursors(None), None);
        let texts = Packed::of(&[CursorValue::Text("x".into())]);
        assert_eq!(texts.cursors(Some(CursorKind::Moment)), None);
    }
}
