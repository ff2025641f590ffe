//! Values of the tables that are written as one text: events, kinds, pointers. Each is checked where the YAML reader is,
//! so that a mistake is reported at its line and column.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::call::{Event, ToolKind};

/// A value that is read from one text.
#[derive(Debug, Clone)]
pub(crate) struct Text<T>(pub(crate) T);

/// How a text becomes a value.
pub(crate) trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
}

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<T: FromText> Visitor<'_> for Reader<T> {
            type Value = Text<T>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::from_text(text).map(Text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Reader(PhantomData))
    }
}

impl FromText for Event {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::from_name(text)
            .ok_or_else(|| unknown("event", text, Self::NAMES.map(|(_, name)| name).as_slice()))
    }
}

impl FromText for ToolKind {
    fn from_text(text: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or_else(|| {
            unknown(
                "tool kind",
                text,
                Self::NAMES.map(|(_, name)| name).as_slice(),
            )
        })
    }
}

/// A JSON pointer, cut into its steps. A step `*` means each element of a list; no step at all means the whole value.
#[derive(Debug, Clone)]
pub(crate) struct Pointer {
    pub(crate) text: String,
    pub(crate) steps: Vec<String>,
}

impl FromText for Pointer {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self {
                text: String::new(),
                steps: Vec::new(),
            });
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("a pointer starts with `/`: `{text}`"));
        };
        let steps: Vec<String> = rest.split('/').map(unescape).collect::<Result<_, _>>()?;
        if steps.iter().any(String::is_empty) {
            return Err(format!("a pointer has no empty step: `{text}`"));
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }
}

/// Undoes the two escapes of JSON pointers: `~1` is a slash, `~0` a tilde.
fn unescape(step: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = step.chars();
    while let Some(character) = rest.next() {
        out.push(match character {
            '~' => match rest.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => {
                    return Err(format!(
                        "`~` is written `~0` and `/` is written `~1` in a pointer: `{step}`"
                    ));
                }
            },
            other => other,
        });
    }
    Ok(out)
}

fn unknown(what: &str, text: &str, known: &[&str]) -> String {
    format!(
        "there is no {what} called `{text}`; known: {}",
        known.join(", ")
    )
}
