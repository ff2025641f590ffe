//! What runtimes can do: the table in the README and the list in `docs/runtimes.md` are those of the adapters, and `check`
//! holds policies against them.

use std::fs;

use hookgate::adapter::{self, Adapter, Against, Capability};
use hookgate::call::Event;
use hookgate::decision::Verdict;

use crate::support::{Repo, assert_file, manifest};

/// What a rule may ask of a runtime: a heading, and how the table answers it.
const ASKED: [(&str, Event, Option<Verdict>); 8] = [
    ("deny a call", Event::BeforeTool, Some(Verdict::Deny)),
    ("ask a person", Event::BeforeTool, Some(Verdict::Ask)),
    ("remark on a call", Event::BeforeTool, None),
    ("object afterwards", Event::AfterTool, Some(Verdict::Deny)),
    ("deny a prompt", Event::Prompt, Some(Verdict::Deny)),
    ("context: prompt", Event::Prompt, None),
    ("context: start", Event::SessionStart, None),
    ("hold the end", Event::Stop, Some(Verdict::Deny)),
];

/// The columns in the words of the policy, and what the cells mean.
const LEGEND: &str = "\
| Column | Rules that need it |
|---|---|
| deny a call | `protect-paths`, `deny-command`: the call of a tool does not happen |
| ask a person | the same with `action: ask` |
| remark on a call | the same with `action: warn` |
| object afterwards | `quality-gate` with `on: [after-edit]`, and protected files that changed: the model hears of it at once |
| deny a prompt | no rule: a policy that does not load, with `when-broken: {otherwise: deny}` |
| context: prompt, start | `add-context` on `prompt`, on `session-start` |
| hold the end | `quality-gate` on `stop`: the agent goes on while it fails |

| Word | Means |
|---|---|
| enforced | the real client did so, in the version and on the day that stand there |
| documented | its documentation says so; nobody has tried |
| weaker | something less happens; *why* says what |
| denied | it cannot ask, so the call is denied (`if-no-ask`) |
| said as context | nothing is stopped or undone; the model is told |
| ignored | nothing happens: a rule that needs it cannot hold there |
| unknown | neither tried nor documented well enough to say: do not rely on it before you tried |
";

fn capability(adapter: &Adapter, event: Event, verdict: Option<Verdict>) -> Capability {
    match verdict {
        Some(verdict) => adapter::capability(adapter, event, verdict),
        None => adapter::context_capability(adapter, event),
    }
}

fn cell(adapter: &Adapter, event: Event, verdict: Option<Verdict>) -> &'static str {
    let instead = verdict.and_then(|verdict| adapter::replacement(adapter, event, verdict));
    match capability(adapter, event, verdict) {
        Capability::Weaker(_) if instead.is_some() => instead.unwrap(),
        Capability::Enforced if adapter.checked.against == Against::Documentation => "documented",
        Capability::Enforced => "enforced",
        Capability::Weaker(_) => "weaker",
        Capability::Impossible(_) => "ignored",
        Capability::Unknown(_) => "unknown",
    }
}

fn checked(adapter: &Adapter) -> String {
    let checked = &adapter.checked;
    match checked.against {
        Against::Client => format!("{}, {}", checked.version, checked.on),
        Against::Documentation => format!("documentation, {}", checked.on),
    }
}

fn table(adapters: &[&Adapter]) -> String {
    let headings = ASKED.map(|(heading, ..)| heading);
    let mut table = format!(
        "| Runtime | Checked | {} | |\n|---|---|{}---|\n",
        headings.join(" | "),
        "---|".repeat(ASKED.len())
    );
    for adapter in adapters {
        let cells = ASKED.map(|(_, event, verdict)| cell(adapter, event, verdict));
        let row = [
            format!("[{}](adapters/{}/README.md)", adapter.title, adapter.name),
            checked(adapter),
            cells.join(" | "),
            format!("[why](docs/runtimes.md#{})", anchor(adapter.title)),
        ];
        table = format!("{table}| {} |\n", row.join(" | "));
    }
    table
}

/// How a page links to a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

fn matrix() -> String {
    let (first, second) = adapter::tiers();
    format!(
        "First tier, {} runtimes that hookgate is made for:\n\n{}\nSecond tier, {} more:\n\n{}\n{LEGEND}",
        first.len(),
        table(first),
        second.len(),
        table(second)
    )
}

#[test]
fn the_table_in_the_readme_is_that_of_the_adapters() {
    const BEGIN: &str = "<!-- runtimes: written by UPDATE=1 cargo test capabilities -->\n";
    const END: &str = "<!-- end of runtimes -->";
    let readme = fs::read_to_string(manifest().join("README.md")).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let matrix = matrix();
    assert_file(
        "README.md",
        &format!("{before}{BEGIN}\n{matrix}{END}{after}"),
    );
}

#[test]
fn every_reservation_is_listed_with_its_reason() {
    let mut page = "# What runtimes can do less\n\nWritten by `UPDATE=1 cargo test capabilities` from the tables in \
        `adapters/`; `hookgate check` says the same of a policy's rules.\n"
        .to_owned();
    for adapter in adapter::all() {
        page = format!(
            "{page}\n## {}\n\nChecked: {}.\n\n",
            adapter.title,
            checked(adapter)
        );
        for (event, name) in Event::NAMES {
            if matches!(event, Event::Other) {
                continue;
            }
            for (verdict, word) in [
                (Some(Verdict::Deny), "deny"),
                (Some(Verdict::Ask), "ask"),
                (None, "context"),
            ] {
                let instead =
                    verdict.and_then(|verdict| adapter::replacement(adapter, event, verdict));
                let (how, because) = match capability(adapter, event, verdict) {
                    Capability::Enforced => continue,
                    Capability::Weaker(because) => (instead.unwrap_or("weaker"), because),
                    Capability::Impossible(because) => ("ignored", because),
                    Capability::Unknown(because) => ("unknown", because),
                };
                page = format!("{page}- {name}, {word}: {how}; {because}\n");
            }
        }
    }
    assert_file("docs/runtimes.md", &page);
}

/// Checks one rule in one runtime; returns what is said besides the summary, and the exit code of `--strict`.
fn found(runtime: &str, rule: &str) -> (String, i32) {
    let policy = format!("version: 1\nruntimes: [{runtime}]\nrules:\n  - {rule}\n");
    let repo = Repo::with_policy(&policy);
    let plain = repo.run(&["check"]);
    assert_eq!((plain.stderr.as_str(), plain.exit), ("", 0), "{plain:?}");
    let lines: Vec<&str> = plain
        .stdout
        .lines()
        .filter(|line| line.starts_with("r "))
        .collect();
    (lines.join("\n"), repo.run(&["check", "--strict"]).exit)
}

#[test]
fn a_rule_that_cannot_hold_in_a_listed_runtime_is_a_finding() {
    let context = "{id: r, add-context: {on: prompt, text: Words.}}";
    let check = |runtime: &str, rule: &str, expected: &str, strict: i32| {
        assert_eq!(
            found(runtime, rule),
            (expected.to_owned(), strict),
            "{runtime} {rule}"
        );
    };
    check("claude-code", context, "", 0);
    check(
        "cursor",
        context,
        "r cannot hold in cursor: this event has no way to tell the model anything",
        1,
    );
    check(
        "vscode-copilot",
        context,
        "r is not proven in vscode-copilot: only later documentation says that context of a prompt is read",
        0,
    );
    check(
        "vscode-copilot",
        "{id: r, record: {on: [session-end], file: log}}",
        "r cannot hold in vscode-copilot: the client has no such event",
        1,
    );
    check(
        "codex",
        "{id: r, action: ask, deny-command: {patterns: [rm]}}",
        "r is weaker in codex: a hook cannot ask here: an `ask` is dropped and the tool runs",
        0,
    );
    check(
        "gemini-cli",
        "{id: r, action: warn, deny-command: {patterns: [rm]}}",
        "r cannot hold in gemini-cli: this event has no way to tell the model anything",
        1,
    );
    check(
        "junie",
        "{id: r, deny-command: {patterns: [rm]}}",
        "r is not proven in junie: only early access has the event, and its payload and answers are not documented",
        0,
    );
    check(
        "cline",
        "{id: r, deny-command: {patterns: [rm]}}",
        "r is weaker in cline: the whole run ends with the call, and nobody is told why",
        0,
    );
    check(
        "cline",
        "{id: r, quality-gate: {run: 'true', inputs: [hookgate.yaml], on: [after-edit], timeout: 2m}}",
        "r is weaker in cline: on after-tool the hook is ended after 2m, with the gate in it, and this gate may take 2m with those that it needs; shorten `timeout`",
        1,
    );
    check(
        "crush",
        "{id: r, quality-gate: {run: 'true', inputs: [hookgate.yaml], on: [after-edit]}}",
        "r cannot hold in crush: what it finds after an edit reaches nobody",
        1,
    );
    check(
        "goose",
        "{id: r, quality-gate: {run: 'true', inputs: [hookgate.yaml], on: [after-edit, stop]}}",
        "r is weaker in goose: the client lets the turn end after so many blocks in a row as `GOOSE_STOP_HOOK_BLOCK_CAP` says\nr is weaker in goose: what it finds after an edit reaches nobody before the agent stops",
        0,
    );
    check(
        "opencode",
        "{id: r, quality-gate: {run: 'true', inputs: [hookgate.yaml]}}",
        "r is weaker in opencode: nothing is blocked: the reason is sent as the next prompt, and in `opencode run` that comes too late",
        0,
    );
}

#[test]
fn a_runtime_known_from_documentation_only_is_said_to_be() {
    let repo = Repo::with_policy(
        "version: 1\nruntimes: [codex, devin]\nrules: [{id: r, deny-command: {patterns: [rm]}}]\n",
    );
    let told = repo.run(&["check"]).stdout;
    let note =
        "devin is known from its documentation of 2026-10-31 only; try it before you rely on it\n";
    assert!(
        told.contains(note) && !told.contains("codex is known"),
        "{told}"
    );
}
