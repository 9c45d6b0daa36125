//! JSON text in its one compact form: no white space, each key once, strings with the fewest escapes, numbers as
//! they came (an exponent as `e5`). Rows that went through `serde_json` on their way give the same text.

use super::{Reader, Seen, Text, error_of, spell_number};
use crate::error::{DecodeError, Fail};
use crate::shape::Node;

/// Writes values in compact form, without what paths drop.
pub(crate) struct Compact {
    /// Whether keys may come twice; without it a duplicate is a failure.
    pub(crate) careful: bool,
}

impl Compact {
    /// Appends the value that is next.
    pub(crate) fn value(
        &self,
        reader: &mut Reader<'_>,
        node: Option<&Node>,
        out: &mut String,
    ) -> Result<(), Fail> {
        match reader.peek() {
            b'"' => {
                let text = reader.string()?;
                string(text, out);
                Ok(())
            }
            b'{' if self.careful => self.careful_object(reader, node, out),
            b'{' => self.object(reader, node, out),
            b'[' => self.array(reader, node, out),
            _ => {
                let start = reader.pos;
                reader.skip_value()?;
                let raw = reader.text.get(start..reader.pos).unwrap_or_default();
                match raw {
                    "true" | "false" | "null" => out.push_str(raw),
                    number => spell_number(number, out),
                }
                Ok(())
            }
        }
    }

    fn object(&self, reader: &mut Reader<'_>, node: Option<&Node>, out: &mut String) -> Result<(), Fail> {
        reader.enter()?;
        out.push('{');
        let empty = out.len();
        let mut seen = Seen::default();
        let mut more = reader.peek() != b'}';
        while more {
            let key = reader.key()?;
            if !seen.insert(key.content()) {
                return Err(Fail::duplicate());
            }
            let child = node.and_then(|node| node.member(&key.content()));
            if child.is_some_and(|child| child.drop) {
                reader.skip_value()?;
            } else {
                if out.len() > empty {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                self.value(reader, child, out)?;
            }
            more = reader.another(b'}')?;
        }
        reader.leave();
        out.push('}');
        Ok(())
    }

    fn careful_object(
        &self,
        reader: &mut Reader<'_>,
        node: Option<&Node>,
        out: &mut String,
    ) -> Result<(), Fail> {
        let inside = reader.clone();
        let members = reader.members()?;
        let end = reader.pos;
        reader.rewind(&inside);
        reader.enter()?;
        out.push('{');
        let empty = out.len();
        for member in members {
            let child = node.and_then(|node| node.member(&member.name));
            if child.is_some_and(|child| child.drop) {
                continue;
            }
            if out.len() > empty {
                out.push(',');
            }
            quote(&member.name, out);
            out.push(':');
            reader.pos = member.value;
            self.value(reader, child, out)?;
        }
        reader.rewind(&inside);
        reader.pos = end;
        out.push('}');
        Ok(())
    }

    fn array(&self, reader: &mut Reader<'_>, node: Option<&Node>, out: &mut String) -> Result<(), Fail> {
        reader.enter()?;
        out.push('[');
        let empty = out.len();
        let mut more = reader.peek() != b']';
        let mut index = 0;
        while more {
            let child = node.and_then(|node| node.item(index));
            if child.is_some_and(|child| child.drop) {
                reader.skip_value()?;
            } else {
                if out.len() > empty {
                    out.push(',');
                }
                self.value(reader, child, out)?;
            }
            index += 1;
            more = reader.another(b']')?;
        }
        reader.leave();
        out.push(']');
        Ok(())
    }
}

fn string(text: Text<'_>, out: &mut String) {
    if text.escaped {
        quote(&text.content(), out);
    } else {
        out.push('"');
        out.push_str(text.raw);
        out.push('"');
    }
}

/// Appends a text as a JSON string.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x0c => "\\f",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if escape.is_empty() {
            out.push_str("\\u00");
            out.push(if byte < 0x10 { '0' } else { '1' });
            out.push(char::from_digit(u32::from(byte & 0xf), 16).unwrap_or('0'));
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// Counts the keys that come again in their object, anywhere in a JSON text.
///
/// A DOM drops them without a word; whoever takes rows from one counts them with this.
pub fn count_duplicates(json: &[u8]) -> Result<u64, DecodeError> {
    let count = || {
        let mut reader = Reader::of_body(json)?;
        let count = duplicates(&mut reader)?;
        reader.finish()?;
        Ok(count)
    };
    count().map_err(|fail| error_of(fail, json, None))
}

/// Counts the keys that come again in the value that is next.
pub(crate) fn duplicates(reader: &mut Reader<'_>) -> Result<u64, Fail> {
    let mut count = 0;
    match reader.peek() {
        b'{' => {
            let mut seen = Seen::default();
            reader.enter()?;
            let mut more = reader.peek() != b'}';
            while more {
                count += u64::from(!seen.insert(reader.key()?.content()));
                count += duplicates(reader)?;
                more = reader.another(b'}')?;
            }
            reader.leave();
        }
        b'[' => {
            reader.enter()?;
            let mut more = reader.peek() != b']';
            while more {
                count += duplicates(reader)?;
                more = reader.another(b']')?;
            }
            reader.leave();
        }
        _ => reader.skip_value()?,
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(text: &str, careful: bool) -> String {
        let mut out = String::new();
        Compact { careful }.value(&mut Reader::new(text), None, &mut out).unwrap();
        out
    }

    #[test]
    fn the_compact_form_is_that_of_serde_json() {
        for text in [
            r#" { "a" : [ 1 , 2.50 , -0 , 1E+5 , 1e5 , 0.1E-7 ] , "b\u00e9\/" : "\u0001\u001f\n\ud83d\ude00\\" , "" : null } "#,
            "[true,false,[],{}]",
            "\"plain\"",
        ] {
            let want =
                serde_json::from_str::<serde_json::Value>(text).unwrap().to_string().replace("e+", "e");
            assert_eq!(compact(text, false), want);
            assert_eq!(compact(text, true), want);
        }
    }

    #[test]
    fn of_two_keys_the_last_wins_in_the_place_of_the_first() {
        let text = r#"{"a":1,"b":{"x":1,"x":2},"a":{"c":[1]},"\u0061":3}"#;
        let want = serde_json::from_str::<serde_json::Value>(text).unwrap().to_string();
        assert_eq!(compact(text, true), want);
        assert_eq!(count_duplicates(text.as_bytes()), Ok(3));
        let again = Compact { careful: false }.value(&mut Reader::new(text), None, &mut String::new());
        assert!(matches!(*again.unwrap_err().0, crate::error::Failure::Duplicate));
    }

    #[test]
    fn many_keys_are_compared_as_few_are() {
        let members: Vec<_> = (0..100).map(|n| format!("\"k{}\":{n}", n % 60)).collect();
        let text = format!("{{{}}}", members.join(","));
        assert_eq!(count_duplicates(text.as_bytes()), Ok(40));
        assert_eq!(
            compact(&text, true),
            serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string()
        );
    }
}
