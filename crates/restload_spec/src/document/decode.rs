//! From the tree to the types of a spec, by serde and without a copy of the tree in between.

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::{Content, Entry, Node};

/// Keys with their values, as the visitor of a map takes them.
pub(super) fn map<'n>(
    entries: impl Iterator<Item = (&'n str, &'n Node)>,
) -> MapDeserializer<'n, impl Iterator<Item = (BorrowedStrDeserializer<'n, Error>, &'n Node)>, Error> {
    MapDeserializer::new(entries.map(|(key, value)| (BorrowedStrDeserializer::new(key), value)))
}

impl<'n> IntoDeserializer<'n, Error> for &'n Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers keep their spelling where what is asked for can hold it.
macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match &self.content {
                Content::Int(number) | Content::Float(number) => number.$method(visitor),
                _ => self.deserialize_any(visitor),
            }
        }
    )*};
}

/// What a fault stands for is not there, as in [`Node::to_value`].
impl<'de> Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.content {
            Content::Null | Content::Fault => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Int(number) | Content::Float(number) => number.deserialize_any(visitor),
            Content::Text(text) => visitor.visit_borrowed_str(text),
            Content::List(items) => {
                let mut items = SeqDeserializer::new(items.iter());
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Content::Map(entries) => {
                let sound = entries.iter().filter(|entry| entry.value.content != Content::Fault);
                let mut entries = map(sound.map(|Entry { key, value, .. }| (key.as_str(), value)));
                let value = visitor.visit_map(&mut entries)?;
                entries.end().map(|()| value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.content {
            Content::Null | Content::Fault => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.content {
            Content::Text(text) => visitor.visit_enum(BorrowedStrDeserializer::<Error>::new(text)),
            _ => self.to_value().deserialize_enum(name, variants, visitor),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
