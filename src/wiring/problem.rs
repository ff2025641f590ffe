//! Why a configuration is left alone, and where in it.

use std::fmt;

/// A reason to leave a file alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line and column, both from 1.
    pub at: Option<(usize, usize)>,
    pub what: String,
}

impl Problem {
    /// A reason that is about the file as a whole.
    #[must_use]
    pub fn of_file(what: impl Into<String>) -> Self {
        Self {
            at: None,
            what: what.into(),
        }
    }

    /// A reason at a place in the text.
    #[must_use]
    pub fn at(text: &str, offset: usize, what: impl Into<String>) -> Self {
        let text = text
            .strip_prefix('\u{feff}')
            .map_or((text, offset), |body| {
                (body, offset.saturating_sub(text.len() - body.len()))
            });
        Self {
            at: Some(position(text.0, text.1)),
            what: what.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.at {
            write!(formatter, "line {line}, column {column}: ")?;
        }
        formatter.write_str(&self.what)
    }
}

/// Returns the line and column of a byte, both from 1.
#[must_use]
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (line, column)
}
