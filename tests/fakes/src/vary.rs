//! Making rows up: from a template, an index and a seed, the same each time.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Number, Value};

/// How an API spells a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    /// `2021-07-02T09:55:20+00:00`
    Colon,
    /// `2021-03-03T12:39:19+0000`
    Compact,
    /// `2021-03-03T13:39:19+0100`: the same moment in another zone.
    CompactPlusOne,
    /// `2023-01-01T00:00:00Z`
    Zulu,
    /// `2015-12-11T02:26:56.537-08:00`
    Pacific,
}

/// The value of a moment, given in seconds since 1970.
pub(crate) fn moment(seconds: i64, style: Style) -> Value {
    let (hours, format) = match style {
        Style::Colon => (0, "%Y-%m-%dT%H:%M:%S%:z"),
        Style::Compact => (0, "%Y-%m-%dT%H:%M:%S%z"),
        Style::CompactPlusOne => (1, "%Y-%m-%dT%H:%M:%S%z"),
        Style::Zulu => (0, "%Y-%m-%dT%H:%M:%SZ"),
        Style::Pacific => (-8, "%Y-%m-%dT%H:%M:%S.537%:z"),
    };
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.to_zoned(Offset::constant(hours).to_time_zone()).strftime(format).to_string().into()
}

/// The moment that a row spells, in any of the styles.
pub(crate) fn read_moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A decimal from its hundredths, spelled with two digits: `17.95`.
pub(crate) fn decimal(hundredths: i64) -> Value {
    let sign = if hundredths < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100);
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// The rows of a collection: its samples, then rows made from them in turn until there are `size`.
pub(crate) fn fill(
    samples: &[Value],
    size: usize,
    make: impl Fn(usize, &mut Map<String, Value>),
) -> Vec<Value> {
    let row = |index: usize| {
        let mut row = samples[index % samples.len()].clone();
        if let (true, Value::Object(fields)) = (index >= samples.len(), &mut row) {
            make(index, fields);
        }
        row
    };
    (0..size).map(row).collect()
}

/// Sets fields of a row; a field that is there keeps its place.
pub(crate) fn set<const N: usize>(row: &mut Map<String, Value>, fields: [(&str, Value); N]) {
    for (name, value) in fields {
        row.insert(name.to_owned(), value);
    }
}

/// An object of values as they are: `json!` copies what it is given.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The fields of a row that are named, in that order.
pub(crate) fn only(row: &Value, names: &[&str]) -> Value {
    let field = |name: &&str| row.get(name).map(|value| ((*name).to_owned(), value.clone()));
    Value::Object(names.iter().filter_map(field).collect())
}

/// A row without the fields that are named; what is left out is not copied.
pub(crate) fn without(row: &Value, names: &[&str]) -> Value {
    let kept = row.as_object().into_iter().flatten().filter(|(name, _)| !names.contains(&name.as_str()));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// Choices that depend on nothing but the seed, what is chosen, and for which row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(self, what: &str, row: usize, sides: usize) -> usize {
        let mut state = self.0 ^ 0x9e37_79b9_7f4a_7c15;
        for byte in what.bytes().chain(row.to_le_bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // The last step of splitmix64: without it the low bits of near rows are alike.
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((state ^ (state >> 31)) % sides.max(1) as u64).unwrap_or_default()
    }

    /// One of a list.
    pub(crate) fn of<T: Copy>(self, what: &str, row: usize, list: &[T]) -> T {
        list[self.roll(what, row, list.len())]
    }

    /// An amount of money: a third are whole, some are negative, the others have two digits.
    pub(crate) fn amount(self, what: &str, row: usize) -> Value {
        let hundredths = i64::try_from(self.roll(what, row, 100_000)).unwrap_or_default();
        match row % 9 {
            0 | 3 | 6 => (hundredths / 100).into(),
            8 => decimal(-hundredths),
            _ => decimal(hundredths),
        }
    }
}

/// First names for people who are made up.
pub(crate) const FIRST_NAMES: [&str; 8] = ["Ada", "Björn", "Chidi", "Dana", "Élise", "Farid", "Grace", "李"];
/// Last names for people who are made up.
pub(crate) const LAST_NAMES: [&str; 7] = ["Abara", "Bell", "Çelik", "Dubois", "Eriksen", "O'Neill", "Zhou"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_reads_back_as_the_same_moment() {
        for style in [Style::Colon, Style::Compact, Style::CompactPlusOne, Style::Zulu] {
            let text = moment(1_614_775_159, style);
            let read = read_moment(text.as_str().unwrap()).unwrap();
            assert_eq!(read.as_second(), 1_614_775_159, "{text}");
        }
        assert_eq!(moment(1_614_775_159, Style::Compact), "2021-03-03T12:39:19+0000");
        assert_eq!(moment(1_614_775_159, Style::Pacific), "2021-03-03T04:39:19.537-08:00");
    }

    #[test]
    fn decimals_keep_two_digits_and_their_sign() {
        assert_eq!(decimal(1250).to_string(), "12.50");
        assert_eq!(decimal(-5).to_string(), "-0.05");
    }

    #[test]
    fn another_seed_gives_other_values_and_the_same_seed_the_same() {
        let rolls = |seed| (0..20).map(|row| Dice(seed).roll("x", row, 1000)).collect::<Vec<_>>();
        assert_eq!(rolls(1), rolls(1));
        assert_ne!(rolls(1), rolls(2));
    }
}
