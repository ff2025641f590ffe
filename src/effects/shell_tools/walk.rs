//! Follows the tree in the order in which the shell runs it.

use super::Walker;
use super::dumps::is_read_by_somebody;
use super::fields::Field;
use super::locals::Locals;
use super::origin::Origin;
use super::positional::Positional;
use super::state::{Body, Function, State, either};
use crate::effects::{Span, UnknownKind, Value};
use crate::shell::{
    AndOr, CaseClause, CaseEnd, Command, Compound, CompoundKind, Connector, Script, TestExpr, Word,
};

impl Walker<'_> {
    pub(super) fn script(&mut self, script: &Script, state: &mut State) {
        for item in &script.items {
            if item.background {
                let mut inner = state.clone();
                self.list(&item.list, &mut inner);
                state.leave();
            } else {
                self.list(&item.list, state);
            }
            if state.ended {
                return;
            }
        }
    }

    /// Walks what runs in a shell of its own.
    pub(super) fn subshell(&mut self, script: &Script, state: &mut State) {
        let mut inner = state.clone();
        self.script(script, &mut inner);
        state.leave();
    }

    fn list(&mut self, list: &AndOr, state: &mut State) {
        if list.rest.is_empty() {
            self.pipeline(&list.first, state);
            return state.settle();
        }
        // Where the list stood before its last part; copied only while a further part may need it.
        let mut start = Some(state.clone());
        self.pipeline(&list.first, state);
        // Where it stands when its last parts were passed over: after a success, and after a failure.
        let mut done: Option<State> = None;
        let mut failed: Option<State> = None;
        let mut rest = list.rest.iter().peekable();
        while let Some((connector, pipeline)) = rest.next() {
            if state.ended && *connector == Connector::And && done.is_none() {
                break;
            }
            match connector {
                Connector::And => {
                    if !state.succeeded
                        && let Some(start) = start.take()
                    {
                        failed = either(failed, Some(start.failing(state)));
                    }
                    state.join_with(done.take());
                }
                // What was tried first succeeded; what failed may have done its work or not.
                Connector::Or => {
                    let success = State {
                        unless_moved: Vec::new(),
                        ..state.clone()
                    };
                    done = either(done, Some(success));
                    let tried = std::mem::take(state);
                    let tried = either(start.take(), Some(tried)).unwrap_or_default();
                    *state = either(Some(tried), failed.take()).unwrap_or_default();
                }
            }
            state.ended = false;
            state.unless_moved.clear();
            if rest.peek().is_some() {
                start = Some(state.clone());
            }
            self.pipeline(pipeline, state);
        }
        state.settle();
        state.join_with(either(done, failed));
    }

    pub(super) fn compound(&mut self, compound: &Compound, state: &mut State) {
        self.redirects(&compound.redirects, state);
        let input = self.input_of(&compound.redirects, state);
        self.keep_inputs(&compound.redirects, state);
        let outer = std::mem::replace(&mut self.input, input);
        let was_unseen = self.is_unseen;
        self.is_unseen |= !compound.redirects.iter().all(is_read_by_somebody);
        self.compound_kind(&compound.kind, state);
        self.is_unseen = was_unseen;
        self.input = outer;
        self.keep(&compound.redirects, None, state);
        state.succeeded = false;
    }

    fn compound_kind(&mut self, kind: &CompoundKind, state: &mut State) {
        match kind {
            CompoundKind::Subshell(script) => self.subshell(script, state),
            CompoundKind::Group(script) => self.script(script, state),
            CompoundKind::If {
                branches,
                otherwise,
            } => self.branches(branches, otherwise.as_ref(), state),
            CompoundKind::Loop {
                condition, body, ..
            } => {
                forget_assigned(body, state);
                forget_assigned(condition, state);
                self.condition(condition, state);
                self.perhaps(body, state);
                read_to_the_end(condition, state);
            }
            CompoundKind::For { name, words, body }
            | CompoundKind::Select { name, words, body } => {
                self.for_each(name, words.as_deref(), body, state);
            }
            CompoundKind::ForArith { header, body } => {
                self.parts(&header.parts, state);
                forget_assigned(body, state);
                self.perhaps(body, state);
            }
            CompoundKind::Case { subject, clauses } => self.case(subject, clauses, state),
            CompoundKind::Test(test) => self.test(test, state),
            CompoundKind::Arith(arith) => self.parts(&arith.parts, state),
        }
    }

    fn condition(&mut self, script: &Script, state: &mut State) {
        let outer = std::mem::replace(&mut self.is_condition, true);
        self.script(script, state);
        self.is_condition = outer;
    }

    fn branches(
        &mut self,
        branches: &[(Script, Script)],
        otherwise: Option<&Script>,
        state: &mut State,
    ) {
        let mut ends: Option<State> = None;
        let mut add = |end: State| {
            ends = Some(match ends.take() {
                Some(other) => other.join(end),
                None => end,
            });
        };
        for (condition, body) in branches {
            self.condition(condition, state);
            let mut inner = state.clone();
            self.script(body, &mut inner);
            add(inner);
        }
        if let Some(body) = otherwise {
            self.script(body, state);
        }
        add(state.clone());
        if let Some(ends) = ends {
            *state = ends;
        }
    }

    /// Walks what runs any number of times, or never.
    fn perhaps(&mut self, body: &Script, state: &mut State) {
        let mut inner = state.clone();
        self.script(body, &mut inner);
        // Once more from where the first round ended: a `cd` in a loop moves on each time.
        if inner.folders != state.folders && !inner.ended {
            self.script(body, &mut inner);
            inner.folders = vec![None];
        }
        inner.ended = false;
        let before = state.clone();
        *state = before.join(inner);
    }

    fn for_each(&mut self, name: &Word, words: Option<&[Word]>, body: &Script, state: &mut State) {
        let mut values = Vec::new();
        if let Some(words) = words {
            for fields in self.fields(words, state) {
                for field in &fields {
                    let found = self.globbed(field, state);
                    values.extend(found.into_iter().map(|field| field.value));
                }
            }
        } else {
            let unknown = || vec![Value::Starts(String::new())];
            let known = state.parameters.all().map(<[Value]>::to_vec);
            values.extend(known.unwrap_or_else(unknown));
        }
        forget_assigned(body, state);
        if values.is_empty() {
            return;
        }
        let Some(name) = name.static_text() else {
            return self.perhaps(body, state);
        };
        let mut rest = values.as_slice();
        while !rest.is_empty() {
            let count = usize::min(rest.len(), super::state::ALTERNATIVES);
            let (some, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            if self.budget < super::BUDGET / 2 && !others.is_empty() {
                state.set(&name, super::builtins::some_of(rest.to_vec()));
                return self.perhaps(body, state);
            }
            state.set(&name, some.to_vec());
            self.perhaps(body, state);
            rest = others;
        }
    }

    fn case(&mut self, subject: &Word, clauses: &[CaseClause], state: &mut State) {
        self.values(subject, state);
        let before = state.clone();
        let mut carried: Option<State> = None;
        for clause in clauses {
            for pattern in &clause.patterns {
                self.values(pattern, state);
            }
            let mut inner = match carried.take() {
                Some(carried) => carried.join(before.clone()),
                None => before.clone(),
            };
            self.script(&clause.body, &mut inner);
            if clause.end == CaseEnd::FallThrough {
                carried = Some(inner.clone());
            }
            let present = std::mem::replace(state, before.clone());
            *state = present.join(inner);
        }
    }

    fn test(&mut self, test: &TestExpr, state: &mut State) {
        match test {
            TestExpr::Any(all) | TestExpr::All(all) => {
                for one in all {
                    self.test(one, state);
                }
            }
            TestExpr::Not(inner) | TestExpr::Group(inner) => self.test(inner, state),
            TestExpr::Word(word) => {
                self.values(word, state);
            }
            TestExpr::Unary(sign, word) => {
                let fields = self.values(word, state);
                if matches!(sign.as_str(), "-v" | "-R") {
                    self.evaluated(&fields, state);
                }
            }
            TestExpr::Compare(sign, left, right) => {
                let mut fields = self.values(left, state);
                fields.extend(self.values(right, state));
                if sign.starts_with('-') {
                    self.evaluated(&fields, state);
                }
            }
        }
    }

    /// Follows words that a shell takes for expressions.
    fn evaluated(&mut self, fields: &[Field], state: &State) {
        for field in fields {
            self.subscript(&field.value, field.span, state);
        }
    }

    pub(super) fn command(&mut self, command: &Command, state: &mut State) {
        match command {
            Command::Simple(simple) => self.simple(simple, state),
            Command::Compound(compound) => self.compound(compound, state),
            Command::Function(function) => {
                let body = Function::new(function.body.clone(), self.origin.clone());
                state.functions.insert(function.name.clone(), body);
            }
            Command::Coproc(coproc) => {
                let mut inner = state.clone();
                self.command(&coproc.command, &mut inner);
                state.leave();
            }
        }
    }

    /// Walks a call of a function that the line defined.
    pub(super) fn call(
        &mut self,
        name: &str,
        function: &Function,
        parameters: Positional,
        span: Span,
        state: &mut State,
    ) {
        if self.depth >= super::DEPTH {
            self.unknown(UnknownKind::OpaqueCode, name, Some(span));
            return;
        }
        let outer = std::mem::replace(&mut state.parameters, parameters);
        let locals = state.locals.replace(Locals::default());
        self.depth += 1;
        if let [body] = function.bodies.as_slice() {
            self.body(body, span, state);
        } else {
            let mut after: Option<State> = None;
            for body in &function.bodies {
                let mut inner = state.clone();
                self.body(body, span, &mut inner);
                inner.ended = false;
                after = either(after, Some(inner));
            }
            *state = after.unwrap_or_default();
        }
        self.depth -= 1;
        state.ended = false;
        state.end_locals(locals);
        state.parameters = outer;
    }

    /// Walks the body of a function. What the line does not show of it stands where it is called.
    fn body(&mut self, body: &Body, span: Span, state: &mut State) {
        let origin = match &body.origin {
            Some(origin) if !origin.is_seen() => Some(Origin::unseen(span)),
            other => other.clone(),
        };
        let outer = std::mem::replace(&mut self.origin, origin);
        self.compound(&body.compound, state);
        self.origin = outer;
    }
}

/// Before a loop: what its body assigns may hold anything when a round begins.
fn forget_assigned(body: &Script, state: &mut State) {
    body.for_each_simple(&mut |simple| {
        for assignment in &simple.assignments {
            state.forget(&assignment.name);
        }
    });
}

/// After a loop: `read` empties its variables at the end of its input.
fn read_to_the_end(condition: &Script, state: &mut State) {
    condition.for_each_simple(&mut |simple| {
        let mut words = simple.words.iter().filter_map(Word::static_text);
        if words.next().as_deref() != Some("read") {
            return;
        }
        let mut names: Vec<_> = words.filter(|word| is_name(word)).collect();
        if names.is_empty() {
            names.push("REPLY".into());
        }
        for name in names {
            state.add(&name, Value::Known(String::new()));
        }
    });
}

/// Whether a word can be the name of a variable.
pub(super) fn is_name(word: &str) -> bool {
    let is_letter = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
    !word.is_empty()
        && word.chars().all(is_letter)
        && !word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Returns what all values begin with.
pub(super) fn common_start(values: &[Value]) -> String {
    let mut values = values.iter().map(Value::start);
    let Some(first) = values.next() else {
        return String::new();
    };
    let mut start = first.to_owned();
    for value in values {
        let common = start
            .char_indices()
            .zip(value.chars())
            .take_while(|((_, one), other)| one == other)
            .map(|((at, letter), _)| at + letter.len_utf8())
            .last();
        start.truncate(common.unwrap_or(0));
    }
    start
}
