//! The members of an object when a key may come twice: the last value wins, in the place of the first.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

use super::Reader;
use crate::error::Fail;

/// From how many on names are hashed instead of compared one by one.
const FEW: usize = 16;

/// The names that came, to notice one that comes again.
#[derive(Default)]
pub(crate) struct Seen<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Seen<'a> {
    /// Whether the name is new.
    pub(crate) fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.len() < FEW {
            let new = !self.few.contains(&name);
            if new {
                self.few.push(name);
            }
            return new;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.iter().cloned());
        }
        self.many.insert(name)
    }
}

/// A member of an object that is read carefully.
pub(crate) struct Member<'a> {
    pub(crate) name: Cow<'a, str>,
    /// Where the value begins that counts.
    pub(crate) value: usize,
}

impl<'a> Reader<'a> {
    /// Reads the members of an object, whose brace is next, each name once; the reader is left behind the object.
    pub(crate) fn members(&mut self) -> Result<Vec<Member<'a>>, Fail> {
        let mut members: Vec<Member<'a>> = Vec::new();
        let mut known: HashMap<Cow<'a, str>, usize> = HashMap::new();
        self.enter()?;
        let mut more = self.peek() != b'}';
        while more {
            let name = self.key()?.content();
            let value = self.pos;
            self.skip_value()?;
            if let Some(at) = known.get(&name) {
                members[*at].value = value;
            } else {
                known.insert(name.clone(), members.len());
                members.push(Member { name, value });
            }
            more = self.another(b'}')?;
        }
        self.leave();
        Ok(members)
    }
}
