//! How a line spells a text: which of its bytes stand for which of the text's, once quotes are removed.
//!
//! It says where something stands, never what something does: where it is at a loss, a larger part of the line is marked.

mod reader;

use std::ops::Range;

/// What stands for an expansion: no text of a shell holds it.
const GAP: char = '\0';
/// What stands for what `find` and `xargs` put in its place.
const PLACEHOLDER: &str = "{}";
/// Expansions and placeholders of one text that are told apart.
const MARKS: usize = 64;
/// Pieces of one text; what has more is not taken apart.
const PIECES: usize = 20_000;

/// A stretch of a text, and the bytes of another one that spell it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) text: Range<usize>,
    /// As long as `text` where each byte stands for itself; otherwise all of it stands for all of `text`.
    pub(super) line: Range<usize>,
}

impl Piece {
    /// Returns the bytes of the line that spell some of the text.
    fn part(&self, some: &Range<usize>) -> Range<usize> {
        if self.text.len() != self.line.len() {
            return self.line.clone();
        }
        let skipped = some.start.saturating_sub(self.text.start);
        let cut = self.text.end.saturating_sub(some.end);
        self.line.start + skipped..self.line.end - cut
    }

    /// Returns what of it spells some of the text.
    fn within(&self, some: &Range<usize>) -> Option<Self> {
        let text = self.text.start.max(some.start)..self.text.end.min(some.end);
        (text.start < text.end).then(|| Self {
            line: self.part(&text),
            text,
        })
    }
}

/// Returns the bytes of the line that spell some of a text, as far as they are known.
pub(super) fn line_of(pieces: &[Piece], some: &Range<usize>) -> Option<Range<usize>> {
    let first = pieces.partition_point(|piece| piece.text.end <= some.start);
    let end = pieces.partition_point(|piece| piece.text.start < some.end.max(some.start + 1));
    let first = pieces.get(first).filter(|_| first < end)?;
    let last = pieces.get(end.checked_sub(1)?)?;
    let line = first.part(some).start..last.part(some).end;
    (line.start < line.end).then_some(line)
}

/// Returns the bytes of the text that some of the line spells.
pub(super) fn text_of(pieces: &[Piece], some: &Range<usize>) -> Option<Range<usize>> {
    let first = pieces.partition_point(|piece| piece.line.end <= some.start);
    let end = pieces.partition_point(|piece| piece.line.start < some.end);
    let flipped = |piece: &Piece| Piece {
        text: piece.line.clone(),
        line: piece.text.clone(),
    };
    let first = flipped(pieces.get(first).filter(|_| first < end)?);
    let last = flipped(pieces.get(end.checked_sub(1)?)?);
    Some(first.part(some).start..last.part(some).end)
}

/// A text as a line spells it.
#[derive(Debug, Default)]
pub(super) struct Spelled {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
}

/// How the bytes of a line are to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Manner {
    /// As words, which come joined by one blank.
    Words,
    /// As the body of a here-document: whether it expands, whether tabs before its lines are removed.
    Body { expands: bool, strips: bool },
}

impl Spelled {
    /// Reads bytes of a line, the first of which is its byte `at`.
    pub(super) fn read(raw: &str, at: usize, manner: Manner) -> Self {
        reader::read(raw, at, manner)
    }

    /// Returns how the line spells `text`, which was made of this one or is part of it. Empty when that cannot be told.
    pub(super) fn pieces_of(&self, text: &str) -> Vec<Piece> {
        let text = text.trim_end();
        if text.is_empty() || self.pieces.len() > PIECES {
            return Vec::new();
        }
        if let Some(at) = found(&self.text, text) {
            return shifted(&self.pieces, &(at..at + text.len()), 0);
        }
        if self.text.contains('\\') {
            let inner = self.unescaped();
            if let Some(at) = found(&inner.text, text) {
                return shifted(&inner.pieces, &(at..at + text.len()), 0);
            }
        }
        self.between(text).unwrap_or_else(|| self.around(text))
    }

    /// Returns the pieces of a text that has something else where this one has expansions and placeholders.
    fn between(&self, text: &str) -> Option<Vec<Piece>> {
        let this = self.text.trim_end();
        let mut marks: Vec<Range<usize>> = Vec::new();
        for mark in [GAP.encode_utf8(&mut [0; 4]), PLACEHOLDER] {
            let found = this.match_indices(mark).take(MARKS);
            marks.extend(found.map(|(at, mark)| at..at + mark.len()));
        }
        marks.sort_by_key(|mark| mark.start);
        let mut pieces = Vec::new();
        let (mut done, mut from) = (0, 0);
        for mark in &marks {
            let literal = from..mark.start;
            let rest = text.get(done..)?;
            let found = rest.find(this.get(literal.clone())?)?;
            if from == 0 && found > 0 {
                return None;
            }
            pieces.extend(self.instead(done..done + found, &marks, from));
            pieces.extend(shifted(&self.pieces, &literal, done + found));
            done += found + literal.len();
            from = mark.end;
        }
        let literal = from..this.len();
        let at = text
            .len()
            .checked_sub(literal.len())
            .filter(|at| *at >= done)?;
        let is_known = marks.iter().map(ExactSizeIterator::len).sum::<usize>() < this.len();
        if from == 0 || !is_known || !text.ends_with(this.get(literal.clone())?) {
            return None;
        }
        pieces.extend(self.instead(done..at, &marks, from));
        pieces.extend(shifted(&self.pieces, &literal, at));
        Some(pieces)
    }

    /// Returns the piece of what stands in the place of the mark that ends at a byte.
    fn instead(&self, text: Range<usize>, marks: &[Range<usize>], end: usize) -> Option<Piece> {
        let mark = marks.iter().find(|mark| mark.end == end)?;
        let line = line_of(&self.pieces, mark)?;
        (!text.is_empty()).then_some(Piece { text, line })
    }

    /// The same when only what stands before and after something else is spelled out: `rm {} x`, `rm $y x`.
    fn around(&self, text: &str) -> Vec<Piece> {
        let is_same = |(one, other): &(u8, u8)| one == other;
        let (this, other) = (self.text.trim_end().as_bytes(), text.as_bytes());
        let pairs = this.iter().copied().zip(other.iter().copied());
        let mut before = pairs.take_while(is_same).count();
        while !text.is_char_boundary(before) {
            before -= 1;
        }
        let most = this.len().min(other.len()) - before;
        let back = this.iter().rev().copied().zip(other.iter().rev().copied());
        let mut after = back.take(most).take_while(is_same).count();
        while !text.is_char_boundary(text.len() - after) {
            after -= 1;
        }
        if before + after == 0 {
            return Vec::new();
        }
        let mut pieces = shifted(&self.pieces, &(0..before), 0);
        let between = before..this.len() - after;
        if let Some(line) = line_of(&self.pieces, &between).filter(|_| !between.is_empty()) {
            let text = before..other.len() - after;
            pieces.extend((!text.is_empty()).then_some(Piece { text, line }));
        }
        pieces.extend(shifted(
            &self.pieces,
            &(this.len() - after..this.len()),
            other.len() - after,
        ));
        pieces
    }

    /// Returns the text with what backslashes stand for in their place: what `echo -e` and `printf` print.
    fn unescaped(&self) -> Self {
        let mut spelled = reader::unescaped(&self.text);
        spelled.pieces = composed(&spelled.pieces, &self.pieces);
        spelled
    }

    fn push(&mut self, text: &str, line: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(text);
        let text = start..self.text.len();
        if let Some(last) = self.pieces.last_mut()
            && text.len() == line.len()
            && last.text.len() == last.line.len()
            && last.line.end == line.start
        {
            last.text.end = text.end;
            last.line.end = line.end;
        } else if !text.is_empty() && self.pieces.len() <= PIECES {
            self.pieces.push(Piece { text, line });
        }
    }
}

/// Returns the pieces of some of a text, which is the `to`th byte of another one and on.
pub(super) fn shifted(pieces: &[Piece], some: &Range<usize>, to: usize) -> Vec<Piece> {
    let first = pieces.partition_point(|piece| piece.text.end <= some.start);
    let rest = pieces.get(first..).unwrap_or_default().iter();
    let within = rest.map_while(|piece| piece.within(some));
    let moved = within.map(|piece| Piece {
        text: piece.text.start - some.start + to..piece.text.end - some.start + to,
        line: piece.line,
    });
    moved.collect()
}

/// Returns how a line spells a text that another text spells: pieces of the one, and of the other in the line.
pub(super) fn composed(inner: &[Piece], outer: &[Piece]) -> Vec<Piece> {
    let mut all = Vec::new();
    for piece in inner {
        if piece.text.len() != piece.line.len() {
            let line = line_of(outer, &piece.line);
            all.extend(line.map(|line| Piece {
                line,
                ..piece.clone()
            }));
            continue;
        }
        let first = outer.partition_point(|other| other.text.end <= piece.line.start);
        let rest = outer.get(first..).unwrap_or_default().iter();
        for part in rest.map_while(|other| other.within(&piece.line)) {
            let start = piece.text.start + (part.text.start - piece.line.start);
            all.push(Piece {
                text: start..start + part.text.len(),
                line: part.line,
            });
        }
    }
    all
}

/// Returns where a text stands in another, between quotes before anywhere else.
pub(super) fn found(text: &str, part: &str) -> Option<usize> {
    const LOOKED_AT: usize = 64;
    if text == part {
        return Some(0);
    }
    let is_quoted = |at: &usize| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + part.len()..)
            .and_then(|text| text.chars().next());
        before.is_some_and(|quote| "'\"`".contains(quote)) && before == after
    };
    let all = || text.match_indices(part).map(|(at, _)| at).take(LOOKED_AT);
    all().find(is_quoted).or_else(|| all().next())
}

#[cfg(test)]
mod tests {
    use super::{Manner, Spelled, line_of};

    /// Returns what of the line is marked for some of the text.
    #[track_caller]
    fn marked<'l>(line: &'l str, manner: Manner, text: &str, part: &str) -> &'l str {
        let pieces = Spelled::read(line, 0, manner).pieces_of(text);
        let at = text.find(part).unwrap();
        let found = line_of(&pieces, &(at..at + part.len()));
        found.map_or("", |range| &line[range])
    }

    #[test]
    fn quoted_texts_are_found_in_their_line() {
        let word = |line, text, part| marked(line, Manner::Words, text, part);
        assert_eq!(word("'ls; rm x'", "ls; rm x", "rm x"), "rm x");
        assert_eq!(
            word(r#""ls; rm \"x\"""#, r#"ls; rm "x""#, r#"rm "x""#),
            r#"rm \"x\""#
        );
        assert_eq!(word(r"ls\;\ rm\ x", "ls; rm x", "rm x"), r"rm\ x");
        assert_eq!(word(r"$'ls\nrm \x78'", "ls\nrm x", "rm x"), r"rm \x78");
        assert_eq!(word("'ls; r'\"m\"' x;'", "ls; rm x;", "rm x"), "r'\"m\"' x");
        assert_eq!(word("\"cd $D && rm x\"", "cd a/b && rm x", "rm x"), "rm x");
        assert_eq!(word("\"cd $D && rm x\"", "cd a/b && rm x", "a/b"), "$D");
        assert_eq!(
            word("\"rm ${x:-\"}\"} a\"", "rm y a", "rm y"),
            "rm ${x:-\"}\"}"
        );
        assert_eq!(word("'rm {} x'", "rm é/y x", "é/y"), "{}");
        assert_eq!(word("'rm {} x'", "rm é/y x", "rm é/y x"), "rm {} x");
        assert_eq!(word("'ls {}; rm {}'", "ls a b; rm a b", "rm a b"), "rm {}");
        assert_eq!(
            word("\"ls $x; rm $y; ls\"", "ls a; rm b; ls", "rm b"),
            "rm $y"
        );
        assert_eq!(word("'system(\"ls\"); ls'", "ls", "ls"), "ls");
        assert_eq!(
            word("-e 'ls\\nrm x\\nls'", "ls\nrm x\nls\n", "rm x"),
            "rm x"
        );
        assert_eq!(word("\"$all\"", "rm x", "rm x"), "");
        assert_eq!(word("cd  'a'\t&& 'rm x'", "cd a && rm x", "rm x"), "rm x");
    }

    #[test]
    fn bodies_of_documents_are_found_in_their_line() {
        let body = |line, strips, text, part| {
            let expands = true;
            marked(line, Manner::Body { expands, strips }, text, part)
        };
        assert_eq!(body("ls\nrm x\n", false, "ls\nrm x\n", "rm x"), "rm x");
        assert_eq!(
            body("\tls\n\t\trm \\$x\n", true, "ls\nrm $x\n", "rm $x"),
            "rm \\$x"
        );
        assert_eq!(
            body("ls $y\nrm x\n", false, "ls 1 2\nrm x\n", "rm x"),
            "rm x"
        );
        assert_eq!(body("l\\\ns\nrm x\n", false, "ls\nrm x\n", "ls"), "l\\\ns");
    }
}
