//! A place in JSON text, and the steps that it can take.
//!
//! Accepts what RFC 8259 does, and so what `serde_json` does. Text that is stepped over is held to the same
//! grammar as text that is read.

use super::string;
use crate::error::{DecodeError, Fail, Failure, JsonFault, MAX_DEPTH, Position};

/// A place in JSON text.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) bytes: &'a [u8],
    pub(crate) pos: usize,
    depth: u32,
}

/// A string as it stands between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a> {
    /// The text between the quotes.
    pub(crate) raw: &'a str,
    /// Whether it has escapes.
    pub(crate) escaped: bool,
}

impl<'a> Text<'a> {
    /// Appends the content.
    #[inline]
    pub(crate) fn append_to(&self, out: &mut String) {
        if self.escaped {
            string::unescape(self.raw, out);
        } else {
            out.push_str(self.raw);
        }
    }

    /// The content, as a string of its own only where there are escapes.
    pub(crate) fn content(&self) -> std::borrow::Cow<'a, str> {
        if self.escaped {
            let mut out = String::new();
            string::unescape(self.raw, &mut out);
            out.into()
        } else {
            self.raw.into()
        }
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), pos: 0, depth: 0 }
    }

    /// A reader of bytes that may be no UTF-8; a byte order mark is skipped.
    pub(crate) fn of_body(body: &'a [u8]) -> Result<Self, Fail> {
        let text =
            std::str::from_utf8(body).map_err(|error| Fail::json(utf8_fault(&error), error.valid_up_to()))?;
        let mut reader = Self::new(text);
        if text.starts_with('\u{feff}') {
            reader.pos = '\u{feff}'.len_utf8();
        }
        Ok(reader)
    }

    /// A reader of the same text at another place, where a value begins.
    pub(crate) fn at(text: &'a str, pos: usize) -> Self {
        Self { pos, ..Self::new(text) }
    }

    #[cold]
    pub(crate) fn fail(&self, fault: JsonFault) -> Fail {
        let fault = if self.pos >= self.bytes.len() { JsonFault::UnexpectedEnd } else { fault };
        Fail::json(fault, self.pos)
    }

    /// The next byte that is no white space; it is not consumed. At the end of the text it is 0, which begins
    /// nothing.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        match self.bytes.get(self.pos) {
            Some(byte) if *byte > b' ' => *byte,
            _ => self.peek_behind_space(),
        }
    }

    fn peek_behind_space(&mut self) -> u8 {
        loop {
            match self.bytes.get(self.pos) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.pos += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    /// The byte behind an opening bracket, which is next, and behind white space; 0 at the end of the text.
    #[inline]
    pub(crate) fn peek_inside(&self) -> u8 {
        match self.bytes.get(self.pos + 1) {
            Some(byte) if *byte > b' ' => *byte,
            _ => Self { pos: self.pos + 1, ..self.clone() }.peek_behind_space(),
        }
    }

    /// Steps into an object or array, whose opening bracket is next.
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), Fail> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fail::json(JsonFault::TooDeep, self.pos));
        }
        self.pos += 1;
        Ok(())
    }

    /// Steps out of an object or array, whose closing bracket is next.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
        self.pos += 1;
    }

    /// Goes back to a place of the same object or array, out of what was entered since.
    pub(crate) fn rewind(&mut self, to: &Self) {
        self.pos = to.pos;
        self.depth = to.depth;
    }

    /// Reads a string, whose opening quote is next.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text<'a>, Fail> {
        let start = self.pos + 1;
        let (end, escaped) = string::end(self.bytes, start)?;
        self.pos = end + 1;
        // Quotes are ASCII, so the range is never empty-handed.
        Ok(Text { raw: self.text.get(start..end).unwrap_or_default(), escaped })
    }

    /// Reads a key and its colon, up to the value.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<Text<'a>, Fail> {
        if self.peek() != b'"' {
            return Err(self.fail(JsonFault::ExpectedKey));
        }
        let key = self.string()?;
        self.colon()?;
        Ok(key)
    }

    /// Steps over a colon and the white space around it.
    #[inline]
    pub(crate) fn colon(&mut self) -> Result<(), Fail> {
        if self.peek() != b':' {
            return Err(self.fail(JsonFault::ExpectedColon));
        }
        self.pos += 1;
        self.peek();
        Ok(())
    }

    /// After a member or item: whether there is another. The closing bracket is left.
    #[inline]
    pub(crate) fn another(&mut self, close: u8) -> Result<bool, Fail> {
        match self.peek() {
            b',' => {
                self.pos += 1;
                self.peek();
                Ok(true)
            }
            byte if byte == close => Ok(false),
            _ if close == b'}' => Err(self.fail(JsonFault::ExpectedCommaOrBrace)),
            _ => Err(self.fail(JsonFault::ExpectedCommaOrBracket)),
        }
    }

    /// Steps over `true`, `false` or `null`.
    #[inline]
    pub(crate) fn literal(&mut self, word: &'static str) -> Result<(), Fail> {
        let rest = &self.bytes[self.pos..];
        if rest.starts_with(word.as_bytes()) {
            self.pos += word.len();
            return Ok(());
        }
        let same = rest.iter().zip(word.as_bytes()).take_while(|(a, b)| a == b).count();
        self.pos += same;
        Err(self.fail(JsonFault::ExpectedValue))
    }

    /// Steps over a value, which is next.
    pub(crate) fn skip_value(&mut self) -> Result<(), Fail> {
        match self.peek() {
            b'"' => self.string().map(drop),
            b'{' => {
                self.enter()?;
                let mut more = self.peek() != b'}';
                while more {
                    self.key()?;
                    self.skip_value()?;
                    more = self.another(b'}')?;
                }
                self.leave();
                Ok(())
            }
            b'[' => {
                self.enter()?;
                let mut more = self.peek() != b']';
                while more {
                    self.skip_value()?;
                    more = self.another(b']')?;
                }
                self.leave();
                Ok(())
            }
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ => Err(self.fail(JsonFault::ExpectedValue)),
        }
    }

    /// Checks that nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Result<(), Fail> {
        self.peek();
        if self.pos < self.bytes.len() { Err(self.fail(JsonFault::Trailing)) } else { Ok(()) }
    }
}

fn utf8_fault(error: &std::str::Utf8Error) -> JsonFault {
    // A character that the end cuts in two is a body that the end cuts in two.
    if error.error_len().is_none() { JsonFault::UnexpectedEnd } else { JsonFault::InvalidUtf8 }
}

/// The error for what a step failed with.
pub(crate) fn error_of(fail: Fail, body: &[u8], row: Option<usize>) -> DecodeError {
    match *fail.0 {
        Failure::Json(fault, offset) => {
            DecodeError::Json { fault, position: Position { row, ..Position::of(body, offset) } }
        }
        Failure::Error(error) => error,
        // What is read carefully has each key once.
        Failure::Duplicate => {
            DecodeError::Json { fault: JsonFault::ExpectedKey, position: Position::of(body, 0) }
        }
    }
}
