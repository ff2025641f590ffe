//! Writes out the words of a brace expansion.
//!
//! The number of words and the text they stand for are bounded. Past the bound, or where the pieces of two braces
//! would become one expansion, the caller learns only that the words are unknown.

use std::borrow::Cow;

use super::super::builder::{Tildes, join_texts, mark_tildes};
use super::super::reader::{is_name, is_name_start};
use super::super::tree::SimpleCommand;
use super::super::word::{Part, PartKind, Word};
use super::MAX_WORDS;

/// How many bytes of source the expanded words may stand for.
const MAX_BYTES: usize = 4 << 20;

impl Word {
    /// Returns the words that brace expansion makes of this one, or none when they are too many or uncertain.
    ///
    /// Words that become empty are left out, as bash does.
    #[must_use]
    pub fn expand_braces(&self) -> Option<Vec<Self>> {
        if !self.has_braces() {
            return Some(vec![self.clone()]);
        }
        let length = (self.span.end - self.span.start).max(1);
        if count(&self.parts) > MAX_WORDS.min(MAX_BYTES / length).max(1) {
            return None;
        }
        let expanded = expand(&self.parts);
        if expanded.iter().any(|parts| fuses(parts)) {
            return None;
        }
        let words = expanded.into_iter().filter(|parts| !parts.is_empty());
        let words = words.map(|parts| Self {
            parts: mark_tildes(join_texts(parts), Tildes::Argument),
            span: self.span,
        });
        Some(words.collect())
    }

    /// Whether the word holds a brace expansion, so that it is not one word.
    #[must_use]
    pub fn has_braces(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part.kind, PartKind::Brace(_) | PartKind::LongBrace(_)))
    }
}

impl SimpleCommand {
    /// Returns the words after brace expansion, or none when they are too many or uncertain.
    #[must_use]
    pub fn expanded_words(&self) -> Option<Vec<Cow<'_, Word>>> {
        let mut words = Vec::with_capacity(self.words.len());
        for word in &self.words {
            if word.has_braces() {
                words.extend(word.expand_braces()?.into_iter().map(Cow::Owned));
            } else {
                words.push(Cow::Borrowed(word));
            }
        }
        Some(words)
    }
}

/// Whether brace expansion has put text after a `$` or a plain `$name`: bash reads the two as one expansion.
fn fuses(parts: &[Part]) -> bool {
    parts
        .iter()
        .zip(parts.iter().skip(1))
        .any(|(part, next)| match &part.kind {
            PartKind::Text(text) => !part.quoted && text.ends_with('$'),
            PartKind::Parameter(parameter) => {
                let named =
                    !parameter.braced && parameter.name.bytes().next().is_some_and(is_name_start);
                named
                    && !next.quoted
                    && next
                        .text()
                        .is_some_and(|text| text.bytes().next().is_some_and(is_name))
            }
            _ => false,
        })
}

/// Returns how many words braces make; more than there can be where that is not said.
fn count(parts: &[Part]) -> usize {
    parts.iter().fold(1, |before, part| match &part.kind {
        PartKind::LongBrace(_) => usize::MAX,
        PartKind::Brace(alternatives) => {
            let ways = alternatives.iter().map(|alternative| count(alternative));
            before.saturating_mul(ways.fold(0, usize::saturating_add))
        }
        _ => before,
    })
}

fn expand(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut words = vec![Vec::new()];
    for part in parts {
        let PartKind::Brace(alternatives) = &part.kind else {
            for word in &mut words {
                word.push(part.clone());
            }
            continue;
        };
        let alternatives = alternatives.iter();
        let endings: Vec<_> = alternatives.flat_map(|one| expand(one)).collect();
        let joined = words.iter().flat_map(|word| {
            let endings = endings.iter();
            endings.map(|ending| word.iter().chain(ending).cloned().collect::<Vec<_>>())
        });
        words = joined.collect();
    }
    words
}
