//! Where the texts stand that are walked: in the line itself, spelled out in one of its words, or nowhere in it.

use std::ops::Range;
use std::rc::Rc;

use super::fields::Field;
use super::spelling::{self, Manner, Piece, Spelled, composed, line_of, text_of};
use super::state::State;
use super::{DEPTH, Walker};
use crate::effects::{Span, UnknownKind};
use crate::shell;

/// Texts for other commands that are kept track of.
const SOURCES: usize = 64;
/// Bytes that are read again to find texts in them.
pub(super) const READ: usize = 4 * 1_024 * 1_024;

/// Where a text stands that is not the line itself.
#[derive(Debug)]
pub(in crate::effects) struct Origin {
    /// The text, in which others may be spelled out.
    text: Rc<str>,
    /// What holds it, and what stands for what of it is spelled out nowhere.
    carrier: Span,
    /// How the line spells it.
    pieces: Vec<Piece>,
}

impl Origin {
    /// A text that the line does not hold, such as one of a file.
    pub(super) fn unseen(carrier: Span) -> Rc<Self> {
        Rc::new(Self {
            text: Rc::default(),
            carrier,
            pieces: Vec::new(),
        })
    }

    /// Whether any of it is spelled out in the line.
    pub(super) fn is_seen(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Returns where a part of it stands that was found in it.
    pub(in crate::effects) fn literal(&self, part: &str) -> Span {
        match spelling::found(&self.text, part).filter(|_| !part.is_empty()) {
            Some(at) => self.span(&(at..at + part.len())),
            None => self.carrier,
        }
    }

    /// Returns where a text stands that was found in it.
    pub(in crate::effects) fn holding(&self, part: &str) -> Rc<Self> {
        let pieces = match spelling::found(&self.text, part) {
            Some(at) => spelling::shifted(&self.pieces, &(at..at + part.len()), 0),
            None => Vec::new(),
        };
        Rc::new(Self {
            text: part.into(),
            carrier: self.carrier,
            pieces,
        })
    }

    /// Returns where a part of it stands.
    pub(in crate::effects) fn span(&self, some: &Range<usize>) -> Span {
        match line_of(&self.pieces, some) {
            Some(line) => self.carrier.narrowed(line.start, line.end),
            None => self.carrier,
        }
    }
}

/// What may be read by another command: the words of `echo`, the body of a here-document.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The text that it stands in; none for the line.
    origin: Option<Rc<Origin>>,
    place: Range<usize>,
    manner: Manner,
}

impl Walker<'_> {
    /// Maps a span of the text that is walked to one of the line.
    pub(super) fn span(&self, span: shell::Span) -> Span {
        match &self.origin {
            Some(origin) => origin.span(&(span.start..span.end)),
            None => Span::new(span.start, span.end),
        }
    }

    /// Returns where the text stands that is walked, when it is not the line.
    pub(super) fn carrier(&self) -> Option<Span> {
        self.origin.as_ref().map(|origin| origin.carrier)
    }

    /// Returns where a text stands that a command is given by words, or that it reads where there are none.
    pub(super) fn origin_of(
        &mut self,
        text: &str,
        words: Option<Span>,
        command: Span,
    ) -> Rc<Origin> {
        let Some(words) = words else {
            return self.origin_in_sources(text, command);
        };
        let carrier = command.narrowed(words.start(), words.end());
        let pieces = match self.place_of(carrier) {
            Some(place) => {
                let source = Source {
                    origin: self.origin.clone(),
                    place,
                    manner: Manner::Words,
                };
                self.pieces_in(&source, text)
            }
            None => Vec::new(),
        };
        Rc::new(Origin {
            text: text.into(),
            carrier,
            pieces,
        })
    }

    fn origin_in_sources(&mut self, text: &str, command: Span) -> Rc<Origin> {
        if self.file.is_some() {
            return Origin::unseen(command);
        }
        let mut pieces = Vec::new();
        for at in (0..self.sources.len()).rev() {
            let Some(source) = self.sources.get(at).cloned() else {
                continue;
            };
            pieces = self.pieces_in(&source, text);
            let known: usize = pieces.iter().map(|piece| piece.text.len()).sum();
            // Anything begins or ends alike by chance.
            if 2 * known > text.len() {
                break;
            }
            pieces.clear();
        }
        Rc::new(Origin {
            text: text.into(),
            carrier: command,
            pieces,
        })
    }

    /// Returns how the line spells a text that a part of the walked text is expanded to.
    fn pieces_in(&mut self, source: &Source, text: &str) -> Vec<Piece> {
        let whole = match &source.origin {
            Some(origin) => origin.text.as_ref(),
            None => self.line,
        };
        let raw = whole.get(source.place.clone()).unwrap_or_default();
        let Some(left) = self.spelled.checked_sub(raw.len() + text.len()) else {
            return Vec::new();
        };
        self.spelled = left;
        let spelled = Spelled::read(raw, source.place.start, source.manner);
        let pieces = spelled.pieces_of(text);
        match &source.origin {
            Some(origin) => composed(&pieces, &origin.pieces),
            None => pieces,
        }
    }

    /// Returns where a part of the line stands in the text that is walked.
    fn place_of(&self, span: Span) -> Option<Range<usize>> {
        let line = span.start()..span.end();
        match &self.origin {
            Some(origin) => text_of(&origin.pieces, &line),
            None => Some(line),
        }
    }

    /// Returns the words of a command, joined by blanks, and where they stand.
    pub(super) fn words_at(&mut self, command: Span) -> Rc<Origin> {
        let whole = match &self.origin {
            Some(origin) => origin.text.as_ref(),
            None => self.line,
        };
        let Some(place) = self.place_of(command) else {
            return Origin::unseen(command);
        };
        let raw = whole.get(place.clone()).unwrap_or_default();
        let spelled = Spelled::read(raw, place.start, Manner::Words);
        let pieces = match &self.origin {
            Some(origin) => composed(&spelled.pieces, &origin.pieces),
            None => spelled.pieces,
        };
        Rc::new(Origin {
            text: spelled.text.into(),
            carrier: command,
            pieces,
        })
    }

    /// Keeps in mind which words are printed.
    pub(super) fn note_printed(&mut self, words: &[Field]) {
        if let (Some(first), Some(last)) = (words.first(), words.last())
            && first.span.start() <= last.span.end()
        {
            self.note_word(first.span.narrowed(first.span.start(), last.span.end()));
        }
    }

    pub(super) fn note_word(&mut self, span: Span) {
        if let Some(place) = self.place_of(span) {
            self.note_source(place, Manner::Words);
        }
    }

    /// Keeps in mind what of the walked text may be read by a command.
    pub(super) fn note_source(&mut self, place: Range<usize>, manner: Manner) {
        let is_same = |source: &Source| source.place == place;
        if self.sources.last().is_some_and(is_same) {
            return;
        }
        if self.sources.len() == SOURCES {
            self.sources.remove(0);
        }
        self.sources.push(Source {
            origin: self.origin.clone(),
            place,
            manner,
        });
    }

    /// Walks a text that stands inside another: what a command is given by words, or reads where there are none.
    pub(super) fn nested(
        &mut self,
        text: &str,
        words: Option<Span>,
        command: Span,
        state: &mut State,
    ) {
        if self.depth >= DEPTH {
            return self.unknown(UnknownKind::OpaqueCode, text, Some(command));
        }
        let origin = self.origin_of(text, words, command);
        self.text_from(text, origin, state);
    }

    /// Walks a text whose origin is known.
    pub(super) fn text_from(&mut self, text: &str, origin: Rc<Origin>, state: &mut State) {
        if self.depth >= DEPTH {
            return self.unknown(UnknownKind::OpaqueCode, text, Some(origin.carrier));
        }
        self.inside(origin, |walker| {
            walker.depth += 1;
            walker.text(text, state);
            walker.depth -= 1;
        });
    }

    /// Does something inside a text.
    pub(super) fn inside(&mut self, origin: Rc<Origin>, act: impl FnOnce(&mut Self)) {
        let outer = self.origin.replace(origin);
        act(self);
        self.origin = outer;
    }
}

/// Returns the part of a command that its words stand in: from the first of them to the last.
pub(super) fn together(words: &[Field], command: Span) -> Option<Span> {
    let spans = words.iter().map(|word| word.span);
    let mut own = spans.filter(|span| *span != command && span.is_within(command));
    let first = own.next()?;
    let last = own.next_back().unwrap_or(first);
    let is_first = words.first().is_some_and(|word| word.span == first);
    is_first.then(|| command.narrowed(first.start(), last.end().max(first.end())))
}
