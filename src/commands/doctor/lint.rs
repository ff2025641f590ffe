//! What can be seen in configurations without running anything.

use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::{Finding, clipped};
use crate::adapter::{self, Adapter, Matchers, Scope, TimeUnit};
use crate::call::{Event, ToolKind};
use crate::wiring::entries;
use crate::wiring::line;
use crate::wiring::place::{System, shell_of};
use crate::wiring::registered::{self, File, Hook, Whose};
use crate::wiring::tree::{Kind, Node};

/// What hookgate takes at most for a decision, with room for its start, in milliseconds.
const SHORTEST: f64 = 6_000.0;
/// A limit in seconds that is larger was meant in milliseconds: no gate runs for hours.
const LONGEST_SECONDS: f64 = 7_200.0;

/// Says what is wrong with a file as a whole.
pub(super) fn file(adapter: &Adapter, file: &File) -> Vec<Finding> {
    let title = adapter.title;
    let root = match &file.content {
        Ok(root) => root,
        Err(problem) => {
            return vec![Finding::new(
                format!(
                    "`{}`: {problem}; {title} takes nothing from such a file",
                    file.shown
                ),
                "mend that place".into(),
            )];
        }
    };
    let mut found = Vec::new();
    for slip in &file.slips {
        let is_comment = slip.what == registered::COMMENT;
        if !(is_comment && adapter.setup.comments) {
            let rest = if is_comment {
                "take it out"
            } else {
                "take the comma out"
            };
            found.push(Finding::new(
                format!(
                    "`{}`: {slip}; {title} takes nothing from such a file",
                    file.shown
                ),
                rest.into(),
            ));
        }
    }
    found.extend(twice(adapter, file, root));
    for switch in adapter.setup.switches {
        let Some(node) = root.at(switch.at.text) else {
            continue;
        };
        if node.value() == Value::Bool(switch.is) {
            let name = switch.at.text.trim_start_matches('/').replace('/', ".");
            let place = format!("{}:{}", file.shown, file.line(node.start));
            found.push(Finding::new(
                format!(
                    "`{place}`: `{name}` is {}, which switches hooks off",
                    switch.is
                ),
                format!("take `{name}` out, or set it to {}", !switch.is),
            ));
        }
    }
    found
}

/// Events whose hooks stand in two lists of one file.
fn twice(adapter: &Adapter, file: &File, root: &Node) -> Vec<Finding> {
    let events = root.get("hooks").unwrap_or(root).members();
    let mut found = Vec::new();
    for (at, member) in events.iter().enumerate() {
        let is_event = adapter.events.iter().any(|row| row.native == member.key);
        let mut before = events.iter().take(at);
        if is_event && let Some(first) = before.find(|other| other.key == member.key) {
            found.push(Finding::new(
                format!(
                    "`{}:{}`: `{}` stands here again, and what stands under it in line {} is not read",
                    file.shown,
                    file.line(member.start),
                    member.key,
                    file.line(first.start)
                ),
                "write both lists as one".into(),
            ));
        }
    }
    found
}

/// Says what is wrong with one hook that calls hookgate.
pub(super) fn hook(adapter: &'static Adapter, hook: &Hook, template: &Node) -> Vec<Finding> {
    let place = format!("{}:{}", hook.file.shown, hook.at);
    let mut found = Vec::new();
    if hook.whose == Whose::Touched {
        found.push(touched(&place, &hook.line));
    }
    found.extend(names(adapter, hook, &place));
    found.extend(matcher(adapter, hook, &place));
    found.extend(timeout(adapter, hook, &place));
    found.extend(shells(adapter, hook, &place));
    found.extend(options(adapter, hook, template, &place));
    found
}

fn touched(place: &str, line: &str) -> Finding {
    if is_cut(line) {
        return Finding::new(
            format!(
                "`{place}`: the path of the program has blanks and no quotes: `{}`",
                clipped(line)
            ),
            "put it in quotes, as `hookgate init --scope user` does".into(),
        );
    }
    let squeezed: String = line.split_whitespace().collect();
    let always = ["||true", "||:", ";true", ";exit0", "||exit0"];
    if always.iter().any(|end| squeezed.ends_with(end)) {
        return Finding::new(
            format!(
                "`{place}`: the line ends in success whatever hookgate says: `{}`",
                clipped(line)
            ),
            "let the line end with hookgate: its exit code is part of the answer".into(),
        );
    }
    Finding::new(
        format!(
            "`{place}`: the line does more than run hookgate: `{}`",
            clipped(line)
        ),
        "give what else it does a hook of its own".into(),
    )
}

/// Whether a shell takes the path before `hook` for several words.
fn is_cut(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("exec ").unwrap_or(line);
    let program = line
        .split_once(" hook ")
        .map_or(line, |(program, _)| program);
    let is_path = program.starts_with(['/', '~']) || program.get(1..3) == Some(":\\");
    is_path
        && program.contains(' ')
        && line::is_our_program(program)
        && !program.contains(['"', '\'', ';', '|', '&'])
}

/// The runtime and the event that the line names.
fn names(adapter: &'static Adapter, hook: &Hook, place: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let own = format!("`hookgate init --runtime {}` writes it anew", adapter.name);
    let mut words = hook
        .line
        .split_whitespace()
        .skip_while(|word| *word != "--runtime");
    if let Some(runtime) = words.nth(1).filter(|name| *name != adapter.name) {
        found.push(Finding::new(
            format!(
                "`{place}`: the line names `{runtime}`, and {} runs it",
                adapter.title
            ),
            own.clone(),
        ));
    }
    let mut words = hook
        .line
        .split_whitespace()
        .skip_while(|word| *word != "--event");
    let row = adapter.events.iter().find(|row| row.native == hook.event);
    match (words.nth(1), row) {
        (None, _) => found.push(Finding::new(
            format!("`{place}`: the line names no event, as older ones did"),
            own,
        )),
        (Some(name), Some(row)) if adapter::event_named(adapter, name) != Some(row.event) => {
            found.push(Finding::new(
                format!(
                    "`{place}`: the line names the event `{name}` and is wired to {}",
                    hook.event
                ),
                own,
            ));
        }
        _ => {}
    }
    found
}

/// Tools that change something and that the matcher leaves out.
fn matcher(adapter: &Adapter, hook: &Hook, place: &str) -> Option<Finding> {
    let matcher = hook.matcher?;
    let row = adapter.events.iter().find(|row| row.native == hook.event)?;
    if !matches!(row.event, Event::BeforeTool | Event::AfterTool) {
        return None;
    }
    let changes = [
        ToolKind::Shell,
        ToolKind::Write,
        ToolKind::Edit,
        ToolKind::Patch,
        ToolKind::Delete,
    ];
    let tools = adapter
        .tools
        .iter()
        .filter(|tool| changes.contains(&tool.kind));
    let left: Vec<&str> = tools
        .map(|tool| tool.name)
        .filter(|name| !fits(adapter.setup.matchers, matcher, name))
        .collect();
    (!left.is_empty()).then(|| {
        Finding::new(
            format!(
                "`{place}`: the matcher `{matcher}` leaves out {}",
                left.join(", ")
            ),
            "take the matcher out: hookgate looks at every tool itself".into(),
        )
    })
}

/// Whether a matcher fits a tool's name.
fn fits(matchers: Matchers, matcher: &str, name: &str) -> bool {
    let is_all = matcher.is_empty() || matcher == "*";
    let pattern = |pattern: &str| Regex::new(pattern).is_ok_and(|regex| regex.is_match(name));
    let is_names = |sign: char| sign.is_ascii_alphanumeric() || "_|, -".contains(sign);
    match matchers {
        Matchers::Ignored => true,
        // Neither stands for all where the pattern is for the whole name.
        Matchers::WholePattern => pattern(&format!("^(?:{matcher})$")) && !is_all,
        _ if is_all => true,
        Matchers::NamesOrPattern if matcher.chars().all(is_names) => {
            matcher.split(['|', ',']).any(|one| one.trim() == name)
        }
        Matchers::NamesOrPattern | Matchers::Pattern => pattern(matcher),
    }
}

/// Limits in the wrong unit, and those that end hookgate before it has decided.
fn timeout(adapter: &Adapter, hook: &Hook, place: &str) -> Option<Finding> {
    let keys = ["timeout", "timeoutSec"];
    let text = keys
        .iter()
        .find_map(|key| Some((key, hook.entry.get(key)?.text()?)));
    if let Some((key, text)) = text {
        return Some(Finding::new(
            format!(
                "`{place}`: `{key}` is the text `{}` and no number: {} may take nothing from the file",
                clipped(text),
                adapter.title
            ),
            "write the number without quotes".into(),
        ));
    }
    let (key, value) = keys.iter().find_map(|key| {
        let value = hook.entry.get(key)?.value().as_f64()?;
        Some((key, value))
    })?;
    let row = adapter.events.iter().find(|row| row.native == hook.event)?;
    let is_seconds = match adapter.timeouts.unit {
        TimeUnit::Seconds => true,
        TimeUnit::Milliseconds => false,
        TimeUnit::None => return None,
    };
    if is_seconds && value > LONGEST_SECONDS {
        return Some(Finding::new(
            format!("`{place}`: `{key}` is {value} and counts seconds, not milliseconds"),
            format!("set it to {}", value / 1000.0),
        ));
    }
    let milliseconds = if is_seconds { value * 1000.0 } else { value };
    if !is_seconds && value < 1000.0 {
        return Some(Finding::new(
            format!("`{place}`: `{key}` is {value} and counts milliseconds, not seconds"),
            format!("set it to {}", value * 1000.0),
        ));
    }
    let decides = matches!(
        row.event,
        Event::BeforeTool | Event::Prompt | Event::Stop | Event::AfterTool
    );
    (decides && milliseconds < SHORTEST).then(|| {
        let enough = if is_seconds { 30 } else { 30_000 };
        Finding::new(
            format!("`{place}`: `{key}` is {value}, and hookgate may take 5 seconds to decide"),
            format!("set it to {enough}"),
        )
    })
}

/// Lines that the shell which runs them does not understand, those for another system too.
fn shells(adapter: &Adapter, hook: &Hook, place: &str) -> Vec<Finding> {
    let mut members = hook.entry.members().iter();
    // Where Windows has a line of its own, the other one is for everybody else.
    let has_own = members.any(|member| member.key.to_lowercase().ends_with("windows"));
    let system = if has_own {
        System::Unix
    } else {
        System::here()
    };
    let members = hook.entry.members().iter();
    let lines = members.filter_map(|member| Some((member.key.as_str(), member.node.text()?)));
    let own = lines.filter(|(_, text)| line::is_ours(text));
    let troubles = own.filter_map(|(key, text)| {
        let shell = shell_of(key, system, adapter.setup.windows_shell);
        let why = line::trouble(text, shell)?;
        Some(Finding::new(
            format!("`{place}`: {why}: `{}`", clipped(text)),
            format!("`hookgate init --runtime {}` writes it anew", adapter.name),
        ))
    });
    troubles.collect()
}

/// Switches of the template, such as the one that makes a failure block, which the hook lacks.
fn options(adapter: &Adapter, hook: &Hook, template: &Node, place: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let entries = entries::of(adapter, template);
    let Some(wanted) = entries.iter().find(|entry| entry.event == hook.event) else {
        return found;
    };
    for member in wanted.node.members() {
        let Kind::Scalar(value) = &member.node.kind else {
            continue;
        };
        let is_switch = match value {
            Value::Bool(_) => true,
            Value::String(text) => {
                let is_label = matches!(member.key.as_str(), "type" | "name");
                !is_label && !line::is_ours(text) && !line::is_our_program(text)
            }
            _ => false,
        };
        let there = hook.entry.get(&member.key).map(Node::value);
        if is_switch && there.as_ref() != Some(value) {
            found.push(Finding::new(
                format!("`{place}`: without `{}: {value}` a hookgate that is missing or fails lets the tool run", member.key),
                format!("`hookgate init --runtime {}` adds it", adapter.name),
            ));
        }
    }
    found
}

/// Hooks of hookgate's that run for the same event.
pub(super) fn doubles(hooks: &[&Hook]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, hook) in hooks.iter().enumerate() {
        let before = hooks.iter().take(at);
        if before
            .clone()
            .any(|other| other.event == hook.event && other.file.shown == hook.file.shown)
        {
            continue;
        }
        let others: Vec<String> = hooks
            .iter()
            .skip(at + 1)
            .filter(|other| other.event == hook.event)
            .map(|other| format!("`{}:{}`", other.file.shown, other.at))
            .collect();
        let is_first = !before.clone().any(|other| other.event == hook.event);
        if is_first && !others.is_empty() {
            let place = format!("`{}:{}`", hook.file.shown, hook.at);
            found.push(Finding::new(
                format!(
                    "{} is hooked more than once: {place} and {}",
                    hook.event,
                    others.join(", ")
                ),
                double_fix(hooks, hook),
            ));
        }
    }
    found
}

fn double_fix(hooks: &[&Hook], hook: &Hook) -> String {
    let mut same = hooks.iter().filter(|other| other.event == hook.event);
    if same.any(|other| other.file.scope == Scope::User) {
        "keep one: `hookgate init --uninstall --scope user` takes out yours".into()
    } else {
        "keep one of them".into()
    }
}

/// Whether hooks of a file wait for a person's trust, as far as the runtime keeps that in a file.
pub(super) fn trust(adapter: &Adapter, files: &[File], hook: &Hook) -> Option<Finding> {
    let trusted = adapter.setup.trust?;
    let prefix = format!("{}:", hook.file.path.display());
    let store = files.iter().find(|file| file.shown == trusted.path);
    let store = store.and_then(|file| file.content.as_ref().ok()?.at(trusted.at.text));
    let is_trusted = store.is_some_and(|store| {
        store
            .members()
            .iter()
            .any(|member| member.key.starts_with(&prefix))
    });
    (!is_trusted).then(|| {
        Finding::new(
            format!(
                "no hook of `{}` is trusted yet: {} skips them without a word",
                hook.file.shown, adapter.title
            ),
            adapter
                .setup
                .steps
                .iter()
                .next_back()
                .map(|step| step.text)
                .unwrap_or_default()
                .to_owned(),
        )
    })
}

/// Whether a session that starts here reads the hooks of the repository.
pub(super) fn start_folder(
    adapter: &Adapter,
    root: &Path,
    folder: &Path,
    hook: &Hook,
) -> Option<Finding> {
    let is_project = matches!(hook.file.scope, Scope::Project | Scope::Local);
    (adapter.setup.root_only && is_project && folder != root).then(|| {
        Finding::new(
            format!(
                "a session of {} that starts in this folder reads no hooks of the repository",
                adapter.title
            ),
            format!(
                "start it in `{}`, or use `hookgate init --scope user`",
                root.display()
            ),
        )
    })
}
