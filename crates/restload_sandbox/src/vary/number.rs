//! Numbers, varied a little in their own digits.

use serde_json::Number;

/// Numbers nearer to zero than this are kept: they count as names of kinds, flags and small counts.
const SMALL: i128 = 10;

/// A number up to a fifth more or less than `number`, with as many digits after the point; `chance` says which. Small
/// whole numbers, and those with an exponent, are kept.
pub(crate) fn vary(number: &Number, chance: u64) -> Number {
    let text = number.as_str();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Ok(digits) = format!("{whole}{fraction}").parse::<i128>() else { return number.clone() };
    if digits == 0 || (fraction.is_empty() && digits.abs() < SMALL) {
        return number.clone();
    }
    let percent = 80 + i128::from(chance % 41);
    let Some(varied) = digits.checked_mul(percent).map(|product| product / 100) else {
        return number.clone();
    };
    with_point(varied, fraction.len()).unwrap_or_else(|| number.clone())
}

/// A whole number that is `more` than `number`; what is no whole number is kept.
pub(crate) fn added(number: &Number, more: i64) -> Number {
    let sum = number.as_i128().and_then(|whole| whole.checked_add(i128::from(more)));
    sum.and_then(Number::from_i128).unwrap_or_else(|| number.clone())
}

fn with_point(digits: i128, scale: usize) -> Option<Number> {
    let sign = if digits < 0 { "-" } else { "" };
    let plain = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = plain.split_at(plain.len() - scale);
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(text: &str, chance: u64) -> String {
        vary(&serde_json::from_str(text).unwrap(), chance).to_string()
    }

    #[test]
    fn digits_after_the_point_stay_as_many() {
        for (text, least, most) in [
            ("17.95", "14.36", "21.54"),
            ("-2.5", "-2.0", "-3.0"),
            ("0.05", "0.04", "0.06"),
            ("100", "80", "120"),
            (
                "123456789012345678901234567890",
                "98765431209876543120987654312",
                "148148146814814814681481481468",
            ),
        ] {
            assert_eq!((varied(text, 0), varied(text, 40)), (least.to_owned(), most.to_owned()));
        }
    }

    #[test]
    fn small_numbers_and_exponents_are_kept() {
        for text in ["0", "9", "-9", "0.00", "1e5", "1.5E-3"] {
            assert_eq!(varied(text, 0), serde_json::from_str::<Number>(text).unwrap().to_string());
        }
    }
}
