//! `hookgate doctor`: are the hooks that are really registered found, run, and answered as the runtime honours?
//!
//! Configurations are read in all their layers. Each line of hookgate's is run by its runtime's shell, in another folder,
//! with calls that would do no harm even if they were real; they play in a scratch repository, so that no real state is
//! touched. Hooks of others are listed and never run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::adapter::{self, Adapter, Capability, Scope};
use crate::call::Event;
use crate::cli::{DoctorArgs, ExplainFormat};
use crate::decision::Verdict;
use crate::exit::Exit;
use crate::output::Output;
use crate::policy::load;
use crate::policy::sources;
use crate::repo::Repository;
use crate::settings;
use crate::wiring::bridge;
use crate::wiring::entries;
use crate::wiring::json;
use crate::wiring::line::{self, Shell};
use crate::wiring::registered::{self, File, Hook, Whose};
use crate::wiring::tree::Node;

mod lint;
mod liveness;
mod payload;
mod probe;
mod run;
mod scratch;
mod show;
mod transcripts;
mod version;

use probe::Probe;
use scratch::Scratch;

/// What is wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    what: String,
    fix: String,
}

impl Finding {
    fn new(what: String, fix: String) -> Self {
        Self { what, fix }
    }
}

/// How sure it is that an event is guarded.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    /// A probe was answered as the runtime honours it.
    Proven {
        what: &'static str,
        /// What the runtime does less than the answer promises.
        less: Option<&'static str>,
    },
    Unproven,
    /// The runtime lets nothing be stopped there.
    Observed {
        answers: bool,
        because: &'static str,
    },
}

/// One event of a runtime.
#[derive(Debug)]
struct Guarded {
    event: &'static str,
    native: String,
    /// Where the line is.
    place: Option<String>,
    status: Status,
}

/// What was found out about a runtime.
#[derive(Debug)]
struct Diagnosis {
    adapter: &'static Adapter,
    version: Option<String>,
    events: Vec<Guarded>,
    findings: Vec<Finding>,
    /// Hooks of others on the same events.
    foreign: Vec<String>,
}

/// Looks at the runtimes that are in use here.
///
/// # Errors
/// When there is no place for the scratch repository.
pub fn run(args: &DoctorArgs, output: &mut Output) -> Result<Exit> {
    let folder = settings::working_folder().context("the current folder cannot be found")?;
    let home = settings::home().map(PathBuf::from);
    let root = super::init::root().unwrap_or_else(|| folder.clone());
    let mut diagnoses = Vec::new();
    for adapter in adapter::all() {
        let files = registered::files(adapter, &root, home.as_deref());
        if is_wanted(adapter, args, &root, home.as_deref(), &files) {
            diagnoses.push(diagnose(adapter, &root, &folder, &files)?);
        }
    }
    let policy = policy(&folder);
    let is_well = policy.is_none()
        && !diagnoses.is_empty()
        && diagnoses.iter().all(|found| found.findings.is_empty());
    match args.format {
        ExplainFormat::Json => {
            output.line(&format!("{:#}", show::json(policy.as_ref(), &diagnoses)));
        }
        ExplainFormat::Human => show::people(policy.as_ref(), &diagnoses, output),
    }
    Ok(if is_well { Exit::Fine } else { Exit::Findings })
}

fn is_wanted(
    adapter: &Adapter,
    args: &DoctorArgs,
    root: &Path,
    home: Option<&Path>,
    files: &[File],
) -> bool {
    if !args.runtimes.is_empty() {
        return args.runtimes.iter().any(|name| name == adapter.name);
    }
    let whom = crate::wiring::place::For::Repository(root.to_path_buf());
    super::init::is_in_use(adapter, &whom, home)
        || files
            .iter()
            .any(|file| file.text.contains(line::PROGRAM) && !is_anothers(adapter, file))
}

/// Whether `init` writes this file for another runtime only: that this one reads it too is no sign of its use.
fn is_anothers(adapter: &Adapter, file: &File) -> bool {
    let writes = |adapter: &Adapter| {
        let mut files = adapter.wiring.all_files().into_iter();
        files.any(|(_, shown, _)| shown == file.shown)
    };
    !writes(adapter) && adapter::all().iter().any(|other| writes(other))
}

/// Without a policy that loads, hooks have nothing to say.
fn policy(folder: &Path) -> Option<Finding> {
    let Some(repository) = Repository::find(folder, settings::home()) else {
        return Some(Finding::new(
            "there is no hookgate.yaml here: hookgate has no opinion on anything".into(),
            "`hookgate init` writes one".into(),
        ));
    };
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    let loaded = load::load(repository.root(), &sources::all(&repository), &runtimes);
    (!loaded.is_usable()).then(|| {
        Finding::new(
            "the policy does not load".into(),
            "`hookgate check` says where and why".into(),
        )
    })
}

fn diagnose(
    adapter: &'static Adapter,
    root: &Path,
    folder: &Path,
    files: &[File],
) -> Result<Diagnosis> {
    let hooks: Vec<Hook> = files.iter().flat_map(|file| file.hooks(adapter)).collect();
    let ours: Vec<&Hook> = hooks
        .iter()
        .filter(|hook| hook.whose != Whose::Foreign && !is_of_another(adapter, hook))
        .collect();
    let mut findings: Vec<Finding> = files
        .iter()
        .flat_map(|file| lint::file(adapter, file))
        .collect();
    // What keeps hooks from being read leaves nothing proven, however well the lines themselves answer.
    let is_blocked = !findings.is_empty();
    let template = json::parse(adapter.wiring.content)
        .ok()
        .and_then(|document| document.root);
    let mut events = Vec::new();
    if let Some(template) = &template {
        for hook in &ours {
            findings.extend(lint::hook(adapter, hook, template));
        }
        findings.extend(lint::doubles(&ours));
        let starts = ours
            .iter()
            .map(|hook| lint::start_folder(adapter, root, folder, hook));
        let trusts = ours.iter().map(|hook| lint::trust(adapter, files, hook));
        findings.extend(starts.chain(trusts).flatten());
        findings.extend(liveness::last_session(adapter, root, &ours));
        events = guarded(
            adapter,
            root,
            &natives(adapter, template),
            &ours,
            is_blocked,
            &mut findings,
        )?;
    } else if adapter.wiring.because.is_empty() {
        findings.extend(bridge_as_written(adapter, files));
        events.extend(bridged(adapter, files, &mut findings)?);
    } else {
        findings.push(Finding::new(
            format!("hookgate is not wired: {}", adapter.wiring.because),
            "let a commit hook or CI run `hookgate gate` here; nothing can be held before a tool"
                .into(),
        ));
    }
    let mut known = Vec::new();
    findings.retain(|finding| {
        let is_new = !known.contains(finding);
        known.push(finding.clone());
        is_new
    });
    let foreign = hooks.iter().filter(|hook| hook.whose == Whose::Foreign);
    let version = version::of(adapter, &mut findings);
    Ok(Diagnosis {
        adapter,
        version,
        events,
        findings,
        foreign: foreign
            .map(|hook| {
                let place = format!("{}:{}", hook.file.shown, hook.at);
                format!("{place}: {} runs `{}`", hook.event, clipped(&hook.line))
            })
            .collect(),
    })
}

/// Whether a hook stands in the file that another runtime is wired in. Where two read one folder, each hears the other's
/// lines; hookgate answers such a call once.
fn is_of_another(adapter: &Adapter, hook: &Hook) -> bool {
    let shown = Some(hook.file.shown.as_str());
    let mut others = adapter::all()
        .iter()
        .filter(|other| other.name != adapter.name);
    others.any(|other| other.wiring.project == shown || other.wiring.user == shown)
}

/// The events that a template wires.
fn natives<'a>(adapter: &Adapter, template: &'a Node) -> Vec<&'a str> {
    let mut natives = Vec::new();
    for entry in entries::of(adapter, template) {
        if !natives.contains(&entry.event) {
            natives.push(entry.event);
        }
    }
    natives
}

fn guarded(
    adapter: &'static Adapter,
    root: &Path,
    natives: &[&str],
    ours: &[&Hook],
    is_blocked: bool,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Guarded>> {
    let mut guarded = Vec::new();
    for native in natives {
        let Some(event) = adapter::event_named(adapter, native) else {
            continue;
        };
        let hook = ours.iter().find(|hook| hook.event == *native);
        let answered = match hook {
            None => {
                findings.push(Finding::new(
                    format!("no hook of hookgate's on {native}"),
                    format!("`hookgate init --runtime {}` wires it", adapter.name),
                ));
                None
            }
            Some(hook) if !is_runnable(hook, root, findings) => None,
            Some(hook) => {
                let is_user = hook.file.scope == Scope::User || hook.line.contains("--scope user");
                fire(adapter, native, event, &hook.line, is_user, findings)?
            }
        };
        guarded.push(Guarded {
            event: event.name(),
            native: (*native).to_owned(),
            place: hook.map(|hook| format!("{}:{}", hook.file.shown, hook.at)),
            status: status(adapter, event, answered.filter(|_| !is_blocked)),
        });
    }
    Ok(guarded)
}

/// Whether a line is one to run: what a repository's file says beside hookgate, and programs that lie in the repository,
/// are code of whoever wrote it.
fn is_runnable(hook: &Hook, root: &Path, findings: &mut Vec<Finding>) -> bool {
    if hook.whose == Whose::Touched {
        return !matches!(hook.file.scope, Scope::Project | Scope::Local);
    }
    // Not a line that can be taken apart.
    let Some(words) = line::words(&hook.line) else {
        return false;
    };
    let program = words.program;
    if !program.contains(['/', '\\']) {
        return true;
    }
    let (what, fix) = if Path::new(&program).is_relative() {
        (
            format!("`{program}` is found from one folder only, and hooks follow the agent"),
            "write the program's name alone, with its folder on PATH",
        )
    } else if Path::new(&program).starts_with(root) {
        (
            format!("`{program}` lies in the repository, where a commit can replace it"),
            "install hookgate into a folder on PATH, and write its name alone",
        )
    } else {
        return true;
    };
    findings.push(Finding::new(what, fix.into()));
    false
}

fn fire(
    adapter: &'static Adapter,
    native: &str,
    event: Event,
    line: &str,
    for_user: bool,
    findings: &mut Vec<Finding>,
) -> Result<Option<&'static str>> {
    let scratch = Scratch::make().context("while making a scratch repository")?;
    let probe = Probe {
        adapter,
        native,
        event,
        line,
        for_user,
        scratch: &scratch,
    };
    Ok(probe.fire().map_err(|finding| findings.push(finding)).ok())
}

fn status(adapter: &Adapter, event: Event, answered: Option<&'static str>) -> Status {
    match adapter::capability(adapter, event, Verdict::Deny) {
        // An event of the runtime's own may be judged all the same.
        Capability::Impossible(_)
            if event == Event::Other && answered.is_some_and(|what| what != probe::ANSWERS) =>
        {
            Status::Proven {
                what: answered.unwrap_or_default(),
                less: None,
            }
        }
        Capability::Impossible(because) => Status::Observed {
            answers: answered.is_some(),
            because,
        },
        capability => answered.map_or(Status::Unproven, |what| Status::Proven {
            what,
            less: match (event, capability) {
                (Event::Stop | Event::BeforeTool, Capability::Weaker(because)) => Some(because),
                _ => None,
            },
        }),
    }
}

/// A bridge is code that only its runtime can run: it is compared with the one that `init` writes.
fn bridge_as_written(adapter: &Adapter, files: &[File]) -> Option<Finding> {
    let wiring = &adapter.wiring;
    let is_there = |shown: &str| files.iter().find(|file| file.shown == shown);
    let places = [wiring.project, wiring.user].map(|place| wiring.files_at(place));
    let is_used =
        |place: &&Vec<(String, String)>| place.iter().any(|(shown, _)| is_there(shown).is_some());
    let used = places.iter().find(is_used);
    let wanted = used.or(places.iter().find(|place| !place.is_empty()))?;
    let [_, for_user] = &places;
    let scope = if used.is_some_and(|used| used == for_user) {
        "--scope user "
    } else {
        ""
    };
    let fix = format!(
        "`hookgate init {scope}--runtime {}` writes it",
        adapter.name
    );
    wanted.iter().find_map(|(shown, content)| {
        let what = match is_there(shown) {
            None => format!("`{shown}` is not there"),
            Some(file) => {
                let is_same = match program_of(file, content) {
                    Some(program) => file.text == bridge::for_user(content, &program),
                    None => file.text == *content,
                };
                if is_same {
                    return None;
                }
                format!("`{shown}` is not as `init` writes it")
            }
        };
        Some(Finding::new(what, fix.clone()))
    })
}

/// The program that a bridge of the user's runs.
fn program_of(file: &File, content: &str) -> Option<PathBuf> {
    let is_users = file.scope == Scope::User;
    is_users.then(|| bridge::program(content, &file.text))?
}

/// The events behind a bridge, tried with the line that stands for it.
fn bridged(
    adapter: &'static Adapter,
    files: &[File],
    findings: &mut Vec<Finding>,
) -> Result<Vec<Guarded>> {
    let own = adapter.wiring.all_files();
    let content_of = |file: &File| {
        let mut own = own.iter();
        own.find(|(_, shown, _)| *shown == file.shown)
            .map(|(_, _, content)| content)
    };
    let there: Vec<(&File, &String)> = files
        .iter()
        .filter_map(|file| Some((file, content_of(file)?)))
        .collect();
    let mut guarded = Vec::new();
    let events = [
        Event::SessionStart,
        Event::Prompt,
        Event::BeforeTool,
        Event::AfterTool,
        Event::Stop,
        Event::SessionEnd,
    ];
    for event in events {
        let native = adapter::native_name(adapter, event);
        let mut holding = there.iter();
        let Some((file, content)) = holding.find(|(file, _)| file.text.contains(event.name()))
        else {
            continue;
        };
        let program = program_of(file, content);
        if native.is_empty() {
            continue;
        }
        let name = adapter.name;
        let mut line = format!("hookgate hook --runtime {name} --event {}", event.name());
        if let Some(program) = &program {
            line = line::with_program(&line, program, Shell::Posix);
        }
        let answered = fire(adapter, native, event, &line, program.is_some(), findings)?;
        guarded.push(Guarded {
            event: event.name(),
            native: native.to_owned(),
            place: Some(file.shown.clone()),
            status: status(adapter, event, answered),
        });
    }
    Ok(guarded)
}

/// The start of a text, on one line.
fn clipped(text: &str) -> String {
    let text = text.trim();
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    adapter::visible(&short).replace('\n', "\\n")
}
