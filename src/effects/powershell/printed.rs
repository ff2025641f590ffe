//! Variables of the environment that a line prints: `$env:NAME` alone, in a text, or given to `Write-Output`.

use poshtree::v2::{Node, NodeKind, StringKind};

use super::state::{State, plain_name};
use super::tree::range;
use super::words::{self, Element, Part};
use super::{Source, Walker, command, names};
use crate::effects::{Span, Value};

impl Walker<'_> {
    /// Adds what the statements of a text print, as `printenv` would; what stands inside others is not printed by itself.
    pub(super) fn printed(&mut self, script: &Node, source: Source<'_>, state: &State) {
        let NodeKind::Script(list) = &script.kind else {
            return;
        };
        for one in list {
            let first = match &one.kind {
                NodeKind::Pipeline(stages) => stages.first().unwrap_or(one),
                _ => one,
            };
            let span = source.part(&range(first)).span();
            match &first.kind {
                NodeKind::Variable(name) => self.prints(name, span, state),
                NodeKind::StringLiteral {
                    kind: StringKind::Double,
                    ..
                } => {
                    let whole = range(first);
                    let inside = whole.start + 1..whole.end.saturating_sub(1).max(whole.start + 1);
                    self.prints_parts(&words::pieces(source.text, inside), source, span, state);
                }
                NodeKind::InvokeMember {
                    target,
                    member,
                    args,
                    ..
                } => self.prints_call(target, member, args, span, state),
                NodeKind::Command { .. } => {
                    self.prints_words(source.part(&range(first)), span, state);
                }
                _ => {}
            }
        }
    }

    /// `[Environment]::GetEnvironmentVariable('NAME')`
    fn prints_call(
        &mut self,
        target: &Node,
        member: &str,
        args: &[Node],
        span: Span,
        state: &State,
    ) {
        let NodeKind::TypeExpression(class) = &target.kind else {
            return;
        };
        let class = class.trim_matches(['[', ']']).to_lowercase();
        if class.rsplit('.').next() != Some("environment") {
            return;
        }
        let first = match args.first().map(|arg| &arg.kind) {
            Some(NodeKind::ArrayLiteral(list)) => list.first(),
            _ => args.first(),
        };
        match (
            member.to_lowercase().as_str(),
            first.map(|first| &first.kind),
        ) {
            ("getenvironmentvariables", _) => {
                self.push(Some("printenv"), Vec::new(), span);
            }
            ("getenvironmentvariable", Some(NodeKind::StringLiteral { value, .. })) => {
                let name = value.trim_matches(['\'', '"']).to_owned();
                self.prints(&format!("env:{name}"), span, state);
            }
            _ => {}
        }
    }

    /// `Write-Output "… $env:NAME"`
    fn prints_words(&mut self, source: Source<'_>, span: Span, state: &State) {
        let Ok(elements) = words::read(source.text) else {
            return;
        };
        let mut words = elements.iter().filter_map(|element| match element {
            Element::Word(word) => Some(word),
            _ => None,
        });
        let name = match words.next().map(|word| word.parts.as_slice()) {
            Some([Part::Bare(name)]) => names::cmdlet(&name.to_lowercase()),
            _ => None,
        };
        let is_printer = matches!(
            name,
            Some("Write-Output" | "Write-Host" | "Write-Information" | "Write-Warning")
        );
        if !is_printer || elements.contains(&Element::Redirect) {
            return;
        }
        for word in words {
            self.prints_parts(&word.parts, source, span, state);
        }
    }

    fn prints_parts(&mut self, parts: &[Part], source: Source<'_>, span: Span, state: &State) {
        for part in parts {
            match part {
                Part::Variable(name) => self.prints(name, span, state),
                Part::Expands(range) => {
                    for part in words::pieces(source.text, range.clone()) {
                        self.prints_parts(&[part], source, span, state);
                    }
                }
                // `$($env:NAME)`
                Part::Expression(range) => {
                    let text = source.part(range).text.trim_start_matches(['$', '(', ' ']);
                    let name = text.trim_end_matches([')', ' ']);
                    if name.to_lowercase().starts_with("env:") {
                        self.prints(name, span, state);
                    }
                }
                _ => {}
            }
        }
    }

    fn prints(&mut self, name: &str, span: Span, state: &State) {
        let name = plain_name(name);
        let Some(variable) = name.strip_prefix("env:") else {
            return;
        };
        if !state.variables.contains_key(&name) {
            let word = command::plain(&Value::Known(variable.to_uppercase()));
            self.push(Some("printenv"), vec![word], span);
        }
    }
}
