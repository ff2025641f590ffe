//! Parses bash command text into a typed tree with byte spans.
//!
//! The tree shows everything that bash would execute, wherever it sits: in lists, substitutions, arithmetic,
//! parameter operands, here-documents, patterns, array indexes and redirection targets. The parser refuses to
//! guess: text that bash versions read differently, or that bash itself rejects, is [`Unparsed`], never a partial
//! tree. It expands nothing, follows no aliases, and knows nothing of what a command does.

mod arith;
mod braces;
mod builder;
mod compound;
mod dollar;
mod heredoc;
mod parameter;
mod parser;
mod quotes;
mod reader;
mod redirect;
mod simple;
mod test_command;
mod tree;
mod walk;
mod word;
mod words;

#[cfg(test)]
mod tests;

use parser::Parser;

pub use redirect::{Descriptor, HereDoc, Redirect, RedirectOp, Target};
pub use tree::{
    AndOr, Assignment, AssignmentValue, CaseClause, CaseEnd, Command, Compound, CompoundKind,
    Connector, Coproc, Function, Item, Pipeline, Script, SimpleCommand, Stage, TestExpr,
};
pub use walk::Node;
pub use word::{
    Arith, Element, ParamOp, Parameter, Part, PartKind, Process, Substitution, SubstitutionKind,
    Word,
};

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

/// How deep commands, substitutions and groups may nest.
pub const MAX_DEPTH: usize = 64;

/// A byte range of the text given to [`parse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Why a text has no tree. It is never a sign of harmlessness: bash runs the complete commands before a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unparsed {
    /// What stopped the parser.
    pub kind: UnparsedKind,
    /// The byte of the text where it stopped.
    pub at: usize,
}

/// The ways in which a text can fail to have a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnparsedKind {
    /// bash rejects the text, or its readings differ.
    Syntax,
    /// The text ends inside a construct.
    Incomplete,
    /// The nesting is deeper than [`MAX_DEPTH`], or one word holds too many braces.
    TooDeep,
    /// The text is longer than [`MAX_TEXT`].
    TooLong,
}

/// Returns the tree of `text`.
///
/// # Errors
///
/// Returns [`Unparsed`] when the text is not valid bash, is ambiguous, or exceeds a limit.
pub fn parse(text: &str) -> Result<Script, Unparsed> {
    if text.len() > MAX_TEXT {
        return Err(Unparsed {
            kind: UnparsedKind::TooLong,
            at: MAX_TEXT,
        });
    }
    // A NUL cannot be passed to `bash -c`, and is dropped from files: two different commands.
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        return Err(Unparsed {
            kind: UnparsedKind::Syntax,
            at,
        });
    }
    Parser::new(text).script()
}
