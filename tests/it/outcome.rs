//! The outcome check: protected files that change by routes which no check foresees, and changes that are none.
//!
//! Each row is a call as a runtime makes it: the payload before it (which is let through), the command itself, run here,
//! the payload after it, and a stop.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Ran, Repo};

const POLICY: &str = "version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: allow}
rules:
  - id: generated-code
    protect-paths: {paths: [generated/**], deny: [write, delete]}
    reason: written from schema/api.json
    instead: edit schema/api.json and run `make gen`
  - id: keys
    protect-paths: {paths: ['*.key']}
";
const ORIGINAL: &str = "print('generated')\n";

/// A checkout with protected files, tracked and not, and things that change them.
fn checkout() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/api.py", ORIGINAL);
    repo.write("generated/deep/more.py", "deep\n");
    repo.write("generated/own.txt", "untracked\n");
    repo.write("server.key", "secret\n");
    repo.write("src/app.py", "app\n");
    repo.write("schema/api.json", "{}\n");
    repo.write(
        ".gitignore",
        "__pycache__/\nbuild/\n*.log\n.hook-state/\ngenerated/own.txt\n",
    );
    repo.write(
        "Makefile",
        "gen:\n\techo \"print('new')\" > generated/api.py\ntidy:\n\techo tidied >> generated/api.py\ncheck:\n\ttrue\n",
    );
    repo.write("package.json", r#"{"scripts": {"x": "node x.js"}}"#);
    repo.write(
        "x.js",
        "function main() {\n  require('fs').appendFileSync(['generated', 'api.py'].join('/'), 'x')\n}\nmain()\n",
    );
    repo.write("x.py", "import os\ndef main():\n    open(os.path.join('generated', 'api.py'), 'a').write('x')\nmain()\n");
    // What it runs is only known when it does.
    repo.write(
        "run.py",
        "import sys\nname = 's' + '.py'\nexec(compile(open(name).read(), name, 'exec'))\n",
    );
    repo.write("x.ed", "a\nx\n.\nw\nq\n");
    fs::remove_dir_all(repo.root().join(".git")).unwrap();
    run(
        &repo,
        "git init -q -b main && git add -A && git -c user.name=t -c user.email=t@t commit -qm one",
    );
    repo
}

/// Runs a command line as the runtime would.
fn run(repo: &Repo, line: &str) {
    let ran = shell(repo, line).output().unwrap();
    assert!(
        ran.status.success(),
        "{line}: {}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}

fn shell(repo: &Repo, line: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .args(["-c", line])
        .current_dir(repo.root())
        .env_clear()
        .env("HOME", repo.home())
        .env("PATH", hookgate::settings::variable("PATH").unwrap())
        .env("GIT_AUTHOR_NAME", "t")
        .env("GIT_AUTHOR_EMAIL", "t@t")
        .env("GIT_COMMITTER_NAME", "t")
        .env("GIT_COMMITTER_EMAIL", "t@t")
        .stdin(Stdio::null());
    command
}

fn start(repo: &Repo) {
    start_as(repo, "s").assert_silent();
}

fn start_as(repo: &Repo, session: &str) -> Ran {
    let payload = json!({"session_id": session, "hook_event_name": "SessionStart", "cwd": repo.root(), "source": "startup"});
    repo.hook("session-start", payload.to_string().as_bytes())
}

fn after(repo: &Repo, tool: &str, input: &Value) -> Ran {
    repo.hook(
        "after-tool",
        repo.call("PostToolUse", tool, input).as_bytes(),
    )
}

/// Before, the command itself, after.
fn ran(repo: &Repo, line: &str) -> Ran {
    repo.shell(line).assert_silent();
    run(repo, line);
    after(repo, "Bash", &json!({"command": line}))
}

/// Routes: what it is called, what makes it ready before the session, the line that the agent runs.
const ROUTES: [(&str, &str, &str); 25] = [
    (
        "a compiled program",
        r#"printf '#include <stdio.h>\nint main(){FILE*f=fopen("generated/api.py","a");fputs("x",f);return fclose(f);}' > t.c && cc -o tool t.c"#,
        "./tool",
    ),
    (
        "a copy of cp under another name",
        "cp \"$(command -v cp)\" mover",
        "./mover src/app.py generated/api.py",
    ),
    ("a target of make", "", "make tidy"),
    (
        "a git hook",
        "printf '#!/bin/sh\\necho x >> generated/api.py\\n' > .git/hooks/post-commit; chmod +x .git/hooks/post-commit; echo y >> src/app.py; git add -A",
        "git commit -qm two",
    ),
    ("a script of package.json", "", "npm run --silent x"),
    ("python from a file", "", "python3 x.py"),
    ("node from a file", "", "node x.js"),
    (
        "an archive",
        "mkdir -p in/generated; echo x > in/generated/api.py; tar -C in -cf a.tar generated; rm -r in",
        "tar -xf a.tar",
    ),
    (
        "git stash pop",
        "git add -f generated/own.txt; echo x >> generated/api.py; git stash -q",
        "git stash pop -q",
    ),
    (
        "checking out another branch",
        "git checkout -qb other; echo x >> generated/api.py; git commit -qam x; git checkout -q main",
        "git checkout -q other",
    ),
    (
        "a rebase",
        "git checkout -qb topic; echo y > src/new.py; git add -A; git commit -qm y; git checkout -q main; echo x >> generated/api.py; git commit -qam x; git checkout -q topic",
        "git rebase -q main",
    ),
    (
        "a merge",
        "git checkout -qb topic; echo x >> generated/api.py; git commit -qam x; git checkout -q main",
        "git merge -q topic",
    ),
    (
        "a file swapped for a link",
        "printf 'import os\\nos.remove(\"generated/api.py\"); os.symlink(\"../src/app.py\", \"generated/api.py\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "a folder swapped for a link",
        "cp -r generated other; printf 'import os\\nos.rename(\"generated\", \"old\"); os.symlink(\"other\", \"generated\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "a hard link",
        "ln generated/api.py elsewhere",
        "python3 -c \"f = 'else' + 'where'; open(f, 'a').write('x')\"",
    ),
    (
        "permissions",
        "printf 'import os\\nos.chmod(\"generated/api.py\", 0o755)\\n' > s.py",
        "python3 run.py",
    ),
    (
        "renaming the folder above",
        "printf 'import os\\nos.rename(\"generated\", \"gone\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "deleting",
        "printf 'import os\\nos.remove(\"generated/deep/more.py\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "a new file",
        "printf 'open(\"generated/deep/new.py\", \"w\").write(\"x\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "a new folder",
        "printf 'import os\\nos.makedirs(\"generated/a/b\"); open(\"generated/a/b/c.py\", \"w\").write(\"x\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "ed with a script",
        "printf '#!/bin/sh\\ned -s generated/api.py < x.ed\\n' > e; chmod +x e; printf '#!/usr/bin/env python3\\nimport subprocess\\ndef main():\\n    subprocess.run([\"./\" + \"e\"])\\nmain()\\n' > wrap; chmod +x wrap",
        "./wrap",
    ),
    (
        "a patch from a file",
        "sed s/generated/x/ generated/api.py > n; diff -u generated/api.py n > p.diff; rm n; printf 'import subprocess\\nsubprocess.run([\"patch\", \"-s\", \"generated/api.py\", \"p.diff\"], check=True)\\n' > s.py",
        "python3 run.py",
    ),
    (
        "a wrapper as of containers",
        "printf '#!/usr/bin/env python3\\nimport subprocess, sys\\nsubprocess.run(sys.argv[3:])\\n' > box; chmod +x box",
        "./box run image sh -c 'echo x >> generated/api.py'",
    ),
    (
        "a file that git does not track",
        "printf 'open(\"generated/own.txt\", \"a\").write(\"x\")\\n' > s.py",
        "python3 run.py",
    ),
    (
        "a glob that holds in any folder",
        "printf 'open(\"server.key\", \"a\").write(\"x\")\\n' > s.py",
        "python3 run.py",
    ),
];

#[test]
fn a_change_is_reported_whatever_made_it() {
    let mut found = 0;
    let mut missed = Vec::new();
    for (name, ready, line) in ROUTES {
        let repo = checkout();
        if !ready.is_empty() {
            run(&repo, ready);
        }
        start(&repo);
        let before = repo.shell(line);
        if before.exit != 0 || !before.stdout.is_empty() {
            missed.push(format!("{name}: not let through: {before:?}"));
            continue;
        }
        run(&repo, line);
        let told = after(&repo, "Bash", &json!({"command": line}));
        let stop = repo.stop();
        let speaks = |ran: &Ran| ran.stdout.contains("changed since the session began");
        if speaks(&told) && speaks(&stop) {
            found += 1;
        } else {
            missed.push(format!("{name}: {told:?} {stop:?}"));
        }
        assert!(!speaks(&repo.stop()), "{name}: a stop is blocked once");
    }
    let told = format!(
        "{found} of {} routes reported at the call and at the stop",
        ROUTES.len()
    );
    hookgate::output::Output::of_process().line(&told);
    assert_eq!(missed, [""; 0], "{told}");
    let kinds: std::collections::BTreeSet<&str> = ROUTES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(kinds.len(), ROUTES.len());
    assert!(kinds.len() >= 20, "{told}");
}

#[test]
fn tools_that_are_not_known_are_looked_after_too() {
    for (tool, input) in [
        ("mcp__files__apply", json!({"change": 7})),
        ("SuperEditor", json!({"buffer": 3})),
    ] {
        let repo = checkout();
        start(&repo);
        let call = repo.call("PreToolUse", tool, &input);
        repo.hook("before-tool", call.as_bytes()).assert_silent();
        repo.write("generated/api.py", "changed\n");
        let told = after(&repo, tool, &input).blocked();
        assert!(
            told.starts_with("generated-code: protected files changed"),
            "{told}"
        );
        // A command that fails fires another event.
        repo.write("generated/api.py", "changed again\n");
        let failed = repo.call("PostToolUseFailure", tool, &input);
        let arguments = ["hook", "--runtime", "claude-code"];
        let told = crate::support::finish(repo.command(&arguments), failed.as_bytes()).blocked();
        assert!(
            told.starts_with("generated-code: protected files changed"),
            "{told}"
        );
        repo.stop().blocked();
    }
}

#[test]
fn a_job_that_ends_after_the_call_is_found_at_the_stop() {
    for line in ["sleep 0; ./job &", "setsid ./job", "nohup ./job"] {
        let repo = checkout();
        repo.write(
            "job",
            "#!/usr/bin/env python3\ndef main():\n    open('/'.join(['generated', 'api.py']), 'a').write('x')\nmain()\n",
        );
        run(&repo, "chmod +x job");
        start(&repo);
        repo.shell(line).assert_silent();
        after(&repo, "Bash", &json!({"command": line})).assert_silent();
        run(&repo, "./job");
        let reason = repo.stop().blocked();
        assert_eq!(
            reason,
            "generated-code: protected files changed since the session began, not by a call that was let through: `generated/api.py` (modified). This is not accepted: do not build on it, and tell the person, who can undo it with `hookgate restore generated/api.py`. Reason: written from schema/api.json. Instead: edit schema/api.json and run `make gen`."
        );
        repo.stop().assert_silent();
        let audit = repo.read(".hook-state/audit.jsonl");
        let last: Value = serde_json::from_str(audit.lines().last().unwrap()).unwrap();
        assert_eq!(
            last["findings"][0]["rule"], "generated-code",
            "a standing change stays in the audit"
        );
        assert_eq!(last["verdict"], "neutral");
    }
}

/// Calls that change nothing that is protected, or were meant to.
const HARMLESS: [(&str, &str); 17] = [
    ("nothing", "true"),
    (
        "touch without a change",
        "python3 -c \"import os; os.utime(chr(103) + 'enerated/api.py')\"",
    ),
    (
        "the same content written again",
        "python3 -c \"p = chr(103) + 'enerated/api.py'; t = open(p).read(); open(p, 'w').write(t)\"",
    ),
    ("the command that the rule names", "make gen"),
    (
        "that command with a look at what it did",
        "make gen 2>&1 | tail -5",
    ),
    ("an edit elsewhere", "echo y >> src/app.py"),
    (
        "a new file elsewhere",
        "mkdir -p src/a && echo y > src/a/b.py",
    ),
    (
        "another branch and back",
        "git checkout -q -b other && echo x > src/x.py && git add -A && git commit -qm x && git checkout -q main",
    ),
    (
        "a commit",
        "echo y >> src/app.py && git add -A && git commit -qm y",
    ),
    (
        "stash and back",
        "echo y >> src/app.py && git stash -q && git stash pop -q",
    ),
    ("garbage collection", "git gc -q"),
    (
        "by-products of an interpreter",
        "mkdir -p generated/__pycache__ && python3 -c \"open(chr(103) + 'enerated/__pycache__/api.pyc', 'w').write('x')\"",
    ),
    (
        "an ignored log beside protected files",
        "python3 -c \"open(chr(103) + 'enerated/x.log', 'w').write('x')\"",
    ),
    ("another target of make", "make check"),
    (
        "a hard link to a protected file",
        "python3 -c \"import os; os.link(chr(103) + 'enerated/api.py', 'copy')\"",
    ),
    (
        "changed and changed back",
        "python3 -c \"p = chr(103) + 'enerated/api.py'; t = open(p).read(); open(p, 'w').write('x'); open(p, 'w').write(t)\"",
    ),
    (
        "permissions of others",
        "python3 -c \"import os; os.chmod(chr(103) + 'enerated/api.py', 0o640); os.chmod(chr(103) + 'enerated/api.py', 0o664)\"",
    ),
];

#[test]
fn what_changes_nothing_is_not_reported() {
    let mut wrong = Vec::new();
    for (name, line) in HARMLESS {
        let repo = checkout();
        start(&repo);
        let before = repo.shell(line);
        // `mkdir generated/…` is refused by the rule itself.
        if !name.starts_with("by-products") {
            before.assert_silent();
        }
        run(&repo, line);
        let told = after(&repo, "Bash", &json!({"command": line}));
        let stop = repo.stop();
        if !told.stdout.is_empty() || !stop.stdout.is_empty() {
            wrong.push(format!("{name}: {told:?} {stop:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn what_the_person_changed_before_the_session_is_part_of_it() {
    let repo = checkout();
    repo.write("generated/api.py", "the person's own\n");
    start(&repo);
    ran(&repo, "make check").assert_silent();
    repo.stop().assert_silent();
    ran(&repo, "make tidy").blocked();
    let done = repo.run(&["restore", "--yes"]);
    assert_eq!(done.exit, 0, "{done:?}");
    assert_eq!(repo.read("generated/api.py"), "the person's own\n");
}

#[test]
fn without_a_session_start_the_first_call_that_could_change_files_notes_them() {
    let repo = checkout();
    repo.shell("ls").assert_silent();
    assert!(!repo.root().join(".hook-state/sessions").exists());
    ran(&repo, "make tidy").blocked();
    // A session that goes on after its start was noted keeps its baseline.
    start_as(&repo, "s").assert_silent();
    repo.stop().blocked();
}

#[test]
fn a_call_that_was_let_through_by_name_is_no_change_to_report() {
    let repo = checkout();
    let asking = POLICY.replace(
        "    reason: written",
        "    action: ask\n    reason: written",
    );
    repo.write("hookgate.yaml", &asking);
    start(&repo);
    // The person said yes.
    let line = "echo x >> generated/api.py";
    run(&repo, line);
    after(&repo, "Bash", &json!({"command": line})).assert_silent();
    repo.stop().assert_silent();
    // From then on that is what is protected.
    ran(&repo, "make tidy").blocked();
    let done = repo.run(&["restore", "--yes"]);
    assert_eq!(done.exit, 0, "{done:?}");
    assert_eq!(repo.read("generated/api.py"), format!("{ORIGINAL}x\n"));
    // Edits by a tool likewise.
    repo.write("generated/api.py", "by the tool\n");
    repo.edited("generated/api.py").assert_silent();
    repo.stop().assert_silent();
}

#[test]
fn a_denied_call_that_ran_all_the_same_is_reported() {
    let repo = checkout();
    start(&repo);
    let line = "echo x >> generated/api.py";
    repo.shell(line).denied();
    run(&repo, line);
    after(&repo, "Bash", &json!({"command": line})).blocked();
    repo.write("generated/deep/more.py", "edited\n");
    repo.edited("generated/deep/more.py").blocked();
}

#[test]
fn each_session_has_its_own_beginning_and_takes_what_another_was_allowed() {
    let repo = checkout();
    start_as(&repo, "s").assert_silent();
    start_as(&repo, "other").assert_silent();
    ran(&repo, "make gen").assert_silent();
    let stop = |session: &str| {
        let payload = json!({"session_id": session, "hook_event_name": "Stop", "cwd": repo.root(), "stop_hook_active": false});
        repo.hook("stop", payload.to_string().as_bytes())
    };
    stop("other").assert_silent();
    ran(&repo, "make tidy").blocked();
    stop("other").blocked();
    start_as(&repo, "third").assert_silent();
    stop("third").assert_silent();
}

#[test]
fn the_floor_is_looked_after_without_any_rule() {
    let repo = checkout();
    repo.write(
        "hookgate.yaml",
        "version: 1\nrules: [{id: x, add-context: {on: prompt, text: x}}]\n",
    );
    repo.write(
        ".claude/settings.json",
        "{\"hooks\": {\"Stop\": []}, \"permissions\": {}}\n",
    );
    start(&repo);
    let line = "python3 run.py";
    repo.write(
        ".claude/settings.json",
        "{\"permissions\": {\"allow\": [\"x\"]}, \"hooks\": {\"Stop\": []}}\n",
    );
    repo.write(".claude/settings.local.json", "{\"permissions\": {}}\n");
    after(&repo, "Bash", &json!({"command": line})).assert_silent();
    repo.write(
        ".claude/settings.local.json",
        "{\"disableAllHooks\": true}\n",
    );
    let told = after(&repo, "Bash", &json!({"command": line})).blocked();
    assert!(
        told.contains("`.claude/settings.local.json` (created)"),
        "{told}"
    );
    repo.write("hookgate.yaml", "version: 1\nrules: []\n");
    let told = after(&repo, "Bash", &json!({"command": line})).blocked();
    assert!(told.contains("`hookgate.yaml` (modified)"), "{told}");
    // Also where nothing can be judged any more.
    repo.write("hookgate.yaml", "version: 9\n");
    let told = after(&repo, "Bash", &json!({"command": line}));
    assert!(
        told.stdout.contains("`hookgate.yaml` (modified)"),
        "{told:?}"
    );
    // A person is asked about these, whatever the command line says.
    let refused = repo.run(&["restore", "--yes"]);
    assert_eq!(refused.exit, 1, "{refused:?}");
    assert_eq!(repo.read("hookgate.yaml"), "version: 9\n");
}

#[test]
fn a_policy_in_a_subfolder_is_looked_after_too() {
    let repo = checkout();
    repo.write(
        "sub/hookgate.yaml",
        "version: 1\nrules: [{id: inner, protect-paths: {paths: [out/**]}}]\n",
    );
    repo.write("sub/out/a", "a\n");
    repo.write("s.py", "open('sub/out/' + 'a', 'w').write('b')\n");
    start(&repo);
    let told = ran(&repo, "python3 run.py").blocked();
    assert!(
        told.starts_with("sub/inner: protected files changed"),
        "{told}"
    );
}

#[test]
fn observing_reports_nothing_and_records_all() {
    let repo = checkout();
    repo.write(
        "hookgate.yaml",
        &POLICY.replace("version: 1\n", "version: 1\nmode: observe\n"),
    );
    start(&repo);
    ran(&repo, "make tidy").assert_silent();
    repo.stop().assert_silent();
    let audit = repo.read(".hook-state/audit.jsonl");
    assert!(audit.contains("`generated/api.py` (modified)"), "{audit}");
}

#[test]
fn a_rule_may_put_files_back_at_once() {
    let repo = checkout();
    let auto = POLICY.replace("deny: [write, delete]", "restore: auto");
    repo.write("hookgate.yaml", &auto);
    repo.write("generated/own.txt", "the person's\n");
    start(&repo);
    repo.write("s.py", "import os\nopen('generated/api.py', 'a').write('x')\nos.remove('generated/own.txt')\nopen('generated/new', 'w').write('n')\n");
    let told = ran(&repo, "python3 run.py").blocked();
    assert!(
        told.contains("What the session began with was put back (`restore: auto`)"),
        "{told}"
    );
    assert_eq!(repo.read("generated/api.py"), ORIGINAL);
    assert_eq!(repo.read("generated/own.txt"), "the person's\n");
    assert!(!repo.root().join("generated/new").exists());
    repo.stop().assert_silent();
    // What was sanctioned stays.
    ran(&repo, "make gen").assert_silent();
    assert_eq!(repo.read("generated/api.py"), "print('new')\n");
}

/// Every file below a folder with its content, for comparing.
fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                all.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn neither_noting_nor_restoring_writes_into_git() {
    let repo = checkout();
    run(
        &repo,
        "echo person >> generated/api.py && git stash -q && echo staged >> src/app.py && git add -A",
    );
    repo.write("generated/deep/more.py", "modified, not staged\n");
    let before = snapshot(&repo.root().join(".git"));
    start(&repo);
    repo.write("s.py", "import os\nopen('generated/api.py', 'a').write('x')\nos.remove('generated/deep/more.py')\nos.remove('generated/own.txt')\n");
    ran(&repo, "python3 run.py").blocked();
    repo.stop().blocked();
    assert_eq!(repo.run(&["restore", "--yes"]).exit, 0);
    assert_eq!(repo.run(&["restore", "--undo", "--yes"]).exit, 0);
    assert_eq!(repo.run(&["restore", "--yes"]).exit, 0);
    assert!(
        snapshot(&repo.root().join(".git")) == before,
        ".git was written to"
    );
    assert_eq!(
        repo.read("generated/deep/more.py"),
        "modified, not staged\n"
    );
}

#[test]
fn restore_brings_back_content_permissions_and_links() {
    let repo = checkout();
    run(
        &repo,
        "ln -s api.py generated/link && chmod 755 generated/deep/more.py && cp -r generated other",
    );
    start(&repo);
    repo.write(
        "s.py",
        "import os\nos.chmod('generated/deep/more.py', 0o600)\nos.remove('generated/link'); os.symlink('/etc', 'generated/link')\nos.remove('generated/api.py'); os.mkfifo('generated/api.py')\nos.remove('generated/own.txt'); os.mkdir('generated/own.txt')\nopen('generated/own.txt/in', 'w').write('x')\nos.symlink('../src', 'generated/src')\n",
    );
    ran(&repo, "python3 run.py").blocked();
    let dry = repo.run(&["restore", "--dry-run"]);
    assert_eq!(
        dry.stdout,
        "5 protected files are not as when session s began:
  generated/api.py  now no file (generated-code)
  generated/deep/more.py  permissions 755, now 600 (generated-code)
  generated/link  the link leads elsewhere (generated-code)
  generated/own.txt  now a folder (generated-code)
  generated/src  created (generated-code); goes to .hook-state/restored/
"
    );
    assert_eq!(dry.exit, 1);
    let json = repo.run(&["restore", "--dry-run", "--format", "json", "generated/link"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        json,
        json!({"version": 1, "session": "s", "restored": null, "kept_in": null, "changes": [
            {"path": "generated/link", "change": "link", "rule": "generated-code", "cannot": null},
        ]})
    );
    let asks = repo.run(&["restore"]);
    assert_eq!(asks.exit, 1);
    assert_eq!(
        asks.stderr,
        "hookgate: this asks on a terminal; say `--yes` where there is none; nothing was changed\n"
    );
    let refused = repo.run(&["restore", "src/app.py", "--yes"]);
    assert_eq!(refused.exit, 2);
    assert_eq!(
        refused.stderr,
        "hookgate: `src/app.py` is no protected file that was noted when the session began\n"
    );
    let done = repo.run(&["restore", "--yes"]);
    assert_eq!(done.exit, 0, "{done:?}");
    assert_eq!(repo.read("generated/api.py"), ORIGINAL);
    assert_eq!(repo.read("generated/own.txt"), "untracked\n");
    let root = repo.root();
    assert_eq!(
        fs::read_link(root.join("generated/link")).unwrap(),
        Path::new("api.py")
    );
    assert!(root.join("generated/src").symlink_metadata().is_err());
    let mode = root
        .join("generated/deep/more.py")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(
        repo.run(&["restore"]).stdout,
        "every protected file is as it was when the session began\n"
    );
    // And back again.
    assert_eq!(repo.run(&["restore", "--undo", "--yes"]).exit, 0);
    assert_eq!(repo.run(&["restore", "--dry-run"]).stdout, dry.stdout);
}

#[test]
fn restore_writes_through_no_link() {
    let repo = checkout();
    start(&repo);
    repo.write("s.py", "import os, shutil\nshutil.rmtree('generated')\nos.makedirs('trap/deep')\nos.symlink('trap', 'generated')\n");
    ran(&repo, "python3 run.py").blocked();
    let done = repo.run(&["restore", "--yes"]);
    assert_eq!(done.exit, 0, "{done:?}");
    assert_eq!(repo.read("generated/api.py"), ORIGINAL);
    assert_eq!(repo.read("generated/deep/more.py"), "deep\n");
    assert!(!repo.root().join("trap/api.py").exists());
    assert!(!repo.root().join("generated").is_symlink());
}

#[test]
fn an_agent_may_list_but_not_restore() {
    let repo = checkout();
    repo.shell("hookgate restore --dry-run").assert_silent();
    repo.shell("hookgate restore --yes").denied();
    repo.shell("sh -c 'hookgate restore --undo --yes'").denied();
}

#[test]
fn a_session_taken_up_again_begins_with_what_its_person_did_meanwhile() {
    let repo = checkout();
    start(&repo);
    ran(&repo, "make tidy").blocked();
    repo.stop().blocked();
    let end = json!({"session_id": "s", "hook_event_name": "SessionEnd", "cwd": repo.root(), "reason": "logout"});
    repo.hook("session-end", end.to_string().as_bytes());
    repo.write("generated/deep/more.py", "the person's\n");
    start(&repo);
    repo.stop().assert_silent();
    // What was reported before is still not accepted.
    let listed = repo.run(&["restore", "--dry-run"]);
    assert_eq!(
        listed.stdout,
        "1 protected file is not as when session s began:\n  generated/api.py  modified (generated-code)\n"
    );
}
