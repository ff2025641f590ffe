//! Redirections: `<`, `>`, here-documents and the forms with descriptors.
//!
//! A here-document's body stands after the next newline, long after its redirection was read, so the body is kept in
//! a cell that the parser fills once; a finished tree has every cell filled. Nothing here decides whether a target is
//! a file: `>&` with a word that is no number writes to that file.

use std::sync::{Arc, OnceLock};

use super::Span;
use super::parser::{Outcome, Parser};
use super::reader::{is_digit, is_name, is_name_start};
use super::word::{Part, Word};
use super::words::Style;

/// One redirection.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// What stands before the operator.
    pub fd: Descriptor,
    /// The operator.
    pub op: RedirectOp,
    /// What stands after it.
    pub target: Target,
    /// Where it stands, without the body of a here-document.
    pub span: Span,
}

/// The descriptor that a redirection changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Descriptor {
    /// None was written; the operator decides.
    Default,
    /// A number directly before the operator.
    Number(i32),
    /// `{name}`: bash picks a descriptor and assigns it to the variable.
    Variable(String),
}

/// The redirection operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectOp {
    /// `<`
    Read,
    /// `>`
    Write,
    /// `>>`
    Append,
    /// `>|`
    Clobber,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`. When the target is a file, bash expands its value a second time: `$(…)` in a variable runs.
    DuplicateOutput,
    /// `&>`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `<<<`
    HereString,
    /// `<<`
    HereDoc,
    /// `<<-`
    HereDocTabs,
}

impl RedirectOp {
    /// Returns the operator as bash spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "<",
            Self::Write => ">",
            Self::Append => ">>",
            Self::Clobber => ">|",
            Self::ReadWrite => "<>",
            Self::DuplicateInput => "<&",
            Self::DuplicateOutput => ">&",
            Self::WriteBoth => "&>",
            Self::AppendBoth => "&>>",
            Self::HereString => "<<<",
            Self::HereDoc => "<<",
            Self::HereDocTabs => "<<-",
        }
    }
}

impl Redirect {
    /// Returns the number of the changed descriptor; none for `{name}` and for `&>`, which changes two.
    #[must_use]
    pub fn descriptor(&self) -> Option<i32> {
        match (&self.fd, self.op) {
            (Descriptor::Number(number), _) => Some(*number),
            (Descriptor::Variable(_), _) | (_, RedirectOp::WriteBoth | RedirectOp::AppendBoth) => {
                None
            }
            (
                _,
                RedirectOp::Write
                | RedirectOp::Append
                | RedirectOp::Clobber
                | RedirectOp::DuplicateOutput,
            ) => Some(1),
            _ => Some(0),
        }
    }
}

/// What stands after a redirection operator.
#[derive(Debug, Clone)]
pub enum Target {
    /// A word; for `<&` and `>&` also a number or `-`.
    Word(Word),
    /// A here-document.
    HereDoc(HereDoc),
}

/// A here-document.
#[derive(Debug, Clone)]
pub struct HereDoc {
    /// The delimiter after quote removal.
    pub delimiter: String,
    /// Whether parameters and substitutions in the body are expanded.
    pub expands: bool,
    pub(super) body: Arc<OnceLock<(Vec<Part>, Option<Span>)>>,
}

impl HereDoc {
    /// Returns the parts of the body.
    #[must_use]
    pub fn body(&self) -> &[Part] {
        self.body.get().map_or(&[], |(parts, _)| parts)
    }

    /// Returns where the body stands; none inside of what stands in a text of its own.
    #[must_use]
    pub fn place(&self) -> Option<Span> {
        self.body.get().and_then(|(_, place)| *place)
    }
}

impl Parser<'_> {
    /// Reads the redirections that follow a compound command.
    pub(super) fn redirects(&mut self) -> Outcome<Vec<Redirect>> {
        let mut redirects = Vec::new();
        loop {
            let end = self.pos;
            self.skip_blanks();
            let Some(redirect) = self.redirect()? else {
                self.pos = end;
                return Ok(redirects);
            };
            redirects.push(redirect);
        }
    }

    /// Reads one redirection with its descriptor, or leaves the position alone.
    pub(super) fn redirect(&mut self) -> Outcome<Option<Redirect>> {
        let start = self.pos;
        let fd = match self.peek() {
            Some(b'<' | b'>' | b'&') => Descriptor::Default,
            Some(byte) if is_digit(byte) || byte == b'{' => match self.descriptor() {
                Some(fd) => fd,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Some(op) = self.redirect_op() else {
            self.pos = start;
            return Ok(None);
        };
        if fd != Descriptor::Default && matches!(op, RedirectOp::WriteBoth | RedirectOp::AppendBoth)
        {
            return Err(self.syntax());
        }
        self.skip_blanks_only();
        let target = match op {
            RedirectOp::HereDoc | RedirectOp::HereDocTabs => {
                let (delimiter, expands) = self.delimiter()?;
                let body = Arc::new(OnceLock::new());
                let doc = HereDoc {
                    delimiter,
                    expands,
                    body,
                };
                let span = self.span(start);
                self.expect_heredoc(&doc, op == RedirectOp::HereDocTabs, span);
                Target::HereDoc(doc)
            }
            _ => Target::Word(self.redirect_target(op)?),
        };
        Ok(Some(Redirect {
            fd,
            op,
            target,
            span: self.span(start),
        }))
    }

    fn redirect_target(&mut self, op: RedirectOp) -> Outcome<Word> {
        let duplicates = matches!(op, RedirectOp::DuplicateInput | RedirectOp::DuplicateOutput);
        if duplicates && self.peek() == Some(b'-') {
            // bash ends the token here: what follows the `-` is the next word of the command.
            let start = self.pos;
            self.bump();
            return Ok(Word::literal("-", self.span(start)));
        }
        if !duplicates {
            self.refuse_descriptor()?;
        }
        let style = if op == RedirectOp::HereString {
            Style::Value
        } else {
            Style::Target
        };
        match self.word(style)? {
            Some(word) if op == RedirectOp::DuplicateOutput && changes_again(&word) => {
                Err(self.syntax())
            }
            Some(word) => Ok(word),
            None => Err(self.unexpected()),
        }
    }

    /// Fails when a descriptor stands here: bash reads `2` of `> 2>a` as one, which no word may be.
    pub(super) fn refuse_descriptor(&mut self) -> Outcome<()> {
        let start = self.pos;
        let found = match self.peek() {
            Some(byte) if is_digit(byte) || byte == b'{' => self.descriptor().is_some(),
            _ => false,
        };
        self.pos = start;
        if found { Err(self.syntax()) } else { Ok(()) }
    }

    /// Reads digits or `{name}` when they are a whole word directly before `<` or `>`.
    fn descriptor(&mut self) -> Option<Descriptor> {
        let start = self.pos;
        let fd = if self.peek() == Some(b'{') {
            self.descriptor_name()
        } else {
            self.descriptor_number()
        };
        let redirects = matches!(self.peek(), Some(b'<' | b'>')) && self.peek_nth(1) != Some(b'(');
        if fd.is_none() || !redirects {
            self.pos = start;
            return None;
        }
        fd
    }

    fn descriptor_number(&mut self) -> Option<Descriptor> {
        let mut value = 0_i32;
        let mut fits = true;
        while let Some(byte) = self.peek().filter(|byte| is_digit(*byte)) {
            let next = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(i32::from(byte - b'0')));
            fits &= next.is_some();
            value = next.unwrap_or(0);
            self.bump();
        }
        fits.then_some(Descriptor::Number(value))
    }

    fn descriptor_name(&mut self) -> Option<Descriptor> {
        self.bump();
        let mut name = String::new();
        while let Some(byte) = self.peek().filter(|byte| is_name(*byte)) {
            name.push(char::from(byte));
            self.bump();
        }
        let valid = name.bytes().next().is_some_and(is_name_start) && self.peek() == Some(b'}');
        self.bump();
        valid.then_some(Descriptor::Variable(name))
    }

    fn redirect_op(&mut self) -> Option<RedirectOp> {
        let (op, length) = match (self.peek()?, self.peek_nth(1), self.peek_nth(2)) {
            (b'<' | b'>', Some(b'('), _) => return None,
            (b'<', Some(b'<'), Some(b'<')) => (RedirectOp::HereString, 3),
            (b'<', Some(b'<'), Some(b'-')) => (RedirectOp::HereDocTabs, 3),
            (b'<', Some(b'<'), _) => (RedirectOp::HereDoc, 2),
            (b'<', Some(b'&'), _) => (RedirectOp::DuplicateInput, 2),
            (b'<', Some(b'>'), _) => (RedirectOp::ReadWrite, 2),
            (b'<', ..) => (RedirectOp::Read, 1),
            (b'>', Some(b'>'), _) => (RedirectOp::Append, 2),
            (b'>', Some(b'|'), _) => (RedirectOp::Clobber, 2),
            (b'>', Some(b'&'), _) => (RedirectOp::DuplicateOutput, 2),
            (b'>', ..) => (RedirectOp::Write, 1),
            (b'&', Some(b'>'), Some(b'>')) => (RedirectOp::AppendBoth, 3),
            (b'&', Some(b'>'), _) => (RedirectOp::WriteBoth, 2),
            _ => return None,
        };
        for _ in 0..length {
            self.advance();
        }
        Some(op)
    }
}

/// Whether expanding the quoted text again would make something else of it, or even run it.
fn changes_again(word: &Word) -> bool {
    let special = |c: char| c.is_whitespace() || "$`~\\'\"*?[]{}()<>!".contains(c);
    let texts = word
        .parts
        .iter()
        .filter(|part| part.quoted)
        .filter_map(Part::text);
    texts.into_iter().any(|text| text.contains(special))
}
