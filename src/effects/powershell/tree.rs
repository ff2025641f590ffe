//! Follows statements in the order in which they run, and says what they may leave.

use std::rc::Rc;

use poshtree::v2::{Node, NodeKind};

use super::state::{Function, State, bounded, plain_name};
use super::{Items, Source, Walker, unknown};

impl Walker<'_> {
    /// Follows a node; returns what it leaves.
    pub(super) fn eval(&mut self, node: &Node, source: Source<'_>, state: &mut State) -> Items {
        match &node.kind {
            NodeKind::Script(list) | NodeKind::Array(list) | NodeKind::ArrayLiteral(list) => {
                let mut items = Vec::new();
                for one in list {
                    items.extend(self.eval(one, source, state));
                }
                bounded(items)
            }
            NodeKind::ParamBlock(list) => {
                for one in list {
                    self.eval(one, source, state);
                }
                Vec::new()
            }
            NodeKind::Pipeline(stages) => self.pipeline(stages, source, state),
            NodeKind::PipelineChain { left, op, right } => {
                self.chain(left, op == "||", right, source, state)
            }
            NodeKind::Command { .. } => self.command(source.part(&range(node)), None, state),
            NodeKind::Assignment { target, op, value } => {
                self.assign(target, op == "=", value, source, state);
                Vec::new()
            }
            NodeKind::If {
                conditions,
                blocks,
                else_block,
            } => self.branches(conditions, blocks, else_block.as_deref(), source, state),
            NodeKind::While { .. }
            | NodeKind::DoWhile { .. }
            | NodeKind::For { .. }
            | NodeKind::ForEach { .. }
            | NodeKind::Switch { .. } => {
                self.repeats(node, source, state);
                unknown()
            }
            NodeKind::Function {
                name,
                parameters,
                body,
                ..
            } => {
                self.define(name, parameters, body, source, state);
                Vec::new()
            }
            NodeKind::Try {
                body,
                catches,
                finally_block,
            } => {
                let before = state.clone();
                let items = self.eval(body, source, state);
                state.join(before);
                for one in catches {
                    self.perhaps(one, source, state);
                }
                if let Some(last) = finally_block {
                    self.eval(last, source, state);
                }
                items
            }
            NodeKind::Labeled { statement, .. } => self.eval(statement, source, state),
            NodeKind::Flow { keyword, value } => match value {
                Some(value) if !matches!(keyword.as_str(), "break" | "continue") => {
                    self.eval(value, source, state)
                }
                _ => Vec::new(),
            },
            NodeKind::Parameter { name, default, .. } => {
                let items = match default {
                    Some(default) => self.eval(default, source, state),
                    None => unknown(),
                };
                if !state.variables.contains_key(&plain_name(name)) {
                    state.set(name, items);
                }
                Vec::new()
            }
            _ => self.expression(node, source, state),
        }
    }

    fn repeats(&mut self, node: &Node, source: Source<'_>, state: &mut State) {
        match &node.kind {
            NodeKind::While { condition, body }
            | NodeKind::DoWhile {
                condition, body, ..
            } => {
                forget_assigned(node, state);
                self.eval(condition, source, state);
                self.perhaps(body, source, state);
            }
            NodeKind::For {
                init,
                condition,
                update,
                body,
            } => {
                if let Some(one) = init {
                    self.eval(one, source, state);
                }
                forget_assigned(body, state);
                for one in condition.iter().chain(update) {
                    forget_assigned(one, state);
                    self.eval(one, source, state);
                }
                self.perhaps(body, source, state);
            }
            NodeKind::ForEach {
                variable,
                iterable,
                body,
            } => {
                let items = self.eval(iterable, source, state);
                forget_assigned(body, state);
                if let NodeKind::Variable(name) = &variable.kind {
                    state.set(name, items);
                }
                self.perhaps(body, source, state);
            }
            NodeKind::Switch { input, cases, .. } => {
                let items = self.eval(input, source, state);
                state.set("_", items);
                for case in cases {
                    forget_assigned(case, state);
                    self.perhaps(case, source, state);
                }
            }
            _ => {}
        }
    }

    fn pipeline(&mut self, stages: &[Node], source: Source<'_>, state: &mut State) -> Items {
        let mut flow: Option<Items> = None;
        for stage in stages {
            let items = match &stage.kind {
                NodeKind::Command { .. } => {
                    self.command(source.part(&range(stage)), flow.as_ref(), state)
                }
                _ => self.eval(stage, source, state),
            };
            flow = Some(items);
        }
        flow.unwrap_or_default()
    }

    fn chain(
        &mut self,
        left: &Node,
        otherwise: bool,
        right: &Node,
        source: Source<'_>,
        state: &mut State,
    ) -> Items {
        let before = state.clone();
        self.eval(left, source, state);
        let passed = state.clone();
        if otherwise {
            // What failed may have done its work or not.
            state.join(before);
        }
        self.eval(right, source, state);
        state.join(passed);
        unknown()
    }

    fn branches(
        &mut self,
        conditions: &[Node],
        blocks: &[Node],
        otherwise: Option<&Node>,
        source: Source<'_>,
        state: &mut State,
    ) -> Items {
        let mut items = Vec::new();
        let mut ends = Vec::new();
        for (condition, block) in conditions.iter().zip(blocks) {
            self.eval(condition, source, state);
            let mut inner = state.clone();
            items.extend(self.eval(block, source, &mut inner));
            ends.push(inner);
        }
        if let Some(block) = otherwise {
            items.extend(self.eval(block, source, state));
        }
        for end in ends {
            state.join(end);
        }
        bounded(items)
    }

    /// Follows what runs any number of times, or never.
    fn perhaps(&mut self, body: &Node, source: Source<'_>, state: &mut State) {
        let mut inner = state.clone();
        self.eval(body, source, &mut inner);
        if inner.folders != state.folders {
            // A `cd` in a loop moves on each time.
            self.eval(body, source, &mut inner);
            inner.folders.push(None);
        }
        state.join(inner);
    }

    fn assign(
        &mut self,
        target: &Node,
        plain: bool,
        value: &Node,
        source: Source<'_>,
        state: &mut State,
    ) {
        let items = self.eval(value, source, state);
        let target = match &target.kind {
            NodeKind::Cast { operand, .. } => operand,
            _ => target,
        };
        match &target.kind {
            NodeKind::Variable(name) => {
                let items = if plain { items } else { unknown() };
                state.set(name, items);
                self.keep_special(name, value, source, state);
            }
            NodeKind::ArrayLiteral(list) => {
                for one in list {
                    if let NodeKind::Variable(name) = &one.kind {
                        state.set(name, items.clone());
                    }
                }
            }
            _ => {
                self.eval(target, source, state);
            }
        }
    }

    /// Remembers a block or a table that a variable holds.
    fn keep_special(&mut self, name: &str, value: &Node, source: Source<'_>, state: &mut State) {
        match &value.kind {
            NodeKind::ScriptBlockExpression(_) => {
                let whole = source.part(&range(value)).text;
                let text = whole
                    .trim_start_matches('{')
                    .trim_end_matches('}')
                    .to_owned();
                let function = Function {
                    parameters: parameters_of(&text),
                    text,
                };
                state
                    .functions
                    .insert(format!("${}", plain_name(name)), Rc::new(function));
            }
            NodeKind::Hashtable(pairs) => {
                let mut table = Vec::new();
                for (key, value) in pairs {
                    let items = self.eval(value, source, &mut state.clone());
                    for key in self.eval(key, source, &mut state.clone()) {
                        table.push((key.start().to_lowercase(), items.clone()));
                    }
                }
                state.tables.insert(plain_name(name), table);
            }
            _ => {}
        }
    }

    fn define(
        &mut self,
        name: &str,
        parameters: &[Node],
        body: &Node,
        source: Source<'_>,
        state: &mut State,
    ) {
        let mut inner = state.clone();
        for parameter in parameters {
            self.eval(parameter, source, &mut inner);
        }
        let text = source.part(&range(body)).text.trim();
        let text = text.strip_prefix('{').unwrap_or(text);
        let text = text.strip_suffix('}').unwrap_or(text).to_owned();
        let listed: Vec<String> = parameters.iter().filter_map(parameter_name).collect();
        let parameters = if listed.is_empty() {
            parameters_of(&text)
        } else {
            listed
        };
        let function = Function { parameters, text };
        let name = name.rsplit(':').next().unwrap_or(name);
        state
            .functions
            .insert(name.to_lowercase(), Rc::new(function));
    }
}

/// Returns the names in the `param(…)` of a block.
pub(super) fn parameters_of(text: &str) -> Vec<String> {
    if !text.trim_start().to_lowercase().starts_with("param") && !text.contains("[CmdletBinding") {
        return Vec::new();
    }
    let NodeKind::Script(list) = poshtree::v2::parse(text).script.kind else {
        return Vec::new();
    };
    let blocks = list.into_iter().filter_map(|node| match node.kind {
        NodeKind::ParamBlock(list) => Some(list),
        _ => None,
    });
    blocks
        .flatten()
        .filter_map(|node| parameter_name(&node))
        .collect()
}

fn parameter_name(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Parameter { name, .. } | NodeKind::Variable(name) => Some(plain_name(name)),
        _ => None,
    }
}

pub(super) fn range(node: &Node) -> std::ops::Range<usize> {
    node.span.start..node.span.end
}

/// Before a loop: what its body assigns may hold anything when a round begins.
fn forget_assigned(body: &Node, state: &mut State) {
    body.walk(&mut |node| {
        let target = match &node.kind {
            NodeKind::Assignment { target, .. } => target,
            NodeKind::PostfixUnary { operand, .. } | NodeKind::Unary { operand, .. } => operand,
            _ => return,
        };
        target.walk(&mut |inner| {
            if let NodeKind::Variable(name) = &inner.kind {
                let mut items = state
                    .variables
                    .get(&plain_name(name))
                    .cloned()
                    .unwrap_or_default();
                items.extend(unknown());
                state.set(name, items);
            }
        });
    });
}
