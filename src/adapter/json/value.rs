//! A JSON value as payloads are looked at: texts stay where they are in the payload, and members are a list, because a call is
//! looked at once and has few of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::text::Text;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapter) enum Json<'p> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text<'p>),
    List(Vec<Self>),
    /// Of members with the same name the last one counts.
    Object(Vec<(Cow<'p, str>, Self)>),
}

impl<'p> Json<'p> {
    pub(in crate::adapter) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(in crate::adapter) fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    pub(in crate::adapter) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(in crate::adapter) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(in crate::adapter) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// Returns the member of an object.
    pub(in crate::adapter) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let mut members = members.iter().rev();
        let (_, value) = members.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns the member of an object, or the item of a list by its number.
    pub(super) fn get_mut(&mut self, step: &str) -> Option<&mut Self> {
        match self {
            Self::Object(members) => {
                let mut members = members.iter_mut().rev();
                let (_, value) = members.find(|(known, _)| known == step)?;
                Some(value)
            }
            Self::List(items) => items.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Returns the same value, for whoever keeps it.
    pub(in crate::adapter) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::List(items) => Value::Array(items.into_iter().map(Self::into_value).collect()),
            Self::Object(members) => {
                let members = members.into_iter();
                let members = members.map(|(name, value)| (name.into_owned(), value.into_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// Returns the same value without a tie to the payload.
    pub(in crate::adapter) fn into_owned<'o>(self) -> Json<'o> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(number) => Json::Number(number),
            Self::Text(text) => Json::Text(Cow::<str>::Owned(text.into_owned()).into()),
            Self::List(items) => Json::List(items.into_iter().map(Self::into_owned).collect()),
            Self::Object(members) => {
                let owned = |(name, value): (Cow<'p, str>, Self)| {
                    (Cow::Owned(name.into_owned()), value.into_owned())
                };
                Json::Object(members.into_iter().map(owned).collect())
            }
        }
    }
}

impl<'p> Deserialize<'p> for Json<'p> {
    fn deserialize<D: Deserializer<'p>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'p> Visitor<'p> for AnyValue {
    type Value = Json<'p>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'p>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'p>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'p>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'p>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'p>, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'p str) -> Result<Json<'p>, E> {
        Ok(Json::Text(Cow::Borrowed(text).into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'p>, E> {
        Ok(Json::Text(Cow::<str>::Owned(text.to_owned()).into()))
    }

    fn visit_seq<A: SeqAccess<'p>>(self, mut items: A) -> Result<Json<'p>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'p>>(self, mut entries: A) -> Result<Json<'p>, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = entries.next_key()? {
            members.push((name, entries.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

/// A member's name: serde's own reading of a `Cow` always copies.
struct Name<'p>(Cow<'p, str>);

impl<'p> Deserialize<'p> for Name<'p> {
    fn deserialize<D: Deserializer<'p>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AnyName)
    }
}

struct AnyName;

impl<'p> Visitor<'p> for AnyName {
    type Value = Name<'p>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'p str) -> Result<Name<'p>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Name<'p>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}
