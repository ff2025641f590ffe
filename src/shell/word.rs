//! Words and the parts they are made of.
//!
//! A part says what bash will do with a piece of a word, and whether the piece is quoted; it never holds a guessed
//! value. Text that is certain can be read with [`Word::static_text`] and [`Word::prefix`]; everything else stays
//! visible as its own kind of part, with the commands inside it parsed.

use std::borrow::Cow;

use super::Span;
use super::tree::{Script, SimpleCommand};

/// One word of a command, before expansion.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// The pieces in order. Neighbouring texts differ in their quoting.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub span: Span,
}

/// A piece of a word.
#[derive(Debug, Clone)]
pub struct Part {
    /// What the piece is.
    pub kind: PartKind,
    /// Whether it is quoted: no splitting, no patterns.
    pub quoted: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a piece of a word can be.
#[derive(Debug, Clone)]
pub enum PartKind {
    /// Certain text after quote removal. Empty only for an empty pair of quotes.
    Text(String),
    /// Certain bytes that are not UTF-8, from `$'…'`.
    Bytes(Vec<u8>),
    /// An unquoted `*`, `?` or `[`.
    Glob(char),
    /// `@(…|…)` and its like: the operator and the alternatives.
    ExtGlob(char, Vec<Vec<Part>>),
    /// `~` or `~user` where bash expands it; holds the user.
    Tilde(String),
    /// `$name` or `${…}`
    Parameter(Box<Parameter>),
    /// `$(…)`, backticks or `${ …; }`
    Command(Box<Substitution>),
    /// `$((…))` or `$[…]`
    Arithmetic(Arith),
    /// `<(…)` or `>(…)`
    Process(Box<Process>),
    /// `{a,b}`: the pieces of each alternative.
    Brace(Vec<Vec<Part>>),
    /// A brace expansion with too many words to hold, or whose words cannot be told; holds the pieces inside it.
    LongBrace(Vec<Part>),
    /// `(…)` after `name=` in an argument of `declare` and its like.
    Array(Vec<Element>),
}

/// A parameter expansion.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The variable, positional or special parameter.
    pub name: String,
    /// Whether it is written with braces; a plain name goes on in what a brace expansion puts after it.
    pub braced: bool,
    /// Whether `!` stands before the name: its value names the parameter, or its names are listed.
    pub indirect: bool,
    /// The index expression between brackets; `@` and `*` appear as text.
    pub index: Option<Arith>,
    /// What is done with the value.
    pub op: Option<ParamOp>,
}

/// The operators of `${…}`.
#[derive(Debug, Clone)]
pub enum ParamOp {
    /// `${#name}`
    Length,
    /// `-`, `=`, `?` or `+`; whether `:` stands before it; the word after it.
    Conditional(char, bool, Word),
    /// `#`, `##`, `%`, `%%`, `^`, `^^`, `,`, `,,`, `~` or `~~` and the pattern after it.
    Pattern(String, Word),
    /// `/`, `//`, `/#` or `/%`, the pattern and the replacement.
    Replace(String, Word, Option<Word>),
    /// `:offset` and `:offset:length` as one expression.
    Substring(Arith),
    /// `@Q` and its like. `@P` runs the substitutions in the value.
    Transform(char),
    /// `${!prefix*}` or `${!prefix@}`
    Names(char),
}

/// A command substitution.
#[derive(Debug, Clone)]
pub struct Substitution {
    /// How it is written.
    pub kind: SubstitutionKind,
    /// What runs.
    pub script: Script,
}

/// The ways to write a command substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubstitutionKind {
    /// `$(…)`
    Dollar,
    /// `` `…` ``
    Backtick,
    /// `${ …; }` and `${| …; }` of bash 5.3, which run in the current shell.
    Braces,
}

/// An arithmetic expression, as text with the expansions inside it.
///
/// bash evaluates the values of variables in it as expressions again, which can run substitutions in their indexes.
#[derive(Debug, Clone, Default)]
pub struct Arith {
    /// The pieces in order.
    pub parts: Vec<Part>,
    /// Where it stands, without its brackets.
    pub span: Span,
}

/// A process substitution.
#[derive(Debug, Clone)]
pub struct Process {
    /// Whether the command reads: `>(…)`.
    pub reads: bool,
    /// What runs.
    pub script: Script,
}

/// One element of an array assignment.
#[derive(Debug, Clone)]
pub struct Element {
    /// The index of `[index]=value`.
    pub index: Option<Arith>,
    /// The value, or a word that may expand to several.
    pub value: Word,
}

impl Part {
    /// Returns the text when it is certain.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            PartKind::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Word {
    pub(super) fn literal(text: &str, span: Span) -> Self {
        let part = Part {
            kind: PartKind::Text(text.to_owned()),
            quoted: false,
            span,
        };
        Self {
            parts: vec![part],
            span,
        }
    }

    /// Returns the value when nothing at run time changes it: no expansion, pattern, tilde or brace.
    #[must_use]
    pub fn static_text(&self) -> Option<Cow<'_, str>> {
        match self.parts.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [part] => part.text().map(Cow::Borrowed),
            parts => parts
                .iter()
                .map(Part::text)
                .collect::<Option<String>>()
                .map(Cow::Owned),
        }
    }

    /// Returns the certain text before the first piece that is not.
    #[must_use]
    pub fn prefix(&self) -> String {
        self.parts.iter().map_while(Part::text).collect()
    }

    /// Returns the certain text after the last piece that is not; all of it when the whole word is certain.
    #[must_use]
    pub fn suffix(&self) -> String {
        let count = self
            .parts
            .iter()
            .rev()
            .take_while(|part| part.text().is_some())
            .count();
        self.parts
            .iter()
            .skip(self.parts.len() - count)
            .filter_map(Part::text)
            .collect()
    }

    /// Returns the text when it is one unquoted piece, as reserved words and operators must be.
    #[must_use]
    pub fn bare_text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [part] if !part.quoted => part.text(),
            _ => None,
        }
    }
}

impl SimpleCommand {
    /// Returns its words when nothing at run time changes any of them.
    #[must_use]
    pub fn static_words(&self) -> Option<Vec<Cow<'_, str>>> {
        self.words.iter().map(Word::static_text).collect()
    }
}
