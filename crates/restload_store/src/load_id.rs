//! The name of a load.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::StoreError;

const MOMENT: &str = "%Y%m%dT%H%M%SZ";
const MOMENT_LENGTH: usize = 16;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The id of a load, `YYYYMMDDTHHMMSSZ-xxxxxx`: the second in UTC at which it began, and six of `0-9a-z` by chance.
///
/// Ids sort by the time at which their loads began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoadId(String);

impl LoadId {
    /// The id of a load that began at `started` (of the years 0 to 9999), told apart by `random`, of which the
    /// remainder by 36⁶ counts.
    pub fn new(started: Timestamp, random: u64) -> Self {
        let mut id = started.to_zoned(TimeZone::UTC).strftime(MOMENT).to_string();
        id.push('-');
        let mut rest = random;
        for _ in 0..6 {
            let digit = usize::try_from(rest % 36).unwrap_or_default();
            id.push(char::from(DIGITS[digit]));
            rest /= 36;
        }
        Self(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LoadId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for LoadId {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let well_formed = text.split_at_checked(MOMENT_LENGTH).is_some_and(|(moment, chance)| {
            let chance = chance.strip_prefix('-').unwrap_or_default().as_bytes();
            is_moment(moment) && chance.len() == 6 && chance.iter().all(|byte| DIGITS.contains(byte))
        });
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(StoreError::LoadId { text: text.to_owned() })
        }
    }
}

/// `strptime` alone would take signs and blanks too.
fn is_moment(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    });
    shape && DateTime::strptime(MOMENT, text).is_ok()
}

impl TryFrom<String> for LoadId {
    type Error = StoreError;

    fn try_from(text: String) -> Result<Self, StoreError> {
        text.parse()
    }
}

impl From<LoadId> for String {
    fn from(id: LoadId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_id_is_its_second_and_six_characters() {
        let started: Timestamp = "2024-02-29T23:59:58.999Z".parse().unwrap();
        assert_eq!(LoadId::new(started, 0).as_str(), "20240229T235958Z-000000");
        assert_eq!(LoadId::new(started, 35 + 36 * 10).as_str(), "20240229T235958Z-za0000");
        let id = LoadId::new(started, u64::MAX);
        assert_eq!(id.as_str().parse::<LoadId>().unwrap(), id);
    }

    #[test]
    fn what_is_no_load_id_is_refused() {
        for text in [
            "",
            "20240229T235958Z",
            "20240229T235958Z-00000",
            "20240229T235958Z-0000000",
            "20240229T235958Z-00000A",
            "20240229T235958Z_000000",
            "20230229T000000Z-000000",
            "20240229T245958Z-000000",
            "+0240229T235958Z-000000",
            "../../../etc/passwd-000",
            "2024022éT235958Z-00000",
        ] {
            assert!(text.parse::<LoadId>().is_err(), "{text}");
        }
    }
}
