//! Cmdlets: what the table of programs says about their parameters becomes effects.

use super::bind::{Bound, Given};
use super::command::{Arg, output, plain};
use super::state::State;
use super::values::joined;
use super::{Items, Walker, known, unknown};
use crate::call::Access;
use crate::effects::{Argument, Span, Value};
use crate::programs::{self, Program, Role};

impl Walker<'_> {
    /// Follows a cmdlet.
    pub(super) fn cmdlet(
        &mut self,
        name: &'static str,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) -> Items {
        if let Some(items) = self.special(name, args, flow, span, state) {
            return items;
        }
        let blocks = self.blocks(args, flow, state);
        let left = output(name, args, flow, state);
        let Some(entry) = programs::find(name) else {
            self.push(Some(name), super::command::arguments(args), span);
            return left.unwrap_or_else(|| if blocks.is_empty() { unknown() } else { blocks });
        };
        let mut bound = Bound::of(entry, args, flow);
        if bound.is_trial {
            return left.unwrap_or_else(unknown);
        }
        whole_paths(name, &mut bound);
        let before = self.effects.paths.len();
        let items = self.bound(name, entry, &bound, span, state);
        let is_new = !bound
            .words
            .iter()
            .any(|word| word.value.known() == Some("-Append"));
        if matches!(name, "Set-Content" | "Out-File") && is_new {
            let value = bound.values("-Value").or(bound.values("-InputObject"));
            let place = bound.given.iter().filter(|given| given.option.is_none());
            // The path comes first, if it is not named.
            let named = bound
                .given
                .iter()
                .any(|given| matches!(given.option, Some("-Path" | "-FilePath")));
            let listed = place.map(|given| &given.items).nth(usize::from(!named));
            let content = value.or(flow).or(listed);
            self.keep_written(before, content.map_or(&[], Vec::as_slice));
        }
        left.or(items).unwrap_or_else(unknown)
    }

    /// Adds the effects of a cmdlet's arguments; returns the paths that it names, when it leaves what is there.
    fn bound(
        &mut self,
        name: &str,
        entry: &'static Program,
        bound: &Bound,
        span: Span,
        state: &mut State,
    ) -> Option<Items> {
        let readings = programs::read(Some(entry), &bound.words);
        let reading = readings.first()?;
        let roles: Vec<(&Given, Role)> = bound
            .given
            .iter()
            .map(|given| {
                let part = reading.parts.iter().find(|part| part.at.word == given.word);
                (given, part.map_or(Role::Plain, |part| part.role))
            })
            .collect();
        self.push(Some(name), self.shown(bound, &roles, state), span);
        let sources: Items = roles
            .iter()
            .filter(|(_, role)| matches!(role, Role::Read | Role::Move | Role::Edit))
            .flat_map(|(given, _)| given.items.clone())
            .collect();
        // They say that a file is there, or of what size, and hand it on.
        let only_asks = matches!(
            name,
            "Get-Item" | "Resolve-Path" | "Convert-Path" | "Split-Path" | "Get-Acl"
        );
        let acting = roles
            .iter()
            .filter(|(_, role)| !only_asks || *role != Role::Read);
        for (given, role) in acting {
            for item in &given.items {
                self.role(
                    (item, given.literal),
                    *role,
                    &sources,
                    (name, reading.recursive),
                    span,
                    state,
                );
            }
        }
        if name == "New-Item" {
            self.links(bound, &roles, state);
        }
        if reading.here == Some(Role::Read) || (sources.is_empty() && entry.name == "get-childitem")
        {
            self.touch(
                (Access::Read, reading.recursive),
                &Value::Known(".".into()),
                true,
                name,
                span,
                state,
            );
        }
        let is_listing = [
            "Get-ChildItem",
            "Get-Item",
            "New-Item",
            "Resolve-Path",
            "Convert-Path",
            "Copy-Item",
            "Move-Item",
        ];
        if name == "Get-ChildItem" {
            return Some(listed(bound, &sources, reading.recursive));
        }
        let paths = roles.iter().filter(|(_, role)| is_path(*role));
        is_listing
            .contains(&name)
            .then(|| paths.flat_map(|(given, _)| given.items.clone()).collect())
    }

    fn role(
        &mut self,
        (item, literal): (&Value, bool),
        role: Role,
        sources: &Items,
        (by, below): (&str, bool),
        span: Span,
        state: &State,
    ) {
        let mut touch = |access, below| self.touch((access, below), item, literal, by, span, state);
        match role {
            Role::Read => touch(Access::Read, below),
            Role::Write => touch(Access::Write, below),
            Role::WriteInto | Role::Output => touch(Access::Write, true),
            Role::Edit => {
                touch(Access::Read, below);
                touch(Access::Write, below);
            }
            // A folder goes with all in it: without -Recurse after a question that an agent answers.
            Role::Delete => touch(Access::Delete, true),
            Role::Move => {
                touch(Access::Read, true);
                touch(Access::Delete, true);
            }
            Role::Target => self.land(sources, item, below, by, span, state),
            _ => {}
        }
    }

    /// A new item that is a link.
    fn links(&self, bound: &Bound, roles: &[(&Given, Role)], state: &mut State) {
        let kind = bound.values("-ItemType").and_then(|items| items.first());
        let is_link = kind.is_some_and(|kind| {
            let kind = kind.start().to_lowercase();
            kind.is_empty() || kind.contains("link") || kind.contains("junction")
        });
        let Some(targets) = bound.values("-Value").filter(|_| is_link) else {
            return;
        };
        for link in roles
            .iter()
            .filter(|(_, role)| *role == Role::Write)
            .flat_map(|(given, _)| &given.items)
        {
            for target in targets {
                self.link(link, target, state);
            }
        }
    }

    /// Returns the words of a cmdlet as rules see them: parameters by their whole names, paths as operands.
    fn shown(&self, bound: &Bound, roles: &[(&Given, Role)], state: &State) -> Vec<Argument> {
        let mut words = Vec::new();
        for (at, word) in bound.words.iter().enumerate() {
            let found = roles.iter().find(|(given, _)| given.word == at);
            let next_is_path = roles.iter().any(|(given, role)| {
                given.word == at + 1 && given.option.is_some() && is_path(*role)
            });
            match found {
                Some((given, role)) if is_path(*role) => {
                    words.extend(
                        given
                            .items
                            .iter()
                            .map(|item| self.argument(item, given.literal, state)),
                    );
                }
                Some((given, _)) => words.extend(given.items.iter().map(plain)),
                None if next_is_path => {}
                None => words.push(word.clone()),
            }
        }
        words
    }
}

fn is_path(role: Role) -> bool {
    matches!(
        role,
        Role::Read
            | Role::Write
            | Role::WriteInto
            | Role::Edit
            | Role::Delete
            | Role::Move
            | Role::Target
    )
}

/// Names that count from a folder given beside them: `New-Item -Path x -Name y`, `Rename-Item x/a b`.
fn whole_paths(name: &str, bound: &mut Bound) {
    let is_path = |given: &&mut Given| matches!(given.option, Some("-Path") | None);
    match name {
        "New-Item" => {
            let Some(names) = bound.values("-Name").cloned() else {
                return;
            };
            let slash = joined(&known("/"), &names);
            if let Some(given) = bound.given.iter_mut().find(is_path) {
                given.items = joined(&given.items, &slash);
            } else if let Some(given) = bound
                .given
                .iter_mut()
                .find(|given| given.option == Some("-Name"))
            {
                given.option = Some("-Path");
                if let Some(word) = given
                    .word
                    .checked_sub(1)
                    .and_then(|at| bound.words.get_mut(at))
                {
                    *word = plain(&Value::Known("-Path".into()));
                }
            }
        }
        "Rename-Item" => {
            let mut given = bound.given.iter_mut();
            let old = given.find(|given| matches!(given.option, Some("-Path") | None));
            let folders: Items =
                old.map_or_else(Vec::new, |old| old.items.iter().map(folder_of).collect());
            let new = bound
                .given
                .iter_mut()
                .filter(|given| given.option != Some("-Path"));
            if let Some(new) = new.last() {
                new.items = joined(&folders, &new.items);
            }
        }
        _ => {}
    }
}

/// The folder of a path, with the slash that ends it.
fn folder_of(path: &Value) -> Value {
    let text = path.start();
    let end = text.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let folder = text.get(..end).unwrap_or_default().to_owned();
    match path {
        Value::Known(_) => Value::Known(folder),
        Value::Starts(_) => Value::Starts(folder),
    }
}

/// What a listing of folders leaves: their entries, by name where a filter says so, or anything in them.
fn listed(bound: &Bound, folders: &Items, recursive: bool) -> Items {
    let here = known(".");
    let folders = if folders.is_empty() { &here } else { folders };
    let filter = bound.values("-Filter").or(bound.values("-Include"));
    let deep = if recursive { "/**/" } else { "/" };
    let one = |folder: &Value| -> Items {
        let text = folder.start();
        if super::paths::is_pattern(text) && filter.is_none() {
            return vec![folder.clone()];
        }
        match (folder, filter) {
            (Value::Known(_), Some(filter)) => joined(&known(&format!("{text}{deep}")), filter),
            (Value::Known(_), None) if !recursive => known(&format!("{text}/*")),
            (Value::Known(_), None) => vec![Value::Starts(format!("{text}/"))],
            (Value::Starts(_), _) => vec![folder.clone()],
        }
    };
    folders.iter().flat_map(one).collect()
}
