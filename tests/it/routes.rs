//! The same act in every spelling, and what only looks like it: the corpus in `tests/data/routes.jsonl`.
//!
//! A line is a command and what must stop it: a rule's id, `on-unknown`, or nothing (`null`). A command may be stopped by
//! further rules, too; one that nothing stops must meet silence. `under: packs` judges it by all shipped packs instead of
//! the policy below. `fails` marks a line that comes out wrong, with the cause; that list may only shrink.

use std::path::Path;

use hookgate::examples;
use hookgate::policy::load::read_text;
use hookgate::policy::packs::names;
use hookgate::policy::{Example, Layer, PolicySet};
use hookgate::repo::Repository;
use serde_json::Value;

use crate::support::{Repo, manifest, print};

const POLICY: &str = r#"
version: 1
on-unknown: {opaque-code: ask, path: allow, unparsable: ask}
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
  - id: secrets
    protect-paths: {paths: [.env, "**/keys.pem"], deny: [read, write, delete]}
  - id: outside
    protect-paths: {outside-repository: true, except: [/var/tmp/**], deny: [write, delete]}
  - id: wipe
    deny-command: {patterns: [rm -r <root>, rm -r <home>, rm -r <repository>]}
  - id: force-push
    deny-command: {patterns: [git push --force, git push --mirror]}
  - id: drop-table
    deny-command: {matches: '(?i)\bdrop\s+table\b', in: sql}
  - id: production
    deny-command: {patterns: ["*deploy.sh ** production"]}
"#;

/// How many lines are known to come out wrong. Lower it as they pass.
const KNOWN: usize = 48;

/// Limits in hundredths of a percent: denied lines that are stopped by their rule, and allowed lines that are not.
const RECALL: usize = 9_800;
const ALARMS: usize = 100;

/// What the corpus finds on the disk.
const FILES: [&str; 23] = [
    ".git/description",
    "generated/api.py",
    "generated/sub/deep.py",
    ".env",
    ".env.example",
    "config/keys.pem",
    "config/app.ini",
    "src/app.py",
    "src/util.py",
    "src/a.py",
    "tests/test_app.py",
    "build/out.o",
    "node_modules/x/index.js",
    "scripts/deploy.sh",
    "migrations/drop.sql",
    "README.md",
    "a.tar",
    "fix.patch",
    "requirements.txt",
    "x.json",
    "package.json",
    "Makefile",
    "app.conf",
];

fn repository() -> Repo {
    let repo = Repo::with_policy(POLICY);
    for file in FILES {
        repo.write(file, "x = 1\n");
    }
    repo.write("migrations/drop.sql", "DROP TABLE users;\n");
    repo.write("list.txt", "src/app.py\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("generated", repo.root().join("shortcut")).unwrap();
    repo
}

/// What judges the corpus: the program under the policy above, and the shipped packs.
struct Judges {
    repo: Repo,
    packs: PolicySet,
    repository: Repository,
}

impl Judges {
    fn new() -> Self {
        let text = format!("version: 1\nextends: [{}]\n", names().join(", "));
        let loaded = read_text("hookgate.yaml", &text, Layer::Repository, "", &[]);
        assert!(loaded.is_usable());
        let repo = repository();
        // Wherever the tests run, this home is in no folder that the packs except.
        let home = Some("/home/somebody".into());
        Self {
            packs: loaded.set,
            repository: Repository::at(&repo.root(), &repo.root(), home),
            repo,
        }
    }

    /// Returns the ids of the rules that stop a command; empty when nothing does.
    fn stopped_by(&self, row: &Row) -> Vec<String> {
        if row.under_packs {
            self.stopped_by_packs(&row.command)
        } else {
            self.repo.stopped_by(&row.command)
        }
    }

    /// Asks the library: reading all packs anew for each line would take minutes in a build without optimisation.
    fn stopped_by_packs(&self, command: &str) -> Vec<String> {
        let folder = self.repo.root().to_string_lossy().into_owned();
        let call = examples::call(&Example::Shell(command.to_owned()), &folder);
        let decision = examples::decide(&self.packs, &self.repository, &call);
        decision
            .findings
            .into_iter()
            .map(|found| found.rule)
            .collect()
    }
}

/// A line of the corpus.
struct Row {
    command: String,
    /// The rule that must stop it.
    by: Option<String>,
    under_packs: bool,
    /// Why it comes out wrong, where that is known.
    fails: Option<String>,
}

fn corpus() -> Vec<Row> {
    let path: &Path = &manifest().join("tests/data/routes.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(row).collect()
}

fn row(line: &str) -> Row {
    let value: Value = serde_json::from_str(line).unwrap();
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Row {
        command: text("cmd").unwrap(),
        by: text("by"),
        under_packs: text("under").is_some_and(|under| under == "packs"),
        fails: text("fails"),
    }
}

/// A line, and who stopped it.
type Judged<'a> = (&'a Row, Vec<String>);

fn judged<'a>(judges: &Judges, corpus: &'a [Row]) -> Vec<Judged<'a>> {
    let workers = std::thread::available_parallelism().map_or(4, usize::from);
    let size = corpus.len().div_ceil(workers);
    std::thread::scope(|scope| {
        let parts: Vec<_> = corpus
            .chunks(size)
            .map(|part| {
                scope.spawn(|| {
                    part.iter()
                        .map(|row| (row, judges.stopped_by(row)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    })
}

fn is_right((row, found): &Judged<'_>) -> bool {
    match &row.by {
        Some(rule) => found.contains(rule),
        None => found.is_empty(),
    }
}

fn shown((row, found): &Judged<'_>) -> String {
    let by = row.by.as_deref().unwrap_or("nothing");
    format!("{by}: {:?} is stopped by {found:?}", row.command)
}

/// Hundredths of a percent.
fn share(part: usize, whole: usize) -> usize {
    part * 10_000 / whole
}

fn percent(hundredths: usize) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

#[cfg(unix)]
#[test]
fn every_route_is_judged_by_what_it_does() {
    let corpus = corpus();
    let judged = judged(&Judges::new(), &corpus);
    let (denied, allowed): (Vec<_>, Vec<_>) = judged.iter().partition(|one| one.0.by.is_some());
    let right = denied.iter().filter(|one| is_right(one)).count();
    let alarms = allowed.iter().filter(|one| !is_right(one)).count();
    let (recall, alarm) = (share(right, denied.len()), share(alarms, allowed.len()));
    let failing: Vec<_> = judged.iter().filter(|one| !is_right(one)).collect();
    print(&format!(
        "{} rows: recall {} of {} ({}), false alarms {alarms} of {} ({})",
        corpus.len(),
        right,
        denied.len(),
        percent(recall),
        allowed.len(),
        percent(alarm),
    ));
    for one in &failing {
        print(&format!("  {}", shown(one)));
    }
    let new: Vec<_> = failing.iter().filter(|one| one.0.fails.is_none()).collect();
    let new: Vec<_> = new.into_iter().map(|one| shown(one)).collect();
    assert!(new.is_empty(), "not known to fail:\n{}", new.join("\n"));
    let known = judged.iter().filter(|one| one.0.fails.is_some());
    let passing: Vec<_> = known
        .clone()
        .filter(|one| is_right(one))
        .map(shown)
        .collect();
    assert!(
        passing.is_empty(),
        "these pass now; take `fails` away:\n{}",
        passing.join("\n")
    );
    assert_eq!(known.count(), KNOWN, "lower the number with the list");
    assert!(recall >= RECALL && alarm <= ALARMS, "beyond the limits");
}
