//! A text of a payload. A long one with escapes is read when somebody asks what it says: what a call writes into a file may be
//! most of the payload, and mostly nobody asks.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;

/// Texts from this length on, in bytes as sent, are read when they are asked for.
pub(super) const LONG: usize = 512;

/// A text.
#[derive(Clone)]
pub(in crate::adapter) struct Text<'p>(Form<'p>);

#[derive(Clone)]
enum Form<'p> {
    Read(Cow<'p, str>),
    /// With its quotes and escapes, which are known to be right.
    Quoted(&'p [u8], OnceCell<String>),
}

impl<'p> Text<'p> {
    /// A text in quotes that is known to be one.
    pub(super) fn quoted(raw: &'p [u8]) -> Self {
        Self(Form::Quoted(raw, OnceCell::new()))
    }

    pub(in crate::adapter) fn is_empty(&self) -> bool {
        match &self.0 {
            Form::Read(text) => text.is_empty(),
            // No escape stands for nothing.
            Form::Quoted(raw, _) => raw.len() <= 2,
        }
    }

    pub(in crate::adapter) fn into_owned(self) -> String {
        match self.0 {
            Form::Read(text) => text.into_owned(),
            Form::Quoted(raw, known) => known.into_inner().unwrap_or_else(|| unquoted(raw)),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Form::Read(text) => text,
            Form::Quoted(raw, known) => known.get_or_init(|| unquoted(raw)),
        }
    }
}

impl<'p> From<Cow<'p, str>> for Text<'p> {
    fn from(text: Cow<'p, str>) -> Self {
        Self(Form::Read(text))
    }
}

/// What is in a text is what counts, not whether it was read.
impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

/// Reads a text that is known to be one.
fn unquoted(raw: &[u8]) -> String {
    serde_json::from_slice(raw).unwrap_or_default()
}
