//! Compares acceptance with `bash -n` on mutations of the recorded cases; nothing is executed.
//!
//! bash accepting what the parser refuses is caution, and bounded. The opposite is a finding, except where bash only
//! fails later: inside backticks, here-documents and `${…}` it parses when it expands, and the status of a broken
//! `[[` is zero.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::cases::CASES;
use crate::shell::parse;

const SEED: u64 = 0x5eed_cafe;
const MUTATIONS: usize = 1500;

/// How many of a hundred accepted mutations the parser may refuse.
const REFUSED_PERCENT: usize = 6;

/// Pieces that change what the text around them means.
const SPLICES: [&str; 48] = [
    "'",
    "\"",
    "`",
    "\\",
    "\\\n",
    "\n",
    ";",
    "&",
    "|",
    "&&",
    "||",
    "(",
    ")",
    "((",
    "))",
    "$(",
    "$((",
    "${",
    "}",
    "{",
    "[[ ",
    " ]]",
    "[",
    "]",
    "<(",
    ">",
    "<",
    "<<E\n",
    "\nE\n",
    "#",
    " ",
    "=",
    "a=(",
    "!",
    "~",
    "$'",
    "${x:-",
    "@(",
    "if ",
    "then ",
    "fi",
    "do ",
    "done",
    "case a in ",
    "esac",
    "f() ",
    "time ",
    "coproc ",
];

/// A small generator with a fixed seed: a failure must come back.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

fn corpus() -> Vec<String> {
    let cases = CASES
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    cases
        .filter_map(|case| case["cmd"].as_str().map(str::to_owned))
        .collect()
}

fn mutate(corpus: &[String], random: &mut Random) -> String {
    let mut chars: Vec<String> = corpus[random.below(corpus.len())]
        .chars()
        .map(String::from)
        .collect();
    for _ in 0..=random.below(3) {
        let at = random.below(chars.len() + 1);
        match random.below(5) {
            0 | 1 => chars.insert(at, SPLICES[random.below(SPLICES.len())].to_owned()),
            2 if at < chars.len() => drop(chars.remove(at)),
            3 if at < chars.len() => chars[at] = SPLICES[random.below(SPLICES.len())].to_owned(),
            _ => {
                let other: Vec<char> = corpus[random.below(corpus.len())].chars().collect();
                let from = random.below(other.len());
                let piece = other.iter().skip(from).take(12).collect();
                chars.insert(at, piece);
            }
        }
    }
    chars.concat()
}

/// Returns whether bash reads the text without an error; none when there is no bash.
fn bash_accepts(text: &str) -> Option<bool> {
    let mut command = Command::new("bash");
    command
        .args(["--norc", "-O", "extglob", "-n"])
        .env_clear()
        .env("LC_ALL", "C.UTF-8");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let broken = messages.lines().any(|line| !line.contains("warning:"));
    Some(output.status.success() && !broken)
}

#[test]
fn acceptance_agrees_with_bash() {
    let corpus = corpus();
    let mut random = Random(SEED);
    let (mut accepted, mut refused) = (0, Vec::new());
    let mut findings = Vec::new();
    for _ in 0..MUTATIONS {
        let text = mutate(&corpus, &mut random);
        // A file that ends in a backslash loses it; `bash -c` would not. And bash 5.2 knows `time` directly after
        // `$(` only once it runs the substitution.
        if text.ends_with('\\') || text.contains("(time") {
            continue;
        }
        let Some(bash) = bash_accepts(&text) else {
            return;
        };
        let ours = parse(&text);
        accepted += usize::from(bash);
        match (bash, ours.is_ok()) {
            (true, false) => refused.push(text),
            (false, true) => findings.push(text),
            _ => {}
        }
    }
    assert!(
        findings.is_empty(),
        "accepted what bash rejects:\n{findings:#?}"
    );
    assert!(
        refused.len() * 100 <= accepted * REFUSED_PERCENT,
        "{} of {accepted}:\n{refused:#?}",
        refused.len()
    );
}
