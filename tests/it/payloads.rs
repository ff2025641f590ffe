//! Payloads as the real clients wrote them, or as their vendors describe them, answered by the program: exact replies.

use std::collections::BTreeMap;
use std::fs;

use hookgate::adapter::{self, Adapter};
use hookgate::decision::{Answer, Answered};

use crate::support::{Repo, assert_file, finish, manifest};

/// The folder that the payloads were recorded in.
const RECORDED: &str = "/home/dev/checkout-demo";

/// The recorded payloads by name, as they would read in this repository.
fn payloads(adapter: &Adapter, repo: &Repo) -> BTreeMap<String, String> {
    let folder = manifest().join(format!("adapters/{}/cases/payloads", adapter.name));
    let mut payloads = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        payloads.insert(name, text.replace(RECORDED, &repo.root().to_string_lossy()));
    }
    payloads
}

/// The event for the hook's line, where only the line says it: a part of the case's name.
fn event<'a>(adapter: &Adapter, name: &'a str, payload: &str) -> Option<&'a str> {
    let named = ["\"hook_event_name\"", "\"hookEventName\"", "\"hookName\""];
    if named.iter().any(|key| payload.contains(key)) {
        return None;
    }
    name.split('-')
        .find(|part| adapter::event_named(adapter, part).is_some())
}

/// The reply in a line or two, the repository's own place left out.
fn shown(repo: &Repo, adapter: &Adapter, name: &str, payload: &str) -> String {
    let mut arguments = vec!["hook", "--runtime", adapter.name];
    if let Some(event) = event(adapter, name, payload) {
        arguments.extend(["--event", event]);
    }
    let ran = finish(repo.command(&arguments), payload.as_bytes());
    let root = repo.root().to_string_lossy().into_owned();
    let mut text = format!("exit {}", ran.exit);
    for (stream, content) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        if !content.is_empty() {
            let content = content.replace(&root, "<repository>");
            text = format!("{text}\n  {stream} {}", content.trim_end());
        }
    }
    text
}

/// Every kind of rule, each as strict as it can be.
const STRICT: &str = "
version: 1
rules:
  - {id: no-files, protect-paths: {paths: ['**'], outside-repository: true, deny: [read, write, delete]}, reason: none}
  - {id: no-commands, deny-command: {patterns: ['*']}, instead: ask}
  - {id: red, quality-gate: {run: 'echo FAIL; exit 1', inputs: ['**'], on: [after-edit, stop]}}
  - {id: hello, add-context: {on: session-start, text: Hello.}}
  - {id: words, add-context: {on: prompt, text: Words.}}
  - {id: end, record: {on: [session-end], file: end.log}}
";

fn check(repo: &Repo, file: &str) {
    for adapter in adapter::all() {
        let mut replies = String::new();
        for (name, payload) in payloads(adapter, repo) {
            // A gate's duration is never the same twice, and no payload knows of another's blocked stop.
            let _ = fs::remove_dir_all(repo.root().join(".hook-state"));
            let reply = without_seconds(&shown(repo, adapter, &name, &payload));
            replies = format!("{replies}{name}\n  {reply}\n");
        }
        assert_file(&format!("adapters/{}/cases/{file}", adapter.name), &replies);
    }
}

#[test]
fn every_recorded_payload_gets_its_exact_reply_in_the_demo() {
    check(&Repo::demo(), "answers-demo.txt");
}

#[test]
fn every_recorded_payload_gets_its_exact_reply_under_a_strict_policy() {
    check(&Repo::with_policy(STRICT), "answers-strict.txt");
}

fn without_seconds(text: &str) -> String {
    let begin = "on the present content (";
    let Some((before, after)) = text.split_once(begin) else {
        return text.to_owned();
    };
    match after.split_once(" s)") {
        Some((seconds, rest)) if seconds.parse::<f64>().is_ok() => {
            format!("{before}{begin}… s){rest}")
        }
        _ => text.to_owned(),
    }
}

/// Without a policy, and where a policy only observes, hookgate has no opinion. Some runtimes want to hear even that.
#[test]
fn where_silence_is_a_failure_every_call_is_answered() {
    let observing = STRICT.replace("version: 1", "version: 1\nmode: observe");
    for repo in [Repo::empty(), Repo::with_policy(&observing)] {
        for adapter in adapter::all() {
            for (name, payload) in payloads(adapter, &repo) {
                let event = event(adapter, &name, &payload).map(str::to_owned);
                let bytes = payload.as_bytes();
                let call = adapter::decode(adapter, bytes, event.as_deref(), &|_| false).unwrap();
                if !adapter.always_answered.contains(&call.event) {
                    continue;
                }
                let answered = Answered {
                    event: call.event,
                    native: &call.native_event,
                };
                let neutral = adapter::encode(adapter, answered, &Answer::default());
                assert!(!neutral.stdout.is_empty(), "{}", adapter.name);
                let mut line = vec!["hook", "--runtime", adapter.name];
                if let Some(event) = &event {
                    line.extend(["--event", event]);
                }
                let ran = finish(repo.command(&line), bytes);
                assert_eq!(ran.stdout, neutral.stdout, "{} {name}", adapter.name);
                assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{name}");
            }
        }
    }
}
