//! What judging a shell command costs: `cargo bench --bench shell`.
//!
//! Three figures: instructions of one short command, parsed, taken to effects and judged by all shipped packs (counted by
//! valgrind, where it is there), processor time as texts grow to the parser's limit, and processor time of the lines that are
//! made to take long. `docs/figures.md` has them.
//!
//! `cargo bench --bench shell -- count N WHAT LINE` runs one command N times, for a profiler.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use hookgate::call::Call;
use hookgate::effects;
use hookgate::examples;
use hookgate::output::Output;
use hookgate::policy::load::read_text;
use hookgate::policy::packs::names;
use hookgate::policy::{Example, Layer, PolicySet};
use hookgate::repo::Repository;
use hookgate::shell;
use rustix::time::{ClockId, clock_gettime};

#[path = "../tests/it/worst/lines.rs"]
#[expect(dead_code, reason = "the files that some lines read are for the test")]
mod lines;

/// The command whose instructions are the budget's.
const SHORT: &str = r#"rm -rf "$DIR/build" && ls -la | head -3"#;
const INSTRUCTIONS: u64 = 60_000;
const WORST: Duration = Duration::from_millis(50);
/// Calls of the shorter of two counted runs; the longer has twice as many, and start-up drops out.
const CALLS: u64 = 500;
/// What a judging thread of the program has.
const STACK: usize = 64 << 20;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured.
#[derive(Clone, Copy)]
enum What {
    Parse,
    Effects,
    /// Effects, and what all shipped packs say of them.
    Judge,
}

impl What {
    fn named(name: &str) -> Option<Self> {
        match name {
            "parse" => Some(Self::Parse),
            "effects" => Some(Self::Effects),
            "judge" => Some(Self::Judge),
            _ => None,
        }
    }

    fn run(self, line: &Line<'_>) {
        match self {
            Self::Parse => drop(black_box(shell::parse(black_box(line.text)))),
            Self::Effects => drop(black_box(effects::of(
                black_box(&line.call),
                line.repository,
            ))),
            Self::Judge => drop(black_box(examples::decide(
                line.packs,
                line.repository,
                black_box(&line.call),
            ))),
        }
    }
}

/// A command, as text and as a call.
struct Line<'a> {
    text: &'a str,
    call: Call,
    repository: &'a Repository,
    packs: &'a PolicySet,
}

impl<'a> Line<'a> {
    fn new(text: &'a str, repository: &'a Repository, packs: &'a PolicySet) -> Self {
        let folder = repository.cwd();
        Self {
            text,
            call: examples::call(&Example::Shell(text.to_owned()), &folder),
            repository,
            packs,
        }
    }
}

fn main() -> Outcome<()> {
    let bench = std::thread::Builder::new().stack_size(STACK);
    let result = bench.spawn(|| start().map_err(|problem| problem.to_string()))?;
    match result.join() {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(_) => Err("the benchmark panicked".into()),
    }
}

fn start() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["count", calls, what, line, ..] = words.as_slice() {
        let what = What::named(what).ok_or("parse, effects or judge")?;
        count(calls.parse()?, what, line);
        return Ok(());
    }
    let mut out = Output { colour: false };
    let scratch = scratch()?;
    let repository = Repository::at(scratch.path(), scratch.path(), None);
    instructions(&mut out)?;
    let packs = PolicySet::default();
    growth(&mut out, &repository, &packs);
    worst(&mut out, &repository, &packs);
    Ok(())
}

/// Makes a folder with some files, so that patterns and searches find what they would.
fn scratch() -> Outcome<tempfile::TempDir> {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    for n in 0..500 {
        let file = scratch.path().join(format!("src/{}/f{n}", n % 25));
        std::fs::create_dir_all(file.parent().unwrap_or(&file))?;
        hookgate::state::replace(&file, b"x")?;
    }
    Ok(scratch)
}

/// Returns the policy that extends every shipped pack.
fn packs() -> PolicySet {
    let text = format!("version: 1\nextends: [{}]\n", names().join(", "));
    read_text("hookgate.yaml", &text, Layer::Repository, "", &[]).set
}

fn count(calls: u64, what: What, text: &str) {
    // A folder that is not there: the file system's answers are no part of the figure.
    let root = Path::new("/no/such/folder/repo");
    let repository = Repository::at(root, root, None);
    let packs = packs();
    let line = Line::new(text, &repository, &packs);
    for _ in 0..calls {
        what.run(&line);
    }
}

fn instructions(out: &mut Output) -> Outcome<()> {
    out.line(&format!("instructions of one call: {SHORT}"));
    for (what, name, budget) in [
        ("parse", "parse", None),
        ("effects", "parse + effects", Some(INSTRUCTIONS)),
        ("judge", "and all packs' verdict", None),
    ] {
        let (Some(once), Some(twice)) = (counted(what, CALLS)?, counted(what, 2 * CALLS)?) else {
            out.line("  not counted: valgrind is not there");
            return Ok(());
        };
        let each = twice.saturating_sub(once) / CALLS;
        let budget = budget.map(|most| format!("   budget {most}: {}", verdict(each < most)));
        out.line(&format!(
            "  {name:<26} {each:>9}{}",
            budget.unwrap_or_default()
        ));
    }
    // A hook judges once: what patterns mean is read at the first command that they may fit.
    if let (Some(none), Some(first)) = (counted("judge", 0)?, counted("judge", 1)?) {
        let first = first.saturating_sub(none);
        out.line(&format!("  {:<26} {first:>9}", "the first in a process"));
    }
    Ok(())
}

/// Returns how many instructions a process takes that makes so many calls; none without valgrind.
fn counted(what: &str, calls: u64) -> Outcome<Option<u64>> {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["count", &calls.to_string(), what, SHORT])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let Ok(run) = valgrind.output() else {
        return Ok(None);
    };
    let report = String::from_utf8_lossy(&run.stderr).into_owned();
    let total = report
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .ok_or("valgrind did not say how many it counted")?;
    Ok(Some(total.1.trim().parse()?))
}

/// Texts of a size, of several shapes.
const SHAPES: [(&str, &str, &str); 9] = [
    ("one word", "echo ", "a"),
    ("words", "echo ", "word "),
    ("commands", "", "cp a b\n"),
    ("a list", "true", " && make x"),
    ("pipes", "cat x", " | grep a"),
    ("variables", "", "v=a; echo \"$v\" > x\n"),
    ("substitutions", "", "echo $(date) `pwd`\n"),
    ("loops", "", "for i in a b; do rm $i; done\n"),
    (
        "a here-document",
        "cat > x <<'E'\n",
        "some text of a file\n",
    ),
];

fn growth(out: &mut Output, repository: &Repository, packs: &PolicySet) {
    let sizes: Vec<usize> = (0..6).map(|step| 1024 << (2 * step)).collect();
    for (name, what) in [("parse", What::Parse), ("parse + effects", What::Effects)] {
        let heads: Vec<String> = sizes
            .iter()
            .map(|size| format!("{:>7} K", size / 1024))
            .collect();
        out.line("");
        out.line(&format!(
            "{name}, milliseconds; last column: a byte at the largest size over a byte at 4 K"
        ));
        out.line(&format!("  {:<16}{}", "", heads.concat()));
        for (shape, before, unit) in SHAPES {
            let mut shown = format!("  {shape:<16}");
            let mut per_byte = Vec::new();
            for size in &sizes {
                let text = grown(before, unit, *size);
                let took = fastest(what, &Line::new(&text, repository, packs));
                shown = format!("{shown}{:>9.2}", milliseconds(took));
                per_byte.push(milliseconds(took) / to_float(*size));
            }
            let ratio = per_byte.last().unwrap_or(&0.0) / per_byte.get(1).unwrap_or(&1.0);
            out.line(&format!("{shown}   {ratio:.2}"));
        }
    }
}

fn grown(before: &str, unit: &str, size: usize) -> String {
    let repeated = unit.repeat((size - before.len()) / unit.len());
    format!("{before}{repeated}")
}

fn worst(out: &mut Output, repository: &Repository, packs: &PolicySet) {
    out.line("");
    out.line(&format!(
        "lines made to take long, milliseconds (limit {})",
        WORST.as_millis()
    ));
    let mut took: Vec<(Duration, &str, usize)> = lines::hidden()
        .iter()
        .map(|(name, text)| {
            (
                fastest(What::Effects, &Line::new(text, repository, packs)),
                *name,
                text.len(),
            )
        })
        .collect();
    took.sort_by(|one, other| other.cmp(one));
    for (took, name, size) in &took {
        let mark = if *took > WORST { "  over" } else { "" };
        out.line(&format!(
            "  {name:<34}{size:>8} B {:>9.2}{mark}",
            milliseconds(*took)
        ));
    }
    let over = took.iter().filter(|(took, ..)| *took > WORST).count();
    out.line(&format!("  {over} of {} over", took.len()));
}

/// Returns the shortest of some runs: other work on the machine only adds.
fn fastest(what: What, line: &Line<'_>) -> Duration {
    let begin = spent();
    let mut best = Duration::MAX;
    let mut runs = 0;
    while runs < 3 || (runs < 200 && spent().saturating_sub(begin) < Duration::from_millis(30)) {
        let start = spent();
        what.run(line);
        best = best.min(spent().saturating_sub(start));
        runs += 1;
    }
    best
}

/// Processor time of this thread.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn to_float(size: usize) -> f64 {
    u32::try_from(size).map_or(f64::MAX, f64::from)
}

fn verdict(holds: bool) -> &'static str {
    if holds { "kept" } else { "exceeded" }
}
