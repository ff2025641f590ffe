//! Visits the nodes of a tree that do something, nested ones included.
//!
//! The order is that of execution as far as the text tells: what a word needs comes before the command of the word,
//! a condition before its body. Bodies of functions are visited where they are defined.

use super::redirect::{Redirect, Target};
use super::tree::{
    AndOr, Assignment, AssignmentValue, Command, Compound, CompoundKind, Function, Pipeline,
    Script, SimpleCommand, TestExpr,
};
use super::word::{Arith, Element, ParamOp, Parameter, Part, PartKind, Word};

/// What the walker reports.
#[derive(Debug, Clone, Copy)]
pub enum Node<'t> {
    /// A simple command, after everything inside its words.
    Simple(&'t SimpleCommand),
    /// A compound command, before its body.
    Compound(&'t Compound),
    /// A function definition, before its body.
    Function(&'t Function),
}

type Visit<'v, 't> = &'v mut dyn FnMut(Node<'t>);

impl Script {
    /// Calls `visit` for every command anywhere in the script.
    pub fn walk<'t>(&'t self, visit: &mut dyn FnMut(Node<'t>)) {
        script(self, visit);
    }

    /// Calls `visit` for every simple command anywhere in the script.
    pub fn for_each_simple<'t>(&'t self, visit: &mut dyn FnMut(&'t SimpleCommand)) {
        self.walk(&mut |node| {
            if let Node::Simple(command) = node {
                visit(command);
            }
        });
    }

    /// Calls `visit` for every redirection anywhere in the script, those of compound commands included.
    pub fn for_each_redirect<'t>(&'t self, visit: &mut dyn FnMut(&'t Redirect)) {
        self.walk(&mut |node| match node {
            Node::Simple(command) => command.redirects.iter().for_each(&mut *visit),
            Node::Compound(compound) => compound.redirects.iter().for_each(&mut *visit),
            Node::Function(_) => {}
        });
    }
}

impl Word {
    /// Calls `visit` for every command that the expansion of the word runs.
    pub fn walk<'t>(&'t self, visit: &mut dyn FnMut(Node<'t>)) {
        word(self, visit);
    }
}

fn script<'t>(script: &'t Script, visit: Visit<'_, 't>) {
    for item in &script.items {
        let AndOr { first, rest, .. } = &item.list;
        pipeline(first, visit);
        for (_, other) in rest {
            pipeline(other, visit);
        }
    }
}

fn pipeline<'t>(pipeline: &'t Pipeline, visit: Visit<'_, 't>) {
    for stage in &pipeline.stages {
        command(&stage.command, visit);
    }
}

fn command<'t>(command: &'t Command, visit: Visit<'_, 't>) {
    match command {
        Command::Simple(simple) => {
            words(&simple.words, visit);
            redirects(&simple.redirects, visit);
            for each in &simple.assignments {
                assignment(each, visit);
            }
            visit(Node::Simple(simple));
        }
        Command::Compound(inner) => compound(inner, visit),
        Command::Function(function) => {
            visit(Node::Function(function));
            compound(&function.body, visit);
        }
        Command::Coproc(coproc) => {
            if let Some(name) = &coproc.name {
                word(name, visit);
            }
            self::command(&coproc.command, visit);
        }
    }
}

fn compound<'t>(compound: &'t Compound, visit: Visit<'_, 't>) {
    redirects(&compound.redirects, visit);
    visit(Node::Compound(compound));
    match &compound.kind {
        CompoundKind::Subshell(body) | CompoundKind::Group(body) => script(body, visit),
        CompoundKind::If {
            branches,
            otherwise,
        } => {
            for (condition, body) in branches {
                script(condition, visit);
                script(body, visit);
            }
            if let Some(body) = otherwise {
                script(body, visit);
            }
        }
        CompoundKind::Loop {
            condition, body, ..
        } => {
            script(condition, visit);
            script(body, visit);
        }
        CompoundKind::For {
            name,
            words: list,
            body,
        }
        | CompoundKind::Select {
            name,
            words: list,
            body,
        } => {
            word(name, visit);
            words(list.as_deref().unwrap_or_default(), visit);
            script(body, visit);
        }
        CompoundKind::ForArith { header, body } => {
            arith(header, visit);
            script(body, visit);
        }
        CompoundKind::Case { subject, clauses } => {
            word(subject, visit);
            for clause in clauses {
                words(&clause.patterns, visit);
                script(&clause.body, visit);
            }
        }
        CompoundKind::Test(expression) => test(expression, visit),
        CompoundKind::Arith(expression) => arith(expression, visit),
    }
}

fn test<'t>(expression: &'t TestExpr, visit: Visit<'_, 't>) {
    match expression {
        TestExpr::Any(terms) | TestExpr::All(terms) => {
            for term in terms {
                test(term, visit);
            }
        }
        TestExpr::Not(inner) | TestExpr::Group(inner) => test(inner, visit),
        TestExpr::Unary(_, operand) | TestExpr::Word(operand) => word(operand, visit),
        TestExpr::Compare(_, left, right) => {
            word(left, visit);
            word(right, visit);
        }
    }
}

fn redirects<'t>(redirects: &'t [Redirect], visit: Visit<'_, 't>) {
    for redirect in redirects {
        match &redirect.target {
            Target::Word(target) => word(target, visit),
            Target::HereDoc(doc) => parts(doc.body(), visit),
        }
    }
}

fn assignment<'t>(assignment: &'t Assignment, visit: Visit<'_, 't>) {
    if let Some(index) = &assignment.index {
        arith(index, visit);
    }
    match &assignment.value {
        AssignmentValue::Scalar(value) => word(value, visit),
        AssignmentValue::Array(list) => elements(list, visit),
    }
}

fn elements<'t>(elements: &'t [Element], visit: Visit<'_, 't>) {
    for element in elements {
        if let Some(index) = &element.index {
            arith(index, visit);
        }
        word(&element.value, visit);
    }
}

fn words<'t>(words: &'t [Word], visit: Visit<'_, 't>) {
    for each in words {
        word(each, visit);
    }
}

fn word<'t>(word: &'t Word, visit: Visit<'_, 't>) {
    parts(&word.parts, visit);
}

fn arith<'t>(arith: &'t Arith, visit: Visit<'_, 't>) {
    parts(&arith.parts, visit);
}

fn parts<'t>(list: &'t [Part], visit: Visit<'_, 't>) {
    for part in list {
        match &part.kind {
            PartKind::Text(_) | PartKind::Bytes(_) | PartKind::Glob(_) | PartKind::Tilde(_) => {}
            PartKind::ExtGlob(_, alternatives) | PartKind::Brace(alternatives) => {
                for alternative in alternatives {
                    parts(alternative, visit);
                }
            }
            PartKind::LongBrace(inside) => parts(inside, visit),
            PartKind::Parameter(inner) => parameter(inner, visit),
            PartKind::Command(substitution) => script(&substitution.script, visit),
            PartKind::Process(process) => script(&process.script, visit),
            PartKind::Arithmetic(expression) => arith(expression, visit),
            PartKind::Array(list) => elements(list, visit),
        }
    }
}

fn parameter<'t>(parameter: &'t Parameter, visit: Visit<'_, 't>) {
    if let Some(index) = &parameter.index {
        arith(index, visit);
    }
    match &parameter.op {
        Some(ParamOp::Conditional(_, _, operand) | ParamOp::Pattern(_, operand)) => {
            word(operand, visit);
        }
        Some(ParamOp::Replace(_, pattern, replacement)) => {
            word(pattern, visit);
            if let Some(replacement) = replacement {
                word(replacement, visit);
            }
        }
        Some(ParamOp::Substring(expression)) => arith(expression, visit),
        Some(ParamOp::Length | ParamOp::Transform(_) | ParamOp::Names(_)) | None => {}
    }
}
