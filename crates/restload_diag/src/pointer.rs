//! Places in a document, by name.

use std::fmt;
use std::str::FromStr;

/// A place in a document, as a JSON Pointer (RFC 6901): `/resources/conversions/incremental/cursor`.
///
/// The empty pointer is the whole document; an item of a list is named by its index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer {
    segments: Vec<String>,
}

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The place of `segment` below this one.
    #[must_use]
    pub fn join(&self, segment: impl fmt::Display) -> Self {
        let mut child = self.clone();
        child.push(segment);
        child
    }

    /// Moves to the place of `segment` below this one.
    pub fn push(&mut self, segment: impl fmt::Display) {
        self.segments.push(segment.to_string());
    }

    /// The place that this one is in, unless it is the whole document.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.segments.split_last()?;
        Some(Self { segments: above.to_vec() })
    }

    /// The last name, unless this is the whole document.
    pub fn last(&self) -> Option<&str> {
        self.segments.last().map(String::as_str)
    }

    /// The names from the top down, unescaped.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.segments.iter().map(String::as_str)
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.segments.is_empty()
    }

    /// Whether this is `other` or a place in it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.segments.starts_with(&other.segments)
    }
}

impl<S: Into<String>> FromIterator<S> for Pointer {
    fn from_iter<I: IntoIterator<Item = S>>(segments: I) -> Self {
        Self { segments: segments.into_iter().map(Into::into).collect() }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments
            .iter()
            .try_for_each(|segment| write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1")))
    }
}

/// A text is no JSON Pointer: it is neither empty nor begins with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointerFault;

impl fmt::Display for PointerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pointer is empty or begins with `/`")
    }
}

impl std::error::Error for PointerFault {}

impl FromStr for Pointer {
    type Err = PointerFault;

    fn from_str(text: &str) -> Result<Self, PointerFault> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let below = text.strip_prefix('/').ok_or(PointerFault)?;
        Ok(below.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_and_tildes_survive_the_way_through_text() {
        let pointer = Pointer::root().join("params").join("a/b~1").join(3);
        assert_eq!(pointer.to_string(), "/params/a~1b~01/3");
        assert_eq!(pointer.to_string().parse(), Ok(pointer));
        assert_eq!("".parse(), Ok(Pointer::root()));
        assert_eq!("params".parse::<Pointer>(), Err(PointerFault));
    }

    #[test]
    fn a_parent_is_one_name_shorter() {
        let pointer: Pointer = "/resources/notes/path".parse().unwrap();
        let parent = pointer.parent().unwrap();
        assert_eq!(parent.to_string(), "/resources/notes");
        assert!(pointer.is_within(&parent));
        assert!(!parent.is_within(&pointer));
        assert_eq!(Pointer::root().parent(), None);
    }
}
