//! What bash really runs is among the effects: lines are executed in an empty folder where every program is a stub.
//!
//! A stub only writes down how it was called. No real program can be reached: `PATH` holds the stubs alone, the lines name
//! no path outside of their folder, and what might be used to get out is kept from running (see [`is_harmless`]).
#![cfg(unix)]

mod generate;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use generate::{Random, STUBS};
use hookgate::call::Access;
use hookgate::effects::{self, Argument, Effects, Invocation, Reach, UnknownKind, Value};
use hookgate::examples;
use hookgate::policy::Example;
use hookgate::repo::Repository;
use serde_json::Value as Json;

use crate::support::{manifest, print};

const SEED: u64 = 0x5eed_0f57_4b5e_ed01;
const LINES: usize = 500;

/// Lines that were judged wrong once, each the shortest of its kind.
const MENDED: [&str; 9] = [
    "f() { local v=$1; alpha $v; }; f 'a b'",
    "f() { local v=a; }; f; alpha \"$v\" x",
    "v=a; f() { local v; alpha \"$v\"; }; f",
    "while read -r v; do beta; done <<< x; alpha \"$v\"",
    "v=a; trap 'alpha \"$v\"' EXIT; v=b",
    "f() { alpha $#; }; f $(beta)",
    "v=*.txt; alpha > d/$v",
    "cd nope && alpha || beta > out",
    "let 'a[$(rm z)]=1'; x[$(rm a)]=1",
];

/// Writes its name and words into a file, each ended by a NUL, after their number.
const STUB: &str = "#!/bin/sh
printf '%s\\0' \"$#\" \"${0##*/}\" \"$@\" >> \"$RECORD\"
[ \"${0##*/}\" != fails ]
";

/// A folder that a line may run in, with stubs beside it.
struct Sandbox {
    folder: tempfile::TempDir,
    bash: PathBuf,
}

/// What a line did.
#[derive(Debug, Default)]
struct Done {
    /// Name and words of each stub that ran.
    ran: Vec<Vec<String>>,
    /// Files that are new or hold something else than before.
    written: Vec<String>,
}

impl Sandbox {
    /// Returns none where there is no bash.
    fn new() -> Option<Self> {
        let path = hookgate::settings::variable("PATH")?;
        let bash = std::env::split_paths(&path)
            .map(|folder| folder.join("bash"))
            .find(|file| file.is_file())?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let stubs = folder.path().join("stubs");
        fs::create_dir(&stubs).unwrap();
        let stub = stubs.join(STUBS[0]);
        hookgate::state::replace(&stub, STUB.as_bytes()).unwrap();
        fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
        for name in STUBS.iter().skip(1) {
            symlink(STUBS[0], stubs.join(name)).unwrap();
        }
        Some(Self { folder, bash })
    }

    fn place(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    /// Makes the folder that a line runs in as it is before each.
    fn clear(&self) {
        let _ = fs::remove_dir_all(self.place("work"));
        let _ = fs::remove_dir_all(self.place("home"));
        let _ = fs::remove_file(self.place("record"));
        fs::create_dir_all(self.place("work/d")).unwrap();
        fs::create_dir_all(self.place("work/e/f")).unwrap();
        fs::create_dir_all(self.place("home")).unwrap();
        for file in ["work/a.txt", "work/b.txt", "work/d/x.txt"] {
            hookgate::state::replace(&self.place(file), b"seed\n").unwrap();
        }
    }

    fn effects(&self, line: &str) -> Effects {
        let root = self.place("work");
        let home = self.place("home").to_string_lossy().into_owned();
        let repository = Repository::at(&root, &root, Some(home));
        let folder = root.to_string_lossy().into_owned();
        let call = examples::call(&Example::Shell(line.to_owned()), &folder);
        effects::of(&call, &repository)
    }

    /// Runs a line. Whatever goes wrong in it, it ends: time and the size of files are bounded.
    fn run(&self, line: &str) -> Done {
        let before = contents(&self.place("work"));
        let status = Command::new(&self.bash)
            .args(["--norc", "--noprofile", "-c"])
            .arg("ulimit -t 5 -f 256; exec \"$0\" --norc --noprofile -c \"$1\"")
            .args([self.bash.as_os_str(), line.as_ref()])
            .current_dir(self.place("work"))
            .env_clear()
            .env("PATH", self.place("stubs"))
            .env("HOME", self.place("home"))
            .env("RECORD", self.place("record"))
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok());
        let after = contents(&self.place("work"));
        let written = after
            .into_iter()
            .filter(|(path, text)| before.get(path) != Some(text));
        Done {
            ran: records(&fs::read(self.place("record")).unwrap_or_default()),
            written: written.map(|(path, _)| path).collect(),
        }
    }
}

/// Reads what the stubs wrote down.
fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut words = text.split('\0');
    let mut all = Vec::new();
    while let Some(count) = words.next().and_then(|count| count.parse::<usize>().ok()) {
        all.push(words.by_ref().take(count + 1).map(str::to_owned).collect());
    }
    all
}

/// Every file below a folder with its content.
fn contents(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(root).unwrap();
                let text = fs::read(&path).unwrap_or_default();
                found.insert(relative.to_string_lossy().into_owned(), text);
            }
        }
    }
    found
}

/// Whether anything may have run that is not named: then every command and every file is covered.
fn is_open(effects: &Effects) -> bool {
    let is_code =
        |kind: UnknownKind| matches!(kind, UnknownKind::OpaqueCode | UnknownKind::Unparsable);
    effects.unknowns.iter().any(|unknown| is_code(unknown.kind))
        || effects.commands.iter().any(|one| one.program.is_none())
}

fn is_listed(ran: &[String], command: &Invocation) -> bool {
    command.program.as_deref() == ran.first().map(String::as_str)
        && fits(&command.words, ran.get(1..).unwrap_or_default())
}

/// Whether words may have become these arguments. One that is not known may stand for any number of them.
fn fits(words: &[Argument], arguments: &[String]) -> bool {
    let Some((word, rest)) = words.split_first() else {
        return arguments.is_empty();
    };
    let one = |fit: &dyn Fn(&str) -> bool| {
        arguments
            .split_first()
            .is_some_and(|(first, others)| fit(first) && fits(rest, others))
    };
    match &word.value {
        Value::Known(text) if text.starts_with("/dev/fd/") => {
            one(&|argument| argument.starts_with("/dev/fd/"))
        }
        Value::Known(text) if text.contains(['*', '?', '[']) => {
            one(&|argument| argument == text) || any(word, rest, arguments, "")
        }
        Value::Known(text) => one(&|argument| argument == text),
        Value::Starts(start) => any(word, rest, arguments, start),
    }
}

/// Whether a word stands for some arguments, the first of which begins so.
fn any(word: &Argument, rest: &[Argument], arguments: &[String], start: &str) -> bool {
    let open = Argument {
        value: Value::Starts(String::new()),
        ..word.clone()
    };
    if start.is_empty() {
        return (0..=arguments.len()).any(|count| fits(rest, &arguments[count..]));
    }
    arguments
        .split_first()
        .is_some_and(|(first, others)| first.starts_with(start) && any(&open, rest, others, ""))
}

fn is_written(path: &str, effects: &Effects) -> bool {
    let is_unknown = effects
        .unknowns
        .iter()
        .any(|unknown| unknown.kind == UnknownKind::Path(Access::Write));
    let covers = |place: &str, reach| {
        place == path
            || (reach == Reach::Below
                && (place.is_empty() || place == "." || path.starts_with(&format!("{place}/"))))
    };
    is_unknown
        || effects.paths.iter().any(|effect| {
            effect.access == Access::Write
                && [&effect.places.lexical, &effect.places.real]
                    .iter()
                    .any(|place| covers(place.shown(), effect.reach))
        })
}

/// Returns what a line did that its effects do not say.
fn missing(sandbox: &Sandbox, line: &str) -> Outcome {
    sandbox.clear();
    let effects = sandbox.effects(line);
    if is_open(&effects) {
        return Outcome::Open;
    }
    let done = sandbox.run(line);
    let mut missing: Vec<String> = done
        .ran
        .iter()
        .filter(|ran| !effects.commands.iter().any(|one| is_listed(ran, one)))
        .map(|ran| format!("ran {ran:?}"))
        .collect();
    let files = done
        .written
        .iter()
        .filter(|path| !is_written(path, &effects));
    missing.extend(files.map(|path| format!("wrote {path}")));
    Outcome::Ran(done.ran.len() + done.written.len(), missing)
}

enum Outcome {
    /// Its effects leave everything open: it need not run.
    Open,
    /// How many things it did, and which of them its effects do not say.
    Ran(usize, Vec<String>),
}

/// Whether a line of the corpus may run: no way out of the folder, to real programs, or to a wait.
fn is_harmless(line: &str) -> bool {
    const OUT: [&str; 34] = [
        "/", "~", "..", "\\", "$'", "$\"", "PATH", "HOME", "PWD", "ENV", "BASH", "SHELL", "RECORD",
        "$_", "$0", "${!", "${@", "command", "enable", "hash", "kill", "exec", "while", "until",
        "for ((", "select", "coproc", "sleep", "suspend", "$$", "$!", "$PPID", "printf", "read",
    ];
    // What these print is known to the effects, and no stub prints it.
    const PRINT: [&str; 14] = [
        "cat", "tee", "sort", "uniq", "head", "tail", "grep", "dirname", "basename", "find", "ls",
        "pwd", "git", "xargs",
    ];
    let mut words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
    !OUT.iter().any(|out| line.contains(out)) && !words.any(|word| PRINT.contains(&word))
}

fn corpus() -> Vec<String> {
    let mut lines = Vec::new();
    for file in ["tests/data/shell-cases.jsonl", "tests/data/routes.jsonl"] {
        let text = fs::read_to_string(manifest().join(file)).unwrap();
        for line in text.lines() {
            let case: Json = serde_json::from_str(line).unwrap();
            let command = case["cmd"].as_str().filter(|line| is_harmless(line));
            lines.extend(command.map(str::to_owned));
        }
    }
    lines
}

#[test]
fn what_bash_runs_is_among_the_effects() {
    if Sandbox::new().is_none() {
        print("skipped: there is no bash");
        return;
    }
    let corpus = corpus();
    let mut random = Random::new(SEED);
    let generated: Vec<String> = (0..LINES).map(|_| random.line()).collect();
    let lines: Vec<&String> = corpus.iter().chain(&generated).collect();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let size = lines.len().div_ceil(workers);
    let outcomes: Vec<(String, Outcome)> = std::thread::scope(|scope| {
        let parts: Vec<_> = lines
            .chunks(size)
            .map(|part| {
                scope.spawn(|| {
                    let sandbox = Sandbox::new().unwrap();
                    let judge = |line: &&String| ((*line).clone(), missing(&sandbox, line));
                    part.iter().map(judge).collect::<Vec<_>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    });
    let (mut open, mut acts, mut wrong) = (0, 0, Vec::new());
    for (line, outcome) in outcomes {
        match outcome {
            Outcome::Open => open += 1,
            Outcome::Ran(count, missing) => {
                acts += count;
                if !missing.is_empty() {
                    wrong.push(format!("{line}\n    {}", missing.join("\n    ")));
                }
            }
        }
    }
    print(&format!(
        "{} lines ({} of the corpus, {} generated): {open} said to be open, {acts} acts, {} lines with an act that is not said",
        lines.len(),
        corpus.len(),
        generated.len(),
        wrong.len(),
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_missed_once_is_among_the_effects() {
    let Some(sandbox) = Sandbox::new() else {
        print("skipped: there is no bash");
        return;
    };
    for line in MENDED {
        let Outcome::Ran(acts, missing) = missing(&sandbox, line) else {
            panic!("is open: {line}");
        };
        assert!(acts > 0 && missing.is_empty(), "{line}: {missing:?}");
    }
}
