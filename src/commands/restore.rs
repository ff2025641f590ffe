//! `hookgate restore`: lists the protected files that are not as they were when a session began, and puts them back.
//!
//! A person's act: policies and hook configuration are only put back when asked on a terminal, and the floor denies the
//! command to agents.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::cli::{RestoreArgs, RestoreFormat};
use crate::exit::Exit;
use crate::outcome::restore::{self, Done, Restored};
use crate::outcome::{Baseline, Change, Site, baseline, compare};
use crate::output::{Output, Style};
use crate::repo::{Follow, Place, Repository};
use crate::settings;
use crate::state;

/// Lists, asks and puts back.
///
/// # Errors
/// When there is no place for what is replaced.
pub fn run(args: &RestoreArgs, output: &mut Output) -> Result<Exit> {
    let folder = settings::working_folder();
    let repository = folder.and_then(|folder| Repository::find(&folder, settings::home()));
    let Some(repository) = repository else {
        output.error("hookgate: there is no hookgate.yaml in this folder or above it");
        return Ok(Exit::Usage);
    };
    let site = Site::of(repository.root(), repository.case());
    if args.undo {
        return undo(&site, args, output);
    }
    let (session, baseline) = match choose(&site, args.session.as_deref()) {
        Ok(chosen) => chosen,
        Err(why) => {
            output.error(&format!("hookgate: {why}"));
            return Ok(Exit::Usage);
        }
    };
    let changes = compare::compare(&site, &baseline).changes;
    let changes = match select(&repository, &baseline, changes, &args.paths) {
        Ok(changes) => changes,
        Err(why) => {
            output.error(&format!("hookgate: {why}"));
            return Ok(Exit::Usage);
        }
    };
    let work = Work {
        site: &site,
        session: &session,
        baseline: &baseline,
        changes: &changes,
    };
    work.run(args, output)
}

/// What is to be put back.
struct Work<'w> {
    site: &'w Site,
    session: &'w str,
    baseline: &'w Baseline,
    changes: &'w [Change],
}

impl Work<'_> {
    fn run(&self, args: &RestoreArgs, output: &mut Output) -> Result<Exit> {
        let is_json = args.format == RestoreFormat::Json;
        if !is_json {
            self.list(output);
        }
        let is_done = self.changes.is_empty();
        if is_done || args.dry_run {
            if is_json {
                output.line(&format!("{:#}", self.json(None)));
            }
            return Ok(if is_done { Exit::Fine } else { Exit::Findings });
        }
        if let Err(why) = self.may(args, output) {
            output.error(&format!("hookgate: {why}; nothing was changed"));
            return Ok(Exit::Findings);
        }
        let restored =
            restore::put_back(self.site, self.baseline, self.changes, &restore::name_now())?;
        if is_json {
            output.line(&format!("{:#}", self.json(Some(&restored))));
        } else {
            tell(&restored, output);
        }
        let is_whole = !restored
            .files
            .iter()
            .any(|(_, done)| matches!(done, Done::Failed(_)));
        Ok(if is_whole { Exit::Fine } else { Exit::Findings })
    }

    fn list(&self, output: &mut Output) {
        let count = self.changes.len();
        if count == 0 {
            output.line("every protected file is as it was when the session began");
            return;
        }
        let files = if count == 1 { "file is" } else { "files are" };
        output.line(&format!(
            "{count} protected {files} not as when session {} began:",
            self.session
        ));
        for change in self.changes {
            let rule = self.rule(change);
            let will = match self.hindrance(change) {
                Some(why) => output.styled(Style::Yellow, &format!("; stays: {why}")),
                None if change.kind == crate::outcome::Kind::Created => {
                    format!("; goes to .hook-state/{}/", restore::FOLDER)
                }
                None => String::new(),
            };
            output.line(&format!(
                "  {}  {} ({rule}){will}",
                change.path,
                change.kind.words()
            ));
        }
    }

    fn rule(&self, change: &Change) -> &str {
        let rule = self.baseline.watch.rules.get(change.rule);
        rule.map_or("", |rule| rule.id.as_str())
    }

    /// Why a change cannot be undone.
    fn hindrance(&self, change: &Change) -> Option<&'static str> {
        use crate::outcome::Kind;
        let needs_content = !matches!(change.kind, Kind::Created | Kind::Mode(..));
        let entry = self.baseline.entry(&change.path)?;
        needs_content.then(|| entry.not_kept()).flatten()
    }

    /// Whether the person wants it.
    fn may(&self, args: &RestoreArgs, output: &mut Output) -> Result<(), String> {
        let is_floor = |change: &Change| self.baseline.watch.is_floor(&change.path);
        let is_terminal = io::stdin().is_terminal();
        if args.yes && !self.changes.iter().any(is_floor) {
            return Ok(());
        }
        if !is_terminal {
            return Err(if args.yes {
                "policies and hook configuration are only put back when asked on a terminal".into()
            } else {
                "this asks on a terminal; say `--yes` where there is none".into()
            });
        }
        let answer = output.ask(&format!(
            "Put back? What is there now is kept in .hook-state/{}/. [y/N]",
            restore::FOLDER
        ));
        is_yes(&answer)
            .then_some(())
            .ok_or_else(|| "not wanted".into())
    }

    fn json(&self, restored: Option<&Restored>) -> Value {
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|change| {
                json!({
                    "path": change.path,
                    "change": change.kind.name(),
                    "rule": self.rule(change),
                    "cannot": self.hindrance(change),
                })
            })
            .collect();
        let files = restored.map(|restored| {
            let files = restored.files.iter();
            let files = files.map(|(path, done)| match done {
                Done::Restored => json!({"path": path, "done": "restored"}),
                Done::MovedAway => json!({"path": path, "done": "moved-away"}),
                Done::Failed(why) => json!({"path": path, "done": "failed", "because": why}),
            });
            files.collect::<Vec<_>>()
        });
        json!({
            "version": 1,
            "session": self.session,
            "changes": changes,
            "restored": files,
            "kept_in": restored.map(|restored| format!("{}/{}/{}", state::FOLDER, restore::FOLDER, restored.name)),
        })
    }
}

fn tell(restored: &Restored, output: &mut Output) {
    for (path, done) in &restored.files {
        let line = match done {
            Done::Restored => output.styled(Style::Green, &format!("{path}: restored")),
            Done::MovedAway => output.styled(Style::Green, &format!("{path}: moved away")),
            Done::Failed(why) => {
                output.styled(Style::Red, &format!("{path}: left as it is: {why}"))
            }
        };
        output.line(&line);
    }
    output.line(&format!(
        "what was there is in .hook-state/{}/{}; `hookgate restore --undo` puts it again",
        restore::FOLDER,
        restored.name
    ));
}

/// Returns the session to go by, and its baseline.
fn choose(site: &Site, wanted: Option<&str>) -> Result<(String, Baseline), String> {
    if let Some(key) = wanted {
        let escaped = state::file_name(key);
        // As listed here, or as the runtime calls it.
        let read = Baseline::read(site, key).or_else(|error| {
            let path = site
                .state()
                .folder()
                .join(format!("sessions/{key}.baseline"));
            if key.contains(['/', '\\']) {
                return Err(error);
            }
            baseline::read_file(&path).map_err(|_| error)
        });
        return read.map(|baseline| (escaped, baseline)).map_err(|why| {
            format!("there is no noted state of protected files for session `{key}`: {why}")
        });
    }
    let mut usable = Vec::new();
    let mut damaged = 0;
    for path in baseline::all(site.state()) {
        match baseline::read_file(&path) {
            Ok(baseline) => usable.push((stem(&path), baseline)),
            Err(_) => damaged += 1,
        }
    }
    let told = usable.iter().filter(|(_, baseline)| baseline.has_told());
    let told: Vec<&str> = told.map(|(name, _)| name.as_str()).collect();
    if told.len() > 1 {
        return Err(format!(
            "changes were found in several sessions; name one with `--session`: {}",
            told.join(", ")
        ));
    }
    let one = told.first().map(|name| (*name).to_owned());
    let mut usable = usable.into_iter();
    let found = match one {
        Some(name) => usable.find(|(found, _)| *found == name),
        None => usable.next(),
    };
    found.ok_or_else(|| match damaged {
        0 => "no session's state of protected files is noted here".to_owned(),
        _ => "the noted states of protected files are damaged or from a newer version".to_owned(),
    })
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Returns the changes that paths name; a folder stands for all below it.
fn select(
    repository: &Repository,
    baseline: &Baseline,
    changes: Vec<Change>,
    paths: &[String],
) -> Result<Vec<Change>, String> {
    if paths.is_empty() {
        return Ok(changes);
    }
    let mut wanted = Vec::new();
    for path in paths {
        let name = match repository.places(path, Follow::AllButLast).lexical {
            Place::Inside(path) | Place::Outside(path) => path,
        };
        let is_wanted = |found: &str| covers(&name, found);
        let is_known =
            baseline.paths().any(is_wanted) || changes.iter().any(|change| is_wanted(&change.path));
        if !is_known {
            return Err(format!(
                "`{path}` is no protected file that was noted when the session began"
            ));
        }
        wanted.push(name);
    }
    let is_wanted = |change: &Change| wanted.iter().any(|name| covers(name, &change.path));
    Ok(changes.into_iter().filter(is_wanted).collect())
}

fn covers(name: &str, path: &str) -> bool {
    name.is_empty()
        || path == name
        || path
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn undo(site: &Site, args: &RestoreArgs, output: &mut Output) -> Result<Exit> {
    let Some(name) = restore::times(site).into_iter().next() else {
        output.error("hookgate: nothing was put back that could be undone");
        return Ok(Exit::Usage);
    };
    let is_json = args.format == RestoreFormat::Json;
    if args.dry_run {
        output.line(&if is_json {
            format!("{:#}", undo_json(&name, None))
        } else {
            format!("would undo {name}")
        });
        return Ok(Exit::Fine);
    }
    if !args.yes && !io::stdin().is_terminal() {
        output.error("hookgate: this asks on a terminal; say `--yes` where there is none; nothing was changed");
        return Ok(Exit::Findings);
    }
    if !args.yes {
        let answer = output.ask(&format!("Undo what was put back at {name}? [y/N]"));
        if !is_yes(&answer) {
            output.error("hookgate: not wanted; nothing was changed");
            return Ok(Exit::Findings);
        }
    }
    let undone = restore::undo(site, &name).map_err(|why| anyhow::anyhow!("`{name}`: {why}"))?;
    let is_whole = undone.iter().all(|undone| undone.left.is_none());
    if is_json {
        output.line(&format!("{:#}", undo_json(&name, Some(&undone))));
    } else {
        for restore::Undone { path, left } in &undone {
            let line = match left {
                None => format!("{path}: as before it was restored"),
                Some(why) => output.styled(Style::Red, &format!("{path}: left as it is: {why}")),
            };
            output.line(&line);
        }
    }
    Ok(if is_whole { Exit::Fine } else { Exit::Findings })
}

fn undo_json(name: &str, undone: Option<&[restore::Undone]>) -> Value {
    let files = undone.map(|undone| {
        let file = |undone: &restore::Undone| json!({"path": undone.path, "because": undone.left});
        undone.iter().map(file).collect::<Vec<_>>()
    });
    json!({"version": 1, "restore": name, "undone": files})
}

fn is_yes(answer: &str) -> bool {
    matches!(answer, "y" | "Y" | "yes")
}
