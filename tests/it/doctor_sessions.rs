//! `hookgate doctor` about sessions that ran: what runtimes wrote down of them, against what hookgate recorded. The lines are
//! as the clients write them, shortened.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hookgate::adapter::find;

use crate::doctor::{CLAUDE, assert_found, wired};
use crate::support::Repo;

/// A session of one runtime: `{id}`, `{time}` and `{folder}` are filled in.
struct Written {
    runtime: &'static str,
    /// Below the home folder; `{root}` is the repository's path with dashes.
    file: &'static str,
    /// What stands there before the calls, and each call.
    begins: &'static str,
    call: &'static str,
    /// A file beside it, where the folder stands in one.
    beside: Option<&'static str>,
}

const WRITTEN: [Written; 5] = [
    Written {
        runtime: CLAUDE,
        file: ".claude/projects/{root}/{id}.jsonl",
        begins: r#"{"type":"user","timestamp":"{time}","message":{"content":"hello"}}"#,
        call: r#"{"type":"assistant","message":{"content":[{"type":"text"},{"type":"tool_use","name":"Bash"}]}}"#,
        beside: None,
    },
    Written {
        runtime: "codex",
        file: ".codex/sessions/2026/11/21/rollout-2026-11-21T17-27-16-{id}.jsonl",
        begins: r#"{"timestamp":"{time}","ordinal":0,"type":"session_meta","payload":{"session_id":"{id}","cwd":"{folder}"}}
{"timestamp":"2099-01-01T00:00:00Z","type":"response_item","payload":{"type":"function_call_output","output":"x"}}"#,
        call: r#"{"timestamp":"2099-01-01T00:00:00Z","type":"response_item","payload":{"type":"custom_tool_call","name":"apply_patch"}}"#,
        beside: None,
    },
    Written {
        runtime: "gemini-cli",
        file: ".gemini/tmp/some/chats/session-2026-11-21T17-27-{id}.jsonl",
        begins: r#"{"sessionId":"{id}","startTime":"{time}","kind":"main"}
{"id":"m","timestamp":"2099-01-01T00:00:00Z","type":"gemini","content":""}"#,
        call: r#"{"id":"m","timestamp":"2099-01-01T00:00:00Z","type":"gemini","toolCalls":[{"id":"c","name":"replace"}]}"#,
        beside: Some("../.project_root"),
    },
    Written {
        runtime: "qwen-code",
        file: ".qwen/projects/{root}/chats/{id}.jsonl",
        begins: r#"{"sessionId":"{id}","timestamp":"{time}","type":"user","cwd":"{folder}","message":{"parts":[{"text":"hello"}]}}"#,
        call: r#"{"sessionId":"{id}","timestamp":"2099-01-01T00:00:00Z","type":"assistant","cwd":"{folder}","message":{"parts":[{"functionCall":{"name":"edit"}}]}}"#,
        beside: None,
    },
    Written {
        runtime: "copilot-cli",
        file: ".copilot/session-state/{id}/events.jsonl",
        begins: r#"{"type":"session.start","data":{"sessionId":"{id}","context":{"cwd":"{folder}"}},"timestamp":"{time}"}
{"type":"hook.start","data":{"input":{"sessionId":"other"}},"timestamp":"2099-01-01T00:00:00Z"}"#,
        call: r#"{"type":"tool.execution_start","data":{"toolName":"edit"},"timestamp":"2099-01-01T00:00:00Z"}"#,
        beside: None,
    },
];

fn dashed(root: &Path) -> String {
    let dash = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign
        } else {
            '-'
        }
    };
    root.display().to_string().chars().map(dash).collect()
}

impl Written {
    /// Writes a session that began in a folder; those of the far future began after the hooks were wired.
    fn session(&self, repo: &Repo, folder: &Path, id: &str, year: u32, calls: usize) -> PathBuf {
        let written = |text: &str| {
            text.replace("{id}", id)
                .replace("{root}", &dashed(&repo.root()))
                .replace("{folder}", &folder.display().to_string())
                .replace("{time}", &format!("{year}-01-02T03:04:05.678Z"))
        };
        // Each folder has its own, where a file beside the transcripts says which.
        let named = match self.beside {
            Some(_) => self.file.replace("some", &dashed(folder)),
            None => self.file.to_owned(),
        };
        let path = repo.home().join(written(&named));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = format!(
            "{}\nnot JSON\n{}",
            self.begins,
            format!("{}\n", self.call).repeat(calls)
        );
        hookgate::state::replace(&path, written(&text).as_bytes()).unwrap();
        if let Some(beside) = self.beside {
            let beside = path.parent().unwrap().join(beside);
            hookgate::state::replace(&beside, folder.display().to_string().as_bytes()).unwrap();
        }
        path
    }
}

/// The hooks are wired, and trusted where that is needed.
fn ready(runtime: &str) -> Repo {
    let repo = wired(runtime);
    let adapter = find(runtime).unwrap();
    if let (Some(trust), Some(hooks)) = (adapter.setup.trust, adapter.wiring.project) {
        let path = repo.home().join(trust.path.trim_start_matches("~/"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let hooks = repo.root().join(hooks);
        let text = format!(
            "[hooks.state.\"{}:stop:0:0\"]\ntrusted_hash = \"x\"\n",
            hooks.display()
        );
        hookgate::state::replace(&path, text.as_bytes()).unwrap();
    }
    repo
}

#[test]
fn a_session_that_went_by_without_the_hooks() {
    for written in &WRITTEN {
        let runtime = written.runtime;
        let title = find(runtime).unwrap().title;
        let repo = ready(runtime);
        let root = repo.root();
        let fix = format!(
            "mend what else stands here, and start {title} anew without options that leave hooks out"
        );
        let dead = [(
            "the session `later` of 2098-01-02T03:04:05Z made 2 tool calls, and no hook of it was recorded",
            fix.as_str(),
        )];
        // Before hookgate was wired there was nothing to record, and talk alone calls no tool.
        written.session(&repo, &root, "before", 2001, 3);
        written.session(&repo, &root, "talk", 2099, 0);
        assert_found(&repo, runtime, &[]);
        written.session(&repo, &root, "later", 2098, 2);
        assert_found(&repo, runtime, &dead);
        // What is recorded of any session names it.
        repo.write(".hook-state/audit.jsonl", "{\"session\": \"later\"}\n");
        assert_found(&repo, runtime, &[]);
        // Only the last one counts: what was mended since is no fault.
        written.session(&repo, &root, "earlier", 2097, 1);
        assert_found(&repo, runtime, &[]);
    }
}

/// In some clients such an agent has a transcript, and an id, of its own, and no event tells of its beginning.
#[test]
fn an_agent_that_a_recorded_session_started_is_no_session_without_hooks() {
    for written in &WRITTEN {
        let repo = ready(written.runtime);
        let root = repo.root();
        let parent = written.session(&repo, &root, "parent", 2096, 1);
        written.session(&repo, &root, "child", 2098, 2);
        repo.write(".hook-state/audit.jsonl", "{\"session\": \"parent\"}\n");
        let until = |year: u64| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs((year - 1970) * 31_557_600);
            let file = fs::File::options().write(true).open(&parent).unwrap();
            file.set_modified(time).unwrap();
        };
        until(2099);
        assert_found(&repo, written.runtime, &[]);
        // The recorded one had ended by then.
        until(2097);
        let title = find(written.runtime).unwrap().title;
        let fix = format!(
            "mend what else stands here, and start {title} anew without options that leave hooks out"
        );
        let what = "the session `child` of 2098-01-02T03:04:05Z made 2 tool calls, and no hook of it was recorded";
        assert_found(&repo, written.runtime, &[(what, &fix)]);
    }
}

#[test]
fn what_a_client_sends_at_a_sessions_beginning_is_recorded() {
    let repo = wired(CLAUDE);
    let root = repo.root();
    WRITTEN[0].session(&repo, &root, "later", 2098, 2);
    let payload = serde_json::json!({"session_id": "later", "cwd": root, "hook_event_name": "SessionStart", "source": "startup"});
    repo.hook("session-start", payload.to_string().as_bytes());
    assert_found(&repo, CLAUDE, &[]);
}

#[test]
fn sessions_of_other_folders_are_not_this_ones() {
    for written in WRITTEN.iter().filter(|written| written.runtime != CLAUDE) {
        let repo = ready(written.runtime);
        let elsewhere = repo.home().join("elsewhere");
        fs::create_dir_all(&elsewhere).unwrap();
        hookgate::state::replace(&elsewhere.join("hookgate.yaml"), b"version: 1\n").unwrap();
        written.session(&repo, &elsewhere, "other", 2099, 2);
        written.session(&repo, Path::new("/nowhere"), "gone", 2099, 2);
        assert_found(&repo, written.runtime, &[]);
        // A folder below the root is the repository's.
        let below = repo.root().join("src");
        fs::create_dir_all(&below).unwrap();
        written.session(&repo, &below, "below", 2097, 2);
        let title = find(written.runtime).unwrap().title;
        let fix = format!(
            "mend what else stands here, and start {title} anew without options that leave hooks out"
        );
        let what = "the session `below` of 2097-01-02T03:04:05Z made 2 tool calls, and no hook of it was recorded";
        assert_found(&repo, written.runtime, &[(what, &fix)]);
    }
}

#[test]
fn every_runtime_whose_transcripts_are_known_is_tried() {
    let all = hookgate::adapter::all().iter();
    let known = all.filter(|adapter| adapter.setup.transcripts.is_some());
    let mut known: Vec<&str> = known.map(|adapter| adapter.name).collect();
    let mut tried: Vec<&str> = WRITTEN.iter().map(|written| written.runtime).collect();
    known.sort_unstable();
    tried.sort_unstable();
    assert_eq!(known, tried);
}

/// The client begins this file of its own with two comments.
#[test]
fn copilot_cli_1_0_102_reads_comments_in_the_file_that_it_writes_itself() {
    let repo = wired("copilot-cli");
    let config = repo.home().join(".copilot/config.json");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    let text = "// User settings belong in settings.json.\n// This file is managed automatically.\n{\n  \"trustedFolders\": []\n}\n";
    hookgate::state::replace(&config, text.as_bytes()).unwrap();
    assert_found(&repo, "copilot-cli", &[]);
    let hooks = ".github/hooks/hookgate.json";
    repo.write(hooks, &format!("// mine\n{}", repo.read(hooks)));
    assert_found(
        &repo,
        "copilot-cli",
        &[(
            "`.github/hooks/hookgate.json`: line 1, column 1: a comment; GitHub Copilot CLI takes nothing from such a file",
            "take it out",
        )],
    );
}
