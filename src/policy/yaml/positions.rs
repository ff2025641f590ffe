//! Turns the parser's positions, which count characters, into spans of bytes.

use saphyr_parser::Marker;

use super::Span;

/// Where each character of a text begins.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// `None` for plain ASCII, where characters and bytes are the same.
    starts: Option<Vec<usize>>,
}

impl<'t> Positions<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self { text, starts }
    }

    /// Returns the byte of a marker, never beyond the text.
    fn byte(&self, marker: Marker) -> usize {
        match &self.starts {
            None => marker.index().min(self.text.len()),
            Some(starts) => starts
                .get(marker.index())
                .copied()
                .unwrap_or(self.text.len()),
        }
    }

    /// Returns the span between two markers, without blanks and line ends that the parser counts in at its end.
    pub(super) fn span(&self, start: Marker, end: Marker) -> Span {
        let first = self.byte(start);
        let last = self.byte(end).max(first);
        let inside = self.text.get(first..last).unwrap_or_default();
        Span {
            start: first,
            end: first + inside.trim_end().len(),
            line: start.line().max(1),
            column: start.col() + 1,
        }
    }

    /// Returns the span of a quoted scalar up to its closing quote; the parser counts in a comment that follows.
    pub(super) fn quoted(&self, span: Span) -> Span {
        let inside = self.text.get(span.start..span.end).unwrap_or_default();
        let mut letters = inside.char_indices();
        let Some((_, quote)) = letters.next() else {
            return span;
        };
        while let Some((at, letter)) = letters.next() {
            if letter == '\\' && quote == '"' {
                letters.next();
            } else if letter == quote {
                let doubled =
                    quote == '\'' && letters.clone().next().is_some_and(|(_, next)| next == '\'');
                if !doubled {
                    let end = span.start + at + 1;
                    return Span { end, ..span };
                }
                letters.next();
            }
        }
        span
    }
}
