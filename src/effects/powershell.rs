//! Effects of a PowerShell command line: parsed, followed in the order it runs, every cmdlet judged by what it does.
//!
//! The crate `poshtree` says how statements nest; the words of a command are read by [`words`], cmdlets by the same table of
//! programs as everything else. Programs that are no cmdlets go the way of a bash command with the same words. What is not
//! understood is unknown: a text is followed as a whole or, as unparsable, not at all.

mod bind;
mod cmdlets;
mod command;
mod dotnet;
mod encoded;
mod handed;
mod names;
mod native;
pub(super) mod paths;
mod printed;
mod special;
pub(super) mod state;
mod touched;
mod tree;
mod values;
mod words;

use std::ops::Range;
use std::rc::Rc;

use super::shell_tools::Origin;
use super::{Effects, Invocation, Span, Unknown, UnknownKind, Value};
use crate::programs::Programs;
use crate::repo::Repository;
use handed::Brought;
use poshtree::v2::{Node, NodeKind, Token, TokenKind};
use state::State;

/// How deep blocks, brackets, nested shells and function calls are followed together.
const DEPTH: usize = 24;
/// Operators, commas and brackets that one expression is made of, those around it included.
const NESTING: usize = 300;
/// Commands that are followed in all.
const STEPS: usize = 5_000;
/// Longest text that is read.
const LENGTH: usize = 1 << 20;
/// Bytes that are parsed in all: what stands in brackets is parsed once more.
const PARSED: usize = 4 << 20;

/// What an expression may be: the elements of a list, or alternatives. Each of them counts.
pub(super) type Items = Vec<Value>;

/// Adds what a PowerShell command line would do.
pub(super) fn add(effects: &mut Effects, text: &str, repository: &Repository, programs: &Programs) {
    let mut state = State::at(repository.cwd());
    let mut walker = Walker::new(effects, repository, programs);
    walker.is_shown = true;
    walker.text(Source::whole(text), &mut state);
}

/// Adds what PowerShell and cmd do that another shell starts in one of these folders.
pub(super) fn add_started(
    effects: &mut Effects,
    repository: &Repository,
    programs: &Programs,
    (command, spelled, folders): (&Invocation, Rc<Origin>, &[Option<String>]),
    (flow, scripts): (Option<Items>, Vec<(String, String)>),
) {
    let mut state = State::at(repository.cwd());
    state.folders = folders.to_vec();
    let mut walker = Walker::new(effects, repository, programs);
    walker.via.clone_from(&command.via);
    walker.spelled = Some(spelled);
    let words: Vec<Value> = command
        .words
        .iter()
        .map(|word| word.value.clone())
        .collect();
    let name = command.program.as_deref().unwrap_or_default();
    walker.scripts = scripts;
    walker.shell(name, &words, flow.as_ref(), command.span, &mut state);
}

/// Whether a program is a shell of Windows.
pub(super) fn is_shell(name: &str) -> bool {
    native::shell(name).is_some()
}

/// A text, and where it stands in the outermost one.
#[derive(Debug, Clone, Copy)]
struct Source<'t> {
    text: &'t str,
    base: Base<'t>,
}

#[derive(Debug, Clone, Copy)]
enum Base<'t> {
    /// Its first byte is this one of the outermost text.
    At(usize),
    /// It was made from what stands here.
    From(Span),
    /// Its first byte is this one of a text that the outermost one spells.
    Of(&'t Origin, usize),
}

impl<'t> Source<'t> {
    fn whole(text: &'t str) -> Self {
        Self {
            text,
            base: Base::At(0),
        }
    }

    fn made(text: &'t str, span: Span) -> Self {
        Self {
            text,
            base: Base::From(span),
        }
    }

    fn part(self, range: &std::ops::Range<usize>) -> Self {
        Self {
            text: self.text.get(range.clone()).unwrap_or_default(),
            base: match self.base {
                Base::At(at) => Base::At(at + range.start),
                Base::Of(origin, at) => Base::Of(origin, at + range.start),
                from @ Base::From(_) => from,
            },
        }
    }

    fn span(self) -> Span {
        match self.base {
            Base::At(at) => Span::new(at, at + self.text.len()),
            Base::From(span) => span,
            Base::Of(origin, at) => origin.span(&(at..at + self.text.len())),
        }
    }
}

/// Follows a command line and collects its effects.
pub(super) struct Walker<'a> {
    pub(super) effects: &'a mut Effects,
    pub(super) repository: &'a Repository,
    /// The table of programs that the policy has.
    programs: &'a Programs,
    steps: usize,
    /// There were too many commands.
    is_ended: bool,
    parsed: usize,
    depth: usize,
    /// How deep the trees may be that are walked now, together.
    nesting: usize,
    /// Script files that were read, by the names that the line gives them.
    scripts: Vec<(String, String)>,
    /// Files that the line fetched or wrote.
    brought: Vec<Brought>,
    /// What effects on paths write, where that stands in the line.
    written: Vec<(Range<usize>, String)>,
    /// Effects on paths that were looked at for them.
    noted: usize,
    /// What the next text leaves is printed.
    is_shown: bool,
    /// What the present command was unwrapped from, outermost first.
    via: Vec<String>,
    /// The words of the command that a POSIX shell started, and where they stand.
    spelled: Option<Rc<Origin>>,
}

impl<'a> Walker<'a> {
    fn new(effects: &'a mut Effects, repository: &'a Repository, programs: &'a Programs) -> Self {
        Self {
            effects,
            repository,
            programs,
            steps: STEPS,
            is_ended: false,
            parsed: PARSED,
            depth: 0,
            nesting: 0,
            scripts: Vec::new(),
            brought: Vec::new(),
            written: Vec::new(),
            noted: 0,
            is_shown: false,
            via: Vec::new(),
            spelled: None,
        }
    }

    /// Follows a text in the present state; returns what it leaves as output.
    fn text(&mut self, source: Source<'_>, state: &mut State) -> Items {
        let is_shown = std::mem::take(&mut self.is_shown);
        let left = self.parsed.checked_sub(source.text.len());
        let is_fit = source.text.len() <= LENGTH && self.depth < DEPTH;
        let (Some(left), true) = (left, is_fit) else {
            self.unknown(UnknownKind::Unparsable, source.text, source.span());
            return unknown();
        };
        self.parsed = left;
        if source.text.contains('\0') || !words::is_whole(source.text) {
            self.unknown(UnknownKind::Unparsable, source.text, source.span());
            return unknown();
        }
        // Whatever the tree is made of, it must not be deeper than the stack: neither here nor in the crate.
        let lexed = poshtree::v2::lex(source.text);
        let deepest = deepest(&lexed.tokens);
        let nesting = self.nesting + deepest;
        if nesting > NESTING || !lexed.errors.is_empty() {
            self.unknown(UnknownKind::Unparsable, source.text, source.span());
            return unknown();
        }
        let parsed = poshtree::v2::parse_tokens(source.text, lexed.tokens);
        if !parsed.errors.is_empty() || !is_sound(source.text, &parsed) {
            self.unknown(UnknownKind::Unparsable, source.text, source.span());
            return unknown();
        }
        self.depth += 1;
        self.nesting = nesting;
        if is_shown {
            self.printed(&parsed.script, source, state);
        }
        let items = self.eval(&parsed.script, source, state);
        self.nesting -= deepest;
        self.depth -= 1;
        items
    }

    /// Follows a text that a program is given.
    fn nested(&mut self, by: &str, text: &str, span: Span, state: &mut State) -> Items {
        self.is_shown = true;
        let Some(spelled) = self.spelled.clone() else {
            return self.under(by, |walker| walker.text(Source::made(text, span), state));
        };
        let origin = spelled.holding(text);
        let source = Source {
            text,
            base: Base::Of(&origin, 0),
        };
        self.under(by, |walker| walker.text(source, state))
    }

    /// Returns where a text stands that a POSIX shell handed on.
    pub(super) fn place_of(&self, text: &str) -> Option<Span> {
        let spelled = self.spelled.as_ref()?;
        Some(spelled.literal(text))
    }

    /// Does something inside a program that starts other commands.
    pub(super) fn under<T>(&mut self, by: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        self.via.push(by.to_owned());
        let found = act(self);
        self.via.pop();
        found
    }

    /// How many programs are around the present command.
    pub(super) fn names_around(&self) -> usize {
        self.via.len()
    }

    pub(super) fn unknown(&mut self, kind: UnknownKind, written: &str, span: Span) {
        self.effects.add_unknown(Unknown {
            kind,
            written: written.to_owned(),
            span: Some(span),
        });
    }

    /// Follows what a shell of Windows is told by cmd.
    pub(super) fn follow_shell(
        &mut self,
        name: &str,
        words: &[Value],
        span: Span,
        state: &mut State,
    ) {
        if self.depth >= DEPTH {
            return self.unknown(UnknownKind::OpaqueCode, name, span);
        }
        self.depth += 1;
        let shown = words.iter().map(command::plain).collect();
        self.push(Some(name), shown, span);
        self.shell(name, words, None, span, state);
        self.depth -= 1;
    }

    /// Counts a command; `false` when there were too many.
    pub(super) fn step(&mut self, span: Span) -> bool {
        match self.steps.checked_sub(1) {
            Some(left) => self.steps = left,
            // Said once: more would be as many words as there are steps.
            None if self.is_ended => return false,
            None => {
                self.is_ended = true;
                self.unknown(UnknownKind::Unparsable, "a line with too many steps", span);
                return false;
            }
        }
        true
    }
}

/// Something that is not known.
fn unknown() -> Items {
    vec![Value::Starts(String::new())]
}

fn known(text: &str) -> Items {
    vec![Value::Known(text.to_owned())]
}

/// Returns how deep a tree of these tokens may become: operators of one statement, and of those that it stands in.
fn deepest(tokens: &[Token]) -> usize {
    const CONTINUES: [&str; 6] = ["else", "elseif", "catch", "finally", "until", "while"];
    let mut outer: Vec<usize> = Vec::new();
    let (mut present, mut all, mut most) = (0, 0, 0);
    let mut before: Option<&Token> = None;
    for token in tokens {
        let is_line = token.starts_line() || before.is_some_and(Token::ends_line);
        let begins = is_flat(token.kind)
            || (token.kind == TokenKind::Keyword
                && !CONTINUES.iter().any(|word| token.value_eq_ci(word)));
        let is_next = is_line && begins && before.is_none_or(|before| is_flat(before.kind));
        if is_next || token.kind == TokenKind::Semicolon {
            all -= present;
            present = 0;
        }
        if !is_flat(token.kind) {
            present += 1;
            all += 1;
            most = most.max(all);
        }
        match token.kind {
            TokenKind::LParen
            | TokenKind::LBrace
            | TokenKind::DollarParen
            | TokenKind::AtParen
            | TokenKind::AtBrace => outer.push(std::mem::take(&mut present)),
            TokenKind::RParen | TokenKind::RBrace => {
                all -= present;
                present = outer.pop().unwrap_or(0);
            }
            _ => {}
        }
        before = Some(token);
    }
    most
}

/// Whether a token adds nothing to the depth of a tree.
fn is_flat(kind: TokenKind) -> bool {
    is_word(kind)
        || matches!(
            kind,
            TokenKind::Number
                | TokenKind::Parameter
                | TokenKind::Redirect
                | TokenKind::VerbatimArgs
                | TokenKind::Pipe
                | TokenKind::Semicolon
                | TokenKind::RParen
                | TokenKind::RBrace
                | TokenKind::RBracket
                | TokenKind::Eof
        )
}

/// Whether the tree holds every word of the text, and commands end where commands end: a check on the crate, whose tree
/// is built for tools that may be wrong now and then.
fn is_sound(text: &str, parsed: &poshtree::v2::ParseOutput) -> bool {
    let mut covered = vec![0_i32; text.len() + 2];
    let mut sound = true;
    parsed.script.walk(&mut |node| {
        let end = match &node.kind {
            NodeKind::Error(_) => {
                sound = false;
                return;
            }
            NodeKind::Catch { body } => body.span.start,
            _ if holds_words(node) => node.span.end,
            _ => return,
        };
        if matches!(node.kind, NodeKind::Command { .. }) {
            sound &= ends_well(text.get(node.span.end..).unwrap_or_default());
        }
        for (at, step) in [(node.span.start, 1), (end, -1)] {
            if let Some(slot) = covered.get_mut(at) {
                *slot += step;
            }
        }
    });
    let mut open = 0;
    let inside: Vec<bool> = covered
        .iter()
        .map(|step| {
            open += step;
            open > 0
        })
        .collect();
    sound
        && parsed
            .tokens
            .iter()
            .filter(|token| is_word(token.kind))
            .all(|token| inside.get(token.span.start) == Some(&true))
}

/// Whether words stand in the node itself.
fn holds_words(node: &Node) -> bool {
    matches!(
        node.kind,
        NodeKind::Command { .. }
            | NodeKind::StringLiteral { .. }
            | NodeKind::Variable(_)
            | NodeKind::Number(_)
            | NodeKind::BareWord(_)
            | NodeKind::TypeExpression(_)
            | NodeKind::CommandParameter { .. }
            | NodeKind::MemberAccess { .. }
            | NodeKind::InvokeMember { .. }
            | NodeKind::Cast { .. }
            | NodeKind::Function { .. }
            | NodeKind::Parameter { .. }
            | NodeKind::Using { .. }
            | NodeKind::Labeled { .. }
            | NodeKind::Flow { .. }
            | NodeKind::ClassDefinition { .. }
            | NodeKind::EnumDefinition { .. }
    )
}

fn is_word(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Generic
            | TokenKind::Variable
            | TokenKind::StringSq
            | TokenKind::StringDq
            | TokenKind::HereStringSq
            | TokenKind::HereStringDq
    )
}

/// Whether a command may end before this text.
fn ends_well(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t', '\r', '`']);
    rest.is_empty() || rest.starts_with([';', '|', '&', '\n', ')', '}', '#', ',', '<'])
}
