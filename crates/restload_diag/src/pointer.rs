//! Places in a document, by name.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use smallvec::SmallVec;

/// A place in a document, as a JSON Pointer (RFC 6901): `/resources/conversions/incremental/cursor`.
///
/// The empty pointer is the whole document; an item of a list is named by its index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pointer {
    // Places are made by the hundred thousand: all names stand in one text.
    names: String,
    /// Where in `names` each of them ends.
    ends: SmallVec<[u32; 6]>,
}

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The place of `segment` below this one.
    #[must_use]
    pub fn join(&self, segment: impl fmt::Display) -> Self {
        let mut names = String::with_capacity(self.names.len() + ROOM);
        names.push_str(&self.names);
        let mut child = Self { names, ends: self.ends.clone() };
        child.push(segment);
        child
    }

    /// Moves to the place of `segment` below this one.
    pub fn push(&mut self, segment: impl fmt::Display) {
        // To write into a text does not fail.
        let _ = write!(self.names, "{segment}");
        self.ends.push(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
    }

    /// The place that this one is in, unless it is the whole document.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.ends.split_last()?;
        let end = above.last().map_or(0, |end| *end as usize);
        Some(Self { names: self.names[..end].to_owned(), ends: above.into() })
    }

    /// The last name, unless this is the whole document.
    pub fn last(&self) -> Option<&str> {
        self.segments().next_back()
    }

    /// The names from the top down, unescaped.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.ends.len()).map(|index| {
            let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
            &self.names[start..self.ends[index] as usize]
        })
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether this is `other` or a place in it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.ends.starts_with(&other.ends) && self.names.starts_with(&other.names)
    }
}

/// Bytes that are kept free for the name below a place.
const ROOM: usize = 24;

impl Ord for Pointer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.segments().cmp(other.segments())
    }
}

impl PartialOrd for Pointer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Pointer {
    fn from_iter<I: IntoIterator<Item = S>>(segments: I) -> Self {
        let mut pointer = Self { names: String::with_capacity(2 * ROOM), ends: SmallVec::new() };
        segments.into_iter().for_each(|segment| pointer.push(segment.as_ref()));
        pointer
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments()
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
