//! Cmdlets that change what the shell knows, or run something: read in code, because the table has no words for them.

use super::bind::Bound;
use super::command::{Arg, arguments};
use super::dotnet;
use super::state::State;
use super::values::joined;
use super::{Items, Walker, known, unknown};
use crate::effects::{Span, UnknownKind, Value};
use crate::programs;

impl Walker<'_> {
    /// Follows a cmdlet of this kind; `None` for all others.
    pub(super) fn special(
        &mut self,
        name: &'static str,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) -> Option<Items> {
        match name {
            "Set-Location" | "Push-Location" => self.set_location(name, args, span, state),
            "Pop-Location" => {
                self.push(Some(name), arguments(args), span);
                state.folders = vec![None];
            }
            "Invoke-Expression" => return Some(self.evaluate(name, args, flow, span, state)),
            "ForEach-Object" => {
                self.push(Some(name), Vec::new(), span);
                let items = self.blocks(args, flow, state);
                let has_block = args.iter().any(|arg| arg.block.is_some());
                return Some(if has_block {
                    items
                } else {
                    flow.cloned().unwrap_or_else(unknown)
                });
            }
            "Set-Variable" | "New-Variable" => {
                self.push(Some(name), arguments(args), span);
                let mut values = positional(args, &["-Name", "-Value"]).into_iter();
                let names = values.next().flatten().unwrap_or_default();
                let items = values
                    .next()
                    .flatten()
                    .or(flow.cloned())
                    .unwrap_or_else(unknown);
                for name in names.iter().map(Value::start) {
                    state.set(name, items.clone());
                }
            }
            "Set-Alias" | "New-Alias" => {
                self.push(Some(name), arguments(args), span);
                let values = positional(args, &["-Name", "-Value"]);
                if let [Some(names), Some(items)] = values.as_slice()
                    && let ([Value::Known(alias)], [Value::Known(command)]) =
                        (names.as_slice(), items.as_slice())
                {
                    state.aliases.insert(alias.to_lowercase(), command.clone());
                } else {
                    self.unknown(UnknownKind::OpaqueCode, name, span);
                }
            }
            "New-PSDrive" | "Add-Type" => {
                self.push(Some(name), arguments(args), span);
                let is_code = args.iter().any(|arg| !matches!(arg.known(), Some(text) if text.eq_ignore_ascii_case("-AssemblyName") || text.eq_ignore_ascii_case("-AN")));
                let loads = args.iter().any(|arg| {
                    arg.dash
                        && arg
                            .known()
                            .is_some_and(|text| text.to_lowercase().starts_with("-as"))
                });
                if is_code && !loads {
                    self.unknown(UnknownKind::OpaqueCode, name, span);
                }
            }
            "Start-Process" => self.start_process(args, flow, span, state),
            "New-Object" => {
                self.push(Some(name), arguments(args), span);
                self.construct(args, span, state);
                return Some(unknown());
            }
            "Join-Path" => {
                self.push(Some(name), arguments(args), span);
                let values = positional(args, &["-Path", "-ChildPath", "-AdditionalChildPath"]);
                let mut path = values.first().cloned().flatten().unwrap_or_else(unknown);
                for more in values.into_iter().skip(1).flatten() {
                    path = joined(&joined(&path, &known("/")), &more);
                }
                return Some(path);
            }
            "Set-Item" => {
                self.push(Some(name), arguments(args), span);
                let values = positional(args, &["-Path", "-Value"]);
                if let [Some(paths), value] = values.as_slice() {
                    for path in paths {
                        let text = super::paths::slashed(path.start()).to_lowercase();
                        let text = text.replacen(":/", ":", 1);
                        if let Some(name) = text
                            .strip_prefix("variable:")
                            .or(text.starts_with("env:").then_some(&text))
                        {
                            state.set(name, value.clone().unwrap_or_else(unknown));
                        } else if text.starts_with("alias:") || text.starts_with("function:") {
                            self.unknown(UnknownKind::OpaqueCode, &text, span);
                        }
                    }
                }
                self.blocks(args, flow, state);
                return Some(unknown());
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn set_location(&mut self, name: &str, args: &[Arg<'_>], span: Span, state: &mut State) {
        let Some(entry) = programs::find(name) else {
            return;
        };
        let bound = Bound::of(entry, args, None);
        self.push(Some(name), arguments(args), span);
        let items: Items = bound
            .given
            .iter()
            .filter(|given| given.option != Some("-StackName"))
            .flat_map(|given| given.items.clone())
            .collect();
        match (name, items.is_empty()) {
            ("Push-Location", true) => {}
            // Without a folder: home, or where it is, by version.
            (_, true) => {
                let home = self.repository.home().map(str::to_owned);
                state.folders.push(home);
            }
            _ => self.go(&items, state),
        }
    }

    fn evaluate(
        &mut self,
        name: &str,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) -> Items {
        let given: Items = args
            .iter()
            .filter(|arg| !arg.dash)
            .flat_map(|arg| arg.items.clone())
            .collect();
        let texts = if given.is_empty() {
            flow.cloned().unwrap_or_default()
        } else {
            given
        };
        self.push(Some(name), arguments(args), span);
        let mut left = Vec::new();
        for text in &texts {
            match text {
                Value::Known(text) => left.extend(self.nested(name, text, span, state)),
                Value::Starts(_) => {
                    self.unknown(
                        UnknownKind::OpaqueCode,
                        &format!("{name} {}", text.shown()),
                        span,
                    );
                    // What it does to the shell itself is not known either.
                    state
                        .variables
                        .values_mut()
                        .for_each(|items| *items = unknown());
                    state.folders.push(None);
                }
            }
        }
        left
    }

    fn start_process(
        &mut self,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) {
        let entry = programs::find("Start-Process");
        let Some(entry) = entry else {
            return;
        };
        let bound = Bound::of(entry, args, flow);
        self.push(Some("Start-Process"), arguments(args), span);
        for option in ["-RedirectStandardOutput", "-RedirectStandardError"] {
            for item in bound.values(option).into_iter().flatten() {
                self.touch(
                    (crate::call::Access::Write, false),
                    item,
                    true,
                    "Start-Process",
                    span,
                    state,
                );
            }
        }
        let mut plain = bound
            .given
            .iter()
            .filter(|given| given.option.is_none())
            .map(|given| given.items.clone());
        let file = bound.values("-FilePath").cloned().or_else(|| plain.next());
        let list = bound
            .values("-ArgumentList")
            .cloned()
            .or_else(|| plain.next())
            .unwrap_or_default();
        let mut inner = state.clone();
        if let Some(folder) = bound.values("-WorkingDirectory") {
            self.go(folder, &mut inner);
        }
        let mut words: Vec<Arg<'_>> = Vec::new();
        for item in list {
            match &item {
                // One text may hold several words.
                Value::Known(text)
                    if text.contains(' ') && !text.contains('"') && words.is_empty() =>
                {
                    words.extend(text.split_whitespace().map(|word| Arg::of(known(word))));
                }
                _ => words.push(Arg::of(vec![item])),
            }
        }
        self.via.push("Start-Process".into());
        for item in file.unwrap_or_default() {
            if let Some(name) = item.known() {
                self.program(name, &words, None, span, &mut inner)
            } else {
                self.unknown(UnknownKind::OpaqueCode, &item.shown(), span);
                unknown()
            };
        }
        self.via.pop();
    }

    /// `New-Object IO.StreamWriter 'x'`.
    fn construct(&mut self, args: &[Arg<'_>], span: Span, state: &State) {
        let values = positional(args, &["-TypeName", "-ArgumentList"]);
        let class = values.first().cloned().flatten().unwrap_or_default();
        let given = values.get(1).cloned().flatten().unwrap_or_default();
        let [Value::Known(class)] = class.as_slice() else {
            return;
        };
        for (access, at) in dotnet::uses(class, "new") {
            if let Some(item) = given.get(*at) {
                self.touch((*access, false), item, true, class, span, state);
            }
        }
    }
}

/// Returns the values of parameters that may also be given in this order.
fn positional(args: &[Arg<'_>], names: &[&str]) -> Vec<Option<Items>> {
    let mut values: Vec<Option<Items>> = vec![None; names.len()];
    let mut plain = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let text = arg
            .items
            .first()
            .map(Value::start)
            .filter(|_| arg.dash)
            .unwrap_or_default();
        let (text, glued) = text
            .split_once(':')
            .map_or((text, None), |(name, value)| (name, Some(value)));
        let place = names.iter().position(|name| {
            text.len() > 1
                && name
                    .get(..text.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(text))
        });
        match place.and_then(|at| values.get_mut(at)) {
            Some(slot) => {
                *slot = match glued.filter(|value| !value.is_empty()) {
                    Some(value) => Some(known(value)),
                    None => rest.next().map(|arg| arg.items.clone()),
                };
            }
            None if arg.dash => {}
            None => plain.push(arg.items.clone()),
        }
    }
    let mut plain = plain.into_iter();
    for slot in &mut values {
        if slot.is_none() {
            *slot = plain.next();
        }
    }
    values
}
