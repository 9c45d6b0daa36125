//! What a template makes of secrets, so that it is known in the form in which it goes out.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroizing;

use super::helper;

/// The shortest secret, in characters, unless `allow_short` is set: a shorter one would be found by chance in texts.
pub(crate) const SECRET_LENGTH: usize = 8;

/// What is made of a short secret and is still shorter than this may be found by chance anywhere.
const SHORTEST_MADE: usize = 4;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From nothing that is secret.
    Open,
    /// From an input; of the secrets that are in it the shortest has so many characters.
    Input(usize),
    /// From the answer that brought a token: whatever it is, nobody allowed it to be short.
    Token,
}

impl Origin {
    /// What a secret input brings along. One that is not given is none.
    pub(super) fn of(value: &Value) -> Self {
        shortest(value).map_or(Self::Open, Self::Input)
    }

    pub(super) fn is_secret(self) -> bool {
        self != Self::Open
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Input(one), Self::Input(another)) => Self::Input(one.min(another)),
            (Self::Input(one), _) | (_, Self::Input(one)) => Self::Input(one),
            (Self::Token, _) | (_, Self::Token) => Self::Token,
            (Self::Open, Self::Open) => Self::Open,
        }
    }
}

/// A text that was made of a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    text: Zeroizing<String>,
    of: Origin,
}

impl Made {
    /// The text itself, for the redactor only.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether the text is to be hidden although it has fewer than 8 characters: it was made of a secret that may be short, and is
    /// surely a form of it. That is said of no text that is shorter than the secret, or than 4 characters.
    pub fn is_short(&self) -> bool {
        let length = self.text.chars().count();
        matches!(self.of, Origin::Input(of) if of < SECRET_LENGTH && length >= of.max(SHORTEST_MADE))
    }

    /// Another text that holds this one, encoded say.
    #[must_use]
    pub fn within(&self, text: impl Into<String>) -> Self {
        Self { text: Zeroizing::new(text.into()), of: self.of }
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Adds the texts in `value` if it comes from a secret.
pub(super) fn collect(value: &Value, origin: Origin, made: &mut Vec<Made>) {
    if !origin.is_secret() {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, origin, made)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, origin, made)),
        value => {
            made.extend(helper::text(value).ok().map(|text| Made { text: Zeroizing::new(text), of: origin }));
        }
    }
}

/// The characters of the shortest text in a value; none where there is none.
fn shortest(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => items.iter().filter_map(shortest).min(),
        Value::Object(fields) => fields.values().filter_map(shortest).min(),
        value => helper::text(value).ok().map(|text| text.chars().count()).filter(|length| *length > 0),
    }
}
