//! Scratch repositories with policies of any size, and the payloads that are judged in them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::pairs::Timed;
use crate::{Outcome, Setting};

/// A repository with a home beside it, deleted at the end.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
}

/// A call that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Edit,
    Shell,
    DenyEdit,
    DenyShell,
    AfterTool,
    Prompt,
    SessionStart,
    Stop,
    /// Writes 120 KB.
    Large,
}

impl Case {
    /// Name in tables, event on the command line, tool or text.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit, allow",
            Self::Shell => "shell, allow",
            Self::DenyEdit => "edit, deny",
            Self::DenyShell => "shell, deny",
            Self::AfterTool => "after-tool",
            Self::Prompt => "prompt",
            Self::SessionStart => "session-start",
            Self::Stop => "stop",
            Self::Large => "write of 120 KB",
        }
    }

    fn event(self) -> (&'static str, &'static str) {
        match self {
            Self::AfterTool => ("after-tool", "PostToolUse"),
            Self::Prompt => ("prompt", "UserPromptSubmit"),
            Self::SessionStart => ("session-start", "SessionStart"),
            Self::Stop => ("stop", "Stop"),
            _ => ("before-tool", "PreToolUse"),
        }
    }

    fn tool(self) -> Option<(&'static str, Value)> {
        let edit =
            |path: &str| json!({"file_path": path, "old_string": "a = 1", "new_string": "a = 2"});
        match self {
            Self::Edit | Self::AfterTool => Some(("Edit", edit("src/shop/pricing.py"))),
            Self::DenyEdit => Some(("Edit", edit("generated/client.py"))),
            // 40 characters.
            Self::Shell => Some((
                "Bash",
                json!({"command": "grep -rn 'total' src/shop | head -n 20 #1"}),
            )),
            Self::DenyShell => Some((
                "Bash",
                json!({"command": "sed -i s/a/b/ generated/client.py # for 1"}),
            )),
            Self::Large => Some((
                "Write",
                json!({"file_path": "src/shop/data.py", "content": "value = 12345 # text\n".repeat(5_850)}),
            )),
            _ => None,
        }
    }
}

impl Scratch {
    /// Makes a repository whose policy has this many rules.
    pub(crate) fn with_rules(rules: usize) -> Outcome<Self> {
        Self::with_policy(&policy(rules))
    }

    pub(crate) fn with_policy(policy: &str) -> Outcome<Self> {
        // As deep and as long a path on each machine: every folder above the repository is looked at.
        let system = Path::new("/tmp");
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix("hookgate-bench-");
        let scratch = Self {
            folder: if system.is_dir() {
                folder.tempdir_in(system)?
            } else {
                folder.tempdir()?
            },
        };
        for folder in ["repo/.git", "repo/src/shop", "repo/generated", "home"] {
            fs::create_dir_all(scratch.folder.path().join(folder))?;
        }
        let root = scratch.root();
        hookgate::state::replace(&root.join("hookgate.yaml"), policy.as_bytes())?;
        hookgate::state::replace(&root.join("src/shop/pricing.py"), b"a = 1\n")?;
        hookgate::state::replace(&root.join("generated/client.py"), b"a = 1\n")?;
        Ok(scratch)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Has the caches filled: what is younger than this is not remembered, because a clock does not tell it apart.
    pub(crate) fn warm(&self, setting: &Setting) -> Outcome<()> {
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(2_500));
            for case in [Case::Edit, Case::Shell] {
                self.call(setting, case)?.time()?;
            }
        }
        Ok(())
    }

    /// Returns the hook call of a case.
    pub(crate) fn call(&self, setting: &Setting, case: Case) -> Outcome<Timed> {
        let (event, _) = case.event();
        let payload = self.folder.path().join(format!("{case:?}.json"));
        hookgate::state::replace(&payload, self.payload(case).to_string().as_bytes())?;
        let words = ["hook", "--runtime", "claude-code", "--event", event];
        Ok(Timed {
            program: shown(&setting.binary),
            words: words.map(str::to_owned).to_vec(),
            folder: self.root(),
            home: self.home(),
            stdin: Some(payload),
        })
    }

    /// Returns the call for a runtime that there is not: it is answered before anything is judged.
    pub(crate) fn call_without_runtime(&self, setting: &Setting, case: Case) -> Outcome<Timed> {
        let mut call = self.call(setting, case)?;
        call.words = ["hook", "--runtime", "none"].map(str::to_owned).to_vec();
        Ok(call)
    }

    /// A payload in the shape that the client sends.
    fn payload(&self, case: Case) -> Value {
        let (_, native) = case.event();
        let root = shown(&self.root());
        let mut payload = json!({
            "session_id": "2f6c1f0e-5c0a-4a77-9f0a-0d9f3a1b7c55",
            "transcript_path": format!("{root}/../transcript.jsonl"),
            "cwd": root,
            "permission_mode": "default",
            "hook_event_name": native,
        });
        let mut add = |key: &str, value: Value| {
            if let Some(fields) = payload.as_object_mut() {
                fields.insert(key.to_owned(), value);
            }
        };
        if let Some((name, input)) = case.tool() {
            let input = absolute(input, &root);
            add("tool_name", json!(name));
            add("tool_input", input);
            add("tool_use_id", json!("toolu_01ABCDEFGHJKLMNPQRSTUVWX"));
        }
        match case {
            Case::AfterTool => add("tool_response", json!({"filePath": "src/shop/pricing.py"})),
            Case::Prompt => add("prompt", json!("Please make the basket total right.")),
            Case::SessionStart => add("source", json!("startup")),
            Case::Stop => add("stop_hook_active", json!(false)),
            _ => {}
        }
        payload
    }
}

/// Clients send absolute paths.
fn absolute(mut input: Value, root: &str) -> Value {
    if let Some(path) = input.get_mut("file_path")
        && let Some(relative) = path.as_str()
    {
        *path = json!(format!("{root}/{relative}"));
    }
    input
}

/// A policy like those that people write, repeated: paths, commands, SQL. The first rule is the one that denies.
pub(crate) fn policy(rules: usize) -> String {
    let mut text = String::from(
        "version: 1\nrules:\n  - id: generated-code\n    protect-paths: {paths: [generated/**]}\n    reason: written by a tool\n",
    );
    for number in 1..rules {
        // Writing to a String cannot fail.
        let _ = match number % 5 {
            0 => write!(
                text,
                "  - id: folder-{number}\n    protect-paths: {{paths: [vendor{number}/**, '!vendor{number}/README.md']}}\n    reason: not ours\n"
            ),
            1 => write!(
                text,
                "  - id: name-{number}\n    protect-paths: {{paths: ['*.lock{number}', 'config/**/secret{number}.json'], deny: [read, write, delete]}}\n    reason: holds keys\n"
            ),
            2 => write!(
                text,
                "  - id: command-{number}\n    deny-command: {{patterns: ['tool{number} push --force', 'tool{number} drop *'], except: ['tool{number} push --force-with-lease']}}\n    reason: cannot be undone\n    instead: tool{number} push\n"
            ),
            3 => write!(
                text,
                "  - id: git-{number}\n    deny-command: {{patterns: ['git push origin release-{number}']}}\n    reason: a person releases\n"
            ),
            _ => write!(
                text,
                "  - id: sql-{number}\n    deny-command: {{matches: '(?i)\\bdrop\\s+table\\s+t{number}\\b', in: sql}}\n    reason: holds orders\n"
            ),
        };
    }
    text
}

pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
