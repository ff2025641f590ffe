//! The nodes of a parsed script above the level of words.
//!
//! They mirror bash's grammar one to one and hold no derived facts. Every node carries the byte span of its source;
//! nodes that come from backticks or here-documents carry the span of the construct that holds them.

use super::Span;
use super::redirect::Redirect;
use super::word::{Arith, Element, Word};

/// A whole text, or the body of a compound command or substitution: items run one after the other.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The items in order.
    pub items: Vec<Item>,
    /// Where it stands.
    pub span: Span,
}

/// One and/or list, ended by `;`, `&`, a newline or the end.
#[derive(Debug, Clone)]
pub struct Item {
    /// What runs.
    pub list: AndOr,
    /// Whether `&` sends it to the background.
    pub background: bool,
}

/// Pipelines joined by `&&` and `||`, which bash evaluates from left to right with equal rank.
#[derive(Debug, Clone)]
pub struct AndOr {
    /// The pipeline that always runs.
    pub first: Pipeline,
    /// The others, each with the operator before it.
    pub rest: Vec<(Connector, Pipeline)>,
    /// Where it stands.
    pub span: Span,
}

/// What joins two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connector {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`. A lone `!` or `time` has no stages.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Whether an odd number of `!` stands before it.
    pub negated: bool,
    /// Whether the reserved word `time` stands before it.
    pub timed: bool,
    /// The commands in order.
    pub stages: Vec<Stage>,
    /// Where it stands.
    pub span: Span,
}

/// One command of a pipeline.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The command.
    pub command: Command,
    /// Whether `|&` follows, which pipes standard error too.
    pub pipes_stderr: bool,
}

/// Anything that can stand in a pipeline.
#[derive(Debug, Clone)]
pub enum Command {
    /// Words, assignments and redirections.
    Simple(SimpleCommand),
    /// A construct with a body.
    Compound(Box<Compound>),
    /// A function definition: the body runs only when the function is called.
    Function(Box<Function>),
    /// `coproc`
    Coproc(Box<Coproc>),
}

/// A simple command. At least one of its lists is not empty.
#[derive(Debug, Clone)]
pub struct SimpleCommand {
    /// The assignments before the first word.
    pub assignments: Vec<Assignment>,
    /// The command name and its arguments before any expansion; see [`Word::expand_braces`].
    pub words: Vec<Word>,
    /// The redirections in order.
    pub redirects: Vec<Redirect>,
    /// Where it stands.
    pub span: Span,
}

/// `name=value`, `name+=value`, `name[index]=value` or `name=(…)`.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// The index expression between brackets.
    pub index: Option<Arith>,
    /// Whether it is `+=`.
    pub append: bool,
    /// What is assigned.
    pub value: AssignmentValue,
    /// Where it stands.
    pub span: Span,
}

/// The right side of an assignment.
#[derive(Debug, Clone)]
pub enum AssignmentValue {
    /// One word, without brace, glob or field splitting; it has no parts when nothing follows the `=`.
    Scalar(Word),
    /// The elements of `(…)`.
    Array(Vec<Element>),
}

/// A compound command with its redirections.
#[derive(Debug, Clone)]
pub struct Compound {
    /// Which construct.
    pub kind: CompoundKind,
    /// The redirections after it; they are opened before the body runs.
    pub redirects: Vec<Redirect>,
    /// Where it stands, redirections included.
    pub span: Span,
}

/// The compound commands of bash.
#[derive(Debug, Clone)]
pub enum CompoundKind {
    /// `( … )`
    Subshell(Script),
    /// `{ …; }`
    Group(Script),
    /// `if … then … elif … else … fi`
    If {
        /// Conditions with their bodies; `elif` branches follow the first.
        branches: Vec<(Script, Script)>,
        /// The `else` body.
        otherwise: Option<Script>,
    },
    /// `while` or `until`
    Loop {
        /// Whether it is `until`.
        until: bool,
        /// The condition.
        condition: Script,
        /// The body.
        body: Script,
    },
    /// `for name in …`
    For {
        /// The loop variable.
        name: Word,
        /// The words after `in`; without `in` the positional parameters are meant.
        words: Option<Vec<Word>>,
        /// The body.
        body: Script,
    },
    /// `select name in …`
    Select {
        /// The loop variable.
        name: Word,
        /// The words after `in`; without `in` the positional parameters are meant.
        words: Option<Vec<Word>>,
        /// The body.
        body: Script,
    },
    /// `for ((…;…;…))`
    ForArith {
        /// The three expressions with the semicolons between them.
        header: Arith,
        /// The body.
        body: Script,
    },
    /// `case … in … esac`
    Case {
        /// The word that is matched.
        subject: Word,
        /// The clauses in order.
        clauses: Vec<CaseClause>,
    },
    /// `[[ … ]]`
    Test(TestExpr),
    /// `(( … ))`
    Arith(Arith),
}

/// One clause of a `case`.
#[derive(Debug, Clone)]
pub struct CaseClause {
    /// The patterns before `)`.
    pub patterns: Vec<Word>,
    /// What runs.
    pub body: Script,
    /// What happens afterwards.
    pub end: CaseEnd,
}

/// How a `case` clause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseEnd {
    /// `;;`, or nothing before `esac`.
    Break,
    /// `;&`: the next body runs too.
    FallThrough,
    /// `;;&`: the next patterns are tried too.
    TryNext,
}

/// An expression of `[[ … ]]`.
#[derive(Debug, Clone)]
pub enum TestExpr {
    /// Expressions joined by `||`.
    Any(Vec<TestExpr>),
    /// Expressions joined by `&&`, which binds closer.
    All(Vec<TestExpr>),
    /// `! …`
    Not(Box<TestExpr>),
    /// `( … )`
    Group(Box<TestExpr>),
    /// `-f word` and its like.
    Unary(String, Word),
    /// `word == word` and its like.
    Compare(String, Word, Word),
    /// A single word, true when it is not empty.
    Word(Word),
}

/// A function definition.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name as written; bash refuses quoted ones when the definition runs.
    pub name: String,
    /// The body with the redirections that every call performs.
    pub body: Compound,
    /// Where it stands.
    pub span: Span,
}

/// A coprocess.
#[derive(Debug, Clone)]
pub struct Coproc {
    /// The array that receives its descriptors.
    pub name: Option<Word>,
    /// What runs.
    pub command: Command,
    /// Where it stands.
    pub span: Span,
}
