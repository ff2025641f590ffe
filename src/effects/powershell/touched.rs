//! Paths that a cmdlet, a redirection or a command of cmd touches.

use super::paths::{self, Located};
use super::state::State;
use super::{Items, Walker};
use crate::call::Access;
use crate::effects::{Argument, PathEffect, Reach, Span, UnknownKind, Value};
use crate::repo::{Follow, Place, Places};

impl Walker<'_> {
    /// Adds an effect on a path, and on all below it if asked, for each folder that the shell may be in.
    pub(in crate::effects) fn touch(
        &mut self,
        (access, below): (Access, bool),
        item: &Value,
        literal: bool,
        by: &str,
        span: Span,
        state: &State,
    ) {
        let (written, below) = match item {
            Value::Known(text) if text.is_empty() || text == "-" => return,
            Value::Known(text) if paths::may_be_short_name(text) => {
                self.unknown(UnknownKind::Path(access), text, span);
                (text.as_str(), below)
            }
            Value::Known(text) => (text.as_str(), below),
            Value::Starts(text) => {
                self.unknown(UnknownKind::Path(access), &item.shown(), span);
                // What is known is the folder that it lies in.
                let end = text.rfind(['/', '\\']);
                let Some(end) = end else {
                    return;
                };
                (text.get(..=end).unwrap_or_default(), true)
            }
        };
        for folder in &state.folders {
            let found = paths::located(written, folder.as_deref(), self.repository.home());
            match found {
                Located::Nowhere => {}
                Located::Unknown => self.unknown(UnknownKind::Path(access), written, span),
                Located::Elsewhere(path) => {
                    let places = elsewhere(&path);
                    self.place((access, below), places, &item.shown(), by, span);
                }
                Located::At(path) => {
                    let all = if literal || !paths::is_pattern(&path) {
                        Some(vec![path.clone()])
                    } else {
                        paths::expand(&path)
                    };
                    // The pattern itself stands for names that are not there yet.
                    let (all, below) = match all {
                        Some(all) => (all, below),
                        None => (vec![before_pattern(&path)], true),
                    };
                    for path in all.iter().flat_map(|path| through_links(path, state)) {
                        let follow = if access == Access::Delete {
                            Follow::AllButLast
                        } else {
                            Follow::All
                        };
                        let places = self.repository.places_in("/", &path, follow);
                        self.place((access, below), places, &item.shown(), by, span);
                    }
                }
            }
        }
    }

    fn place(
        &mut self,
        (access, below): (Access, bool),
        places: Places,
        written: &str,
        by: &str,
        span: Span,
    ) {
        self.effects.add_path(PathEffect {
            access,
            written: written.replace('\\', "/"),
            places,
            reach: if below { Reach::Below } else { Reach::Itself },
            begins: None,
            holds: std::sync::Arc::default(),
            by: by.to_owned(),
            span: Some(span),
        });
    }

    /// Returns a word with the place that it leads to.
    pub(in crate::effects) fn argument(
        &self,
        item: &Value,
        literal: bool,
        state: &State,
    ) -> Argument {
        let mut argument = super::command::plain(item);
        let (Value::Known(text), [folder]) = (item, state.folders.as_slice()) else {
            return argument;
        };
        let slashed = paths::slashed(text);
        let start = slashed
            .strip_suffix("*.*")
            .or(slashed.strip_suffix('*'))
            .filter(|start| {
                !literal && (start.is_empty() || start.ends_with('/')) && !paths::is_pattern(start)
            });
        let path = match start {
            Some("") => ".",
            Some(start) => start,
            None => slashed.as_str(),
        };
        let places = match paths::located(path, folder.as_deref(), self.repository.home()) {
            Located::At(path) => self.repository.places_in("/", &path, Follow::AllButLast),
            Located::Elsewhere(path) => elsewhere(&path),
            Located::Nowhere | Located::Unknown => return argument,
        };
        if start.is_some() {
            argument.all_of = Some(places);
        } else {
            argument.places = Some(places);
        }
        argument
    }

    /// Goes to a folder.
    pub(in crate::effects) fn go(&self, items: &[Value], state: &mut State) {
        let mut folders = Vec::new();
        for item in items {
            for folder in &state.folders {
                let text = item
                    .known()
                    .filter(|text| !["-", "+"].contains(text) && !paths::is_pattern(text));
                let found = text
                    .map(|text| paths::located(text, folder.as_deref(), self.repository.home()));
                folders.push(match found {
                    Some(Located::At(path) | Located::Elsewhere(path)) => Some(path),
                    _ => None,
                });
            }
        }
        folders.dedup();
        state.folders = if folders.is_empty() || folders.len() > 8 {
            vec![None]
        } else {
            folders
        };
    }

    /// Adds what lands at a target: in a folder, each source under its own name.
    pub(in crate::effects) fn land(
        &mut self,
        sources: &Items,
        target: &Value,
        below: bool,
        by: &str,
        span: Span,
        state: &State,
    ) {
        let is_folder = target.known().is_none_or(|text| {
            text.ends_with(['/', '\\'])
                || state.folders.iter().any(|folder| {
                    match paths::located(text, folder.as_deref(), self.repository.home()) {
                        Located::At(path) => std::path::Path::new(&path).is_dir(),
                        _ => false,
                    }
                })
        });
        if !is_folder || sources.is_empty() {
            return self.touch((Access::Write, below), target, true, by, span, state);
        }
        for source in sources {
            let text = paths::slashed(source.start());
            let name = text
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            let folder = target.start().trim_end_matches(['/', '\\']);
            let landed = format!("{folder}/{name}");
            let landed = match (source, target) {
                (Value::Known(_), Value::Known(_)) if !paths::is_pattern(name) => {
                    Value::Known(landed)
                }
                (_, Value::Known(_)) => Value::Starts(format!("{folder}/")),
                _ => Value::Starts(target.start().to_owned()),
            };
            self.touch((Access::Write, below), &landed, true, by, span, state);
        }
    }

    /// Remembers a link that is made: writing through it later writes what it leads to.
    pub(in crate::effects) fn link(&self, link: &Value, target: &Value, state: &mut State) {
        let home = self.repository.home();
        let [folder] = state.folders.as_slice() else {
            return;
        };
        let at = |value: &Value, folder: Option<&str>| match value
            .known()
            .map(|text| paths::located(text, folder, home))
        {
            Some(Located::At(path)) => Some(path),
            _ => None,
        };
        let Some(path) = at(link, folder.as_deref()) else {
            return;
        };
        // Either from the link's own folder or from the shell's.
        let parent = path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
        for from in [folder.clone(), parent] {
            if let Some(target) = at(target, from.as_deref()) {
                state.links.push((path.clone(), target));
            }
        }
    }
}

fn elsewhere(path: &str) -> Places {
    let place = Place::Outside(path.to_owned());
    Places {
        lexical: place.clone(),
        real: place,
    }
}

fn before_pattern(path: &str) -> String {
    let start = path.split(['*', '?', '[']).next().unwrap_or_default();
    let folder = start.rsplit_once('/').map_or("", |(folder, _)| folder);
    if folder.is_empty() {
        "/".into()
    } else {
        folder.to_owned()
    }
}

/// Follows the links that the line made before.
fn through_links(path: &str, state: &State) -> Vec<String> {
    let mut found = vec![path.to_owned()];
    for (link, target) in state.links.iter().rev() {
        let rest = path.strip_prefix(link.as_str());
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            found.push(format!("{target}{rest}"));
        }
    }
    found
}
