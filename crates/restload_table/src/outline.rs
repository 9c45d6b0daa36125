//! What a body looks like from afar: for messages, and for finding where the rows are.

use crate::error::{DecodeError, Fail};
use crate::json::{Reader, error_of};

/// A value from afar: its kind, and for an object what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What it is.
    pub kind: Kind,
    /// The members of an object, in the first two levels. Beyond the first 50 only those that are arrays of
    /// objects, or hold one, are named.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its key.
    pub name: String,
    /// Its value.
    pub outline: Outline,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array {
        /// How many items it has.
        items: usize,
        /// What they are.
        of: Items,
    },
    /// An object.
    Object {
        /// How many members it has.
        keys: usize,
    },
}

/// What the items of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Items {
    /// There are none.
    None,
    /// Objects.
    Objects,
    /// Arrays.
    Arrays,
    /// Strings, numbers, booleans and nulls.
    Scalars,
    /// Some of each.
    Mixed,
}

/// How many members of an object are named.
const NAMED: usize = 50;
/// How many levels of objects are looked into.
const LEVELS: u32 = 2;

impl Outline {
    /// Whether it is an array of objects.
    pub fn is_rows(&self) -> bool {
        matches!(self.kind, Kind::Array { of: Items::Objects, .. })
    }

    fn of(kind: Kind) -> Self {
        Self { kind, members: Vec::new() }
    }

    fn has_rows(&self) -> bool {
        self.is_rows() || self.members.iter().any(|member| member.outline.has_rows())
    }
}

/// Looks at a body from afar.
pub fn outline(body: &[u8]) -> Result<Outline, DecodeError> {
    let look = || {
        let mut reader = Reader::of_body(body)?;
        reader.peek();
        if reader.pos == body.len() {
            return Err(DecodeError::Empty.into());
        }
        let outline = look_at(&mut reader, 0)?;
        reader.finish()?;
        Ok(outline)
    };
    look().map_err(|fail: Fail| error_of(fail, body, None))
}

fn look_at(reader: &mut Reader<'_>, level: u32) -> Result<Outline, Fail> {
    let first = reader.peek();
    match first {
        b'{' => return look_at_members(reader, level),
        b'[' => return look_at_items(reader),
        _ => reader.skip_value()?,
    }
    Ok(Outline::of(match first {
        b'n' => Kind::Null,
        b't' | b'f' => Kind::Boolean,
        b'"' => Kind::String,
        _ => Kind::Number,
    }))
}

fn look_at_members(reader: &mut Reader<'_>, level: u32) -> Result<Outline, Fail> {
    let mut members: Vec<Member> = Vec::new();
    let mut keys = 0;
    reader.enter()?;
    let mut more = reader.peek() != b'}';
    while more {
        keys += 1;
        let key = reader.key()?;
        if level < LEVELS {
            let outline = look_at(reader, level + 1)?;
            if members.len() < NAMED || outline.has_rows() {
                members.push(Member { name: key.content().into_owned(), outline });
            }
        } else {
            reader.skip_value()?;
        }
        more = reader.another(b'}')?;
    }
    reader.leave();
    Ok(Outline { kind: Kind::Object { keys }, members })
}

fn look_at_items(reader: &mut Reader<'_>) -> Result<Outline, Fail> {
    let mut of = Items::None;
    let mut items = 0;
    reader.enter()?;
    let mut more = reader.peek() != b']';
    while more {
        items += 1;
        let item = match reader.peek() {
            b'{' => Items::Objects,
            b'[' => Items::Arrays,
            _ => Items::Scalars,
        };
        of = if of == Items::None || of == item { item } else { Items::Mixed };
        reader.skip_value()?;
        more = reader.another(b']')?;
    }
    reader.leave();
    Ok(Outline::of(Kind::Array { items, of }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_levels_are_looked_into() {
        let body = br#"{"data": {"items": [{"a": 1}], "deep": {"x": []}}, "errors": [], "n": 1, "tags": ["a", 1], "mixed": [{}, 1], "next": null}"#;
        let outline = outline(body).unwrap();
        assert_eq!(outline.kind, Kind::Object { keys: 6 });
        let kinds: Vec<_> = outline.members.iter().map(|m| (m.name.as_str(), m.outline.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("data", Kind::Object { keys: 2 }),
                ("errors", Kind::Array { items: 0, of: Items::None }),
                ("n", Kind::Number),
                ("tags", Kind::Array { items: 2, of: Items::Scalars }),
                ("mixed", Kind::Array { items: 2, of: Items::Mixed }),
                ("next", Kind::Null),
            ]
        );
        let data = &outline.members[0].outline;
        assert!(data.members[0].outline.is_rows());
        assert_eq!(data.members[1].outline, Outline::of(Kind::Object { keys: 1 }));
    }

    #[test]
    fn an_array_of_objects_is_named_wherever_it_stands() {
        let mut members: Vec<_> = (0..80).map(|n| format!("\"k{n}\": {n}")).collect();
        members.push("\"rows\": [{}]".to_owned());
        let outline = outline(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
        assert_eq!(outline.kind, Kind::Object { keys: 81 });
        assert_eq!(outline.members.len(), 51);
        assert_eq!(outline.members[50].name, "rows");
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        assert_eq!(outline(b" \n"), Err(DecodeError::Empty));
        assert!(outline(b"<html>").is_err());
        assert!(outline(b"{\"a\": 1").unwrap_err().is_cut_off());
    }
}
