//! The compiled policy decides what its files decide: whatever the policy, the call, and the state of the compiled file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hookgate::call::{Access, Call, Event};
use hookgate::decision::Verdict;
use hookgate::effects::{self, Effects, Invocation, PathEffect, Reach, Unknown, UnknownKind};
use hookgate::examples;
use hookgate::policy::cache::Held;
use hookgate::policy::evaluate::{Facts, evaluate};
use hookgate::policy::load::{LayerFile, repository_layers};
use hookgate::policy::packs::names;
use hookgate::policy::{Example, Layer, PolicySet};
use hookgate::repo::{Case, Place, Places, Repository};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Repo, manifest};

const HOME: &str = "/home/somebody";

/// A policy file for every feature that the compiled form has to keep.
const POLICY: &str = r"
version: 1
mode: enforce
when-broken: {before-tool: deny, stop: deny, otherwise: allow}
on-unknown: {opaque-code: deny, path: ask, unparsable: deny, script: ask}
programs:
  gp: {same-as: git push}
  put: {switches: -f/--force, operands: write...}
rules:
  - id: generated
    protect-paths: {paths: [generated/**, '!generated/README.md', '*.[kp]em'], deny: [write, delete]}
    reason: made by a tool
    instead: edit api.yaml and run `make gen`
  - id: secrets
    action: ask
    if-no-ask: neutral
    protect-paths: {paths: [.env, '**/{a,b}/secret*.json', ~/.ssh/**, /etc/**], deny: [read, write, delete], restore: by-hand}
  - id: outside
    protect-paths: {outside-repository: true, except: [/tmp/**]}
  - id: push
    deny-command: {patterns: [git push --force, 'HUSKY=0 git commit', '{npm,pnpm} publish'], except: [git push --force-with-lease]}
    reason: rewrites history
  - id: protected
    deny-command: {patterns: [chmod * <protected>]}
  - id: sql
    deny-command: {matches: '(?i)\bdrop\s+table\b', in: sql}
  - id: words
    deny-command: {matches: 'drop everything'}
  - id: script
    action: warn
    deny-command: {matches: 'os\.remove', in: script}
  - id: lint
    quality-gate: {run: ['true'], inputs: [src/**], on: [after-edit, stop], timeout: 1500ms, env: {A: '1'}, working-directory: src, tool-versions: ['true']}
  - id: tests
    quality-gate: {run: make test, inputs: ['**/*.py'], needs: [lint], run-on-stop: false}
  - id: care
    add-context: {on: prompt, when: {prompt: [refund]}, text: Mind the ledger.}
  - id: log
    record: {on: [session-end, before-tool], file: reports/log}
";

fn runtimes() -> Vec<&'static str> {
    Vec::new()
}

fn repository(repo: &Repo) -> Repository {
    Repository::at(&repo.root(), &repo.root(), Some(HOME.into()))
}

fn compiled(repo: &Repo) -> Vec<PathBuf> {
    let folder = repo.root().join(".hook-state/cache");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "bin"))
        .collect();
    files.sort();
    files
}

/// Everything that a policy says of a call.
fn said(set: &PolicySet, call: &Call, effects: &Effects, repository: &Repository) -> String {
    let facts = Facts {
        case: repository.case(),
        root: repository.root().to_string_lossy().into_owned(),
        home: repository.home().map(str::to_owned),
        can_ask: true,
        ..Facts::default()
    };
    let judged = evaluate(set, call, effects, &facts);
    let due = judged.due.iter();
    let due: Vec<_> = due
        .map(|due| {
            let mut gate = due.gate.clone();
            // Where a need is written is only told when there is none such.
            let needs: Vec<_> = gate.needs.drain(..).map(|need| need.id).collect();
            (&due.rule.id, gate, needs)
        })
        .collect();
    let records: Vec<_> = judged.records.iter().map(|rule| &rule.id).collect();
    let settings = (set.mode, set.when_broken, set.on_unknown, &set.sources);
    format!("{:?}\n{due:?}\n{records:?}\n{settings:?}", judged.decision)
}

/// Whether a call is judged alike by the files and by what was compiled of them.
fn assert_same(files: &Held<'_>, compiled: &Held<'_>, call: &Call, effects: &Effects) {
    let by_files = said(&files.whole().set, call, effects, files.repository());
    let part = compiled.for_call(call, effects);
    let by_part = said(&part.set, call, effects, files.repository());
    assert_eq!(by_files, by_part, "{call:?} {effects:?}");
}

/// Holds a policy twice: by its files, and compiled.
fn both<'r>(repository: &'r Repository, layers: &[LayerFile]) -> (Held<'r>, Held<'r>) {
    let files = Held::read(repository, layers, runtimes);
    drop(Held::find(repository, layers, runtimes));
    let compiled = Held::find(repository, layers, runtimes);
    assert!(compiled.is_compiled(), "{:?}", files.whole().problems);
    (files, compiled)
}

fn lines(file: &str) -> Vec<String> {
    let text = fs::read_to_string(manifest().join("tests/data").join(file)).unwrap();
    text.lines()
        .filter_map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            value["cmd"].as_str().map(str::to_owned)
        })
        .collect()
}

fn shell(text: &str, repository: &Repository) -> Call {
    let root = repository.root().to_string_lossy();
    examples::call(&Example::Shell(text.into()), &root)
}

#[test]
fn lines_of_the_corpus_are_judged_as_by_the_files() {
    judge_corpus(20);
}

#[test]
#[ignore = "takes minutes without optimisation: `cargo test --test it -- --ignored corpus_is_judged`"]
fn all_of_the_corpus_is_judged_as_by_the_files() {
    judge_corpus(1);
}

/// Judges each so many lines of the corpus by a policy of everything, by all packs together and by each pack.
fn judge_corpus(step: usize) {
    let all = format!("version: 1\nextends: [{}]\n", names().join(", "));
    let mut policies = vec![POLICY.to_owned(), all];
    let one = |name: &&str| format!("version: 1\nextends: [{name}]\n");
    policies.extend(names().iter().map(one));
    let corpus = lines("routes.jsonl");
    for policy in policies {
        let repo = Repo::with_policy(&policy);
        let repository = repository(&repo);
        let (files, compiled) = both(&repository, &repository_layers(&repo.root()));
        for line in corpus.iter().step_by(step) {
            let mut call = shell(line, &repository);
            let effects = effects::with(&call, &repository, compiled.programs());
            assert_same(&files, &compiled, &call, &effects);
            call.event = Event::AfterTool;
            assert_same(&files, &compiled, &call, &effects);
        }
    }
}

#[test]
fn every_event_finds_its_rules() {
    let repo = Repo::with_policy(POLICY);
    let repository = repository(&repo);
    let (files, compiled) = both(&repository, &repository_layers(&repo.root()));
    for (event, _) in Event::NAMES {
        for prompt in ["refund please", "hello"] {
            let call = Call {
                event,
                prompt: Some(prompt.into()),
                ..Call::default()
            };
            assert_same(&files, &compiled, &call, &Effects::default());
        }
    }
    let whole = compiled.whole();
    let ids =
        |set: &PolicySet| -> Vec<String> { set.rules.iter().map(|rule| rule.id.clone()).collect() };
    assert_eq!(ids(&whole.set), ids(&files.whole().set));
    // But for their tests, and the places of what they need, rules come back as they were.
    let shown = |set: &PolicySet| -> Vec<String> {
        let rules = set.rules.iter().map(|rule| format!("{rule:?}"));
        rules.filter(|rule| !rule.contains("Need {")).collect()
    };
    assert_eq!(shown(&whole.set).len(), 11);
    for (one, other) in shown(&whole.set).iter().zip(shown(&files.whole().set)) {
        if !one.contains("TextPattern") {
            assert_eq!(*one, other);
        }
    }
}

/// A call takes what concerns it, and little else.
#[test]
fn a_call_reads_few_rules() {
    let mut policy = String::from("version: 1\nrules:\n");
    for number in 0..300 {
        let _ = write!(
            policy,
            "  - {{id: a-{number}, protect-paths: {{paths: ['vendor{number}/**', '*.lock{number}', 'config/**/s{number}.json']}}}}\n  - {{id: b-{number}, deny-command: {{patterns: ['tool{number} drop *']}}}}\n"
        );
    }
    policy.push_str("  - {id: g-push, deny-command: {patterns: [git push --force, 'HUSKY=0 git', npm publish]}}\n");
    policy.push_str("  - {id: g-text, deny-command: {matches: '^git +push'}}\n");
    let repo = Repo::with_policy(&policy);
    let repository = repository(&repo);
    let (_, compiled) = both(&repository, &repository_layers(&repo.root()));
    let ids = |example: Example| {
        let root = repository.root().to_string_lossy();
        let call = examples::call(&example, &root);
        let effects = effects::of(&call, &repository);
        let part = compiled.for_call(&call, &effects);
        let ids = part.set.rules.iter().map(|rule| rule.id.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(Example::Edit("src/a.py".into())), [""; 0]);
    assert_eq!(ids(Example::Edit("vendor7/x".into())), ["a-7"]);
    assert_eq!(ids(Example::Edit("config/x/s8.json".into())), ["a-8"]);
    assert_eq!(ids(Example::Shell("tool9 list".into())), ["b-9"]);
    assert_eq!(ids(Example::Shell("git push".into())), ["g-push", "g-text"]);
    assert_eq!(ids(Example::Shell("git status".into())), [""; 0]);
    assert_eq!(ids(Example::Shell("HUSKY=0 git status".into())), ["g-push"]);
    assert_eq!(ids(Example::Shell("rm -r config".into())).len(), 300);
}

/// Names that globs and paths are made of, so that they meet.
const PARTS: [&str; 14] = [
    "src",
    "gen",
    "a.py",
    "b.tar.gz",
    ".env",
    "x",
    "*",
    "**",
    "*.py",
    "*.gz",
    "s*",
    "[sg]*",
    "{src,gen}",
    "*.{py,gz}",
];
const STARTS: [&str; 6] = ["", "", "", "~/", "/etc/", "!"];
const NAMES: [&str; 8] = ["src", "gen", "a.py", "b.tar.gz", ".env", "x", "etc", "home"];
const PROGRAMS: [&str; 8] = ["git", "rm", "g*", "{rm,mv}", "*", "python3", "gp", "tool"];

fn some_glob() -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(prop::sample::select(&PARTS[..]), 1..4);
    (prop::sample::select(&STARTS[..]), parts)
        .prop_map(|(start, parts)| format!("{start}{}", parts.join("/")))
}

fn some_path() -> impl Strategy<Value = String> {
    let names = prop::collection::vec(prop::sample::select(&NAMES[..]), 0..4);
    names.prop_map(|names| names.join("/"))
}

fn some_place() -> impl Strategy<Value = Place> {
    prop_oneof![
        4 => some_path().prop_map(Place::Inside),
        1 => some_path().prop_map(|path| Place::Outside(format!("/{path}"))),
        1 => some_path().prop_map(|path| Place::Outside(format!("{HOME}/{path}"))),
    ]
}

fn some_effect() -> impl Strategy<Value = PathEffect> {
    let access = prop::sample::select(&[Access::Read, Access::Write, Access::Delete][..]);
    let reach = prop::sample::select(&[Reach::Itself, Reach::Held, Reach::Below][..]);
    let holds = prop::collection::vec(some_path(), 0..3);
    let begins = prop::option::of(prop::sample::select(&["", "s", "sr", "a.", ".e"][..]));
    (access, reach, some_place(), some_place(), holds, begins).prop_map(
        |(access, reach, lexical, real, holds, begins)| PathEffect {
            begins: begins.map(str::to_owned),
            access,
            written: "x".into(),
            places: Places { lexical, real },
            reach,
            holds: Arc::from(holds),
            by: "tool".into(),
            span: None,
        },
    )
}

fn some_command() -> impl Strategy<Value = Invocation> {
    let program = prop::option::of(prop::sample::select(
        &["git", "rm", "mv", "gp", "python3.12", "tool", "x"][..],
    ));
    (program, any::<bool>(), any::<bool>()).prop_map(|(program, sql, script)| Invocation {
        program: program.map(str::to_owned),
        sql: if sql {
            vec!["drop x".into()]
        } else {
            Vec::new()
        },
        scripts: if script {
            vec!["drop x".into()]
        } else {
            Vec::new()
        },
        ..Invocation::default()
    })
}

fn some_effects() -> impl Strategy<Value = Effects> {
    let unknown = prop::option::of(prop::sample::select(
        &[Access::Read, Access::Write, Access::Delete][..],
    ));
    (
        prop::collection::vec(some_effect(), 0..3),
        prop::collection::vec(some_command(), 0..3),
        unknown,
    )
        .prop_map(|(paths, commands, unknown)| Effects {
            returns_from: None,
            paths,
            commands,
            unknowns: unknown
                .into_iter()
                .map(|access| Unknown {
                    kind: UnknownKind::Path(access),
                    written: "$x".into(),
                    span: None,
                })
                .collect(),
        })
}

/// A rule as one line of YAML.
fn some_rule() -> impl Strategy<Value = String> {
    let globs = prop::collection::vec(some_glob(), 1..4);
    let deny = prop::sample::subsequence(&["read", "write", "delete"][..], 1..=3);
    let paths = (globs, deny).prop_map(|(globs, deny)| {
        format!(
            "protect-paths: {{paths: {globs:?}, deny: [{}]}}",
            deny.join(", ")
        )
    });
    let outside = Just("protect-paths: {outside-repository: true, except: [/etc/**]}".to_owned());
    let program = prop::sample::select(&PROGRAMS[..]);
    let operand = prop::sample::select(&["", " <protected>", " *"][..]);
    let command = (program, operand).prop_map(|(program, operand)| {
        format!("deny-command: {{patterns: ['{program}{operand}']}}")
    });
    let scope = prop::sample::select(&["words", "sql", "script"][..]);
    let matches = scope.prop_map(|scope| format!("deny-command: {{matches: drop, in: {scope}}}"));
    prop_oneof![6 => paths, 1 => outside, 3 => command, 1 => matches]
}

fn policy_of(rules: &[String]) -> String {
    let mut text = String::from("version: 1\non-unknown: {path: ask}\nrules:\n");
    for (number, rule) in rules.iter().enumerate() {
        let _ = writeln!(text, "  - {{id: r-{number}, {rule}}}");
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Rules at the root and in a folder, against whatever a call may do.
    #[test]
    fn no_rule_that_concerns_a_call_is_left_out(
        rules in prop::collection::vec(some_rule(), 1..6),
        inner in prop::collection::vec(some_rule(), 1..3),
        effects in prop::collection::vec(some_effects(), 8),
        after: bool,
        case: bool,
    ) {
        let repo = Repo::with_policy(&policy_of(&rules));
        repo.write("src/hookgate.yaml", &policy_of(&inner));
        if case {
            // How the file system is asked whether case counts.
            repo.write("HOOKGATE.YAML", "");
        }
        let repository = repository(&repo);
        let mut layers = repository_layers(&repo.root());
        layers.push(LayerFile {
            path: repo.root().join("src/hookgate.yaml"),
            layer: Layer::Subfolder,
            base: "src".into(),
        });
        let files = Held::read(&repository, &layers, runtimes);
        prop_assume!(files.whole().is_usable());
        let (files, compiled) = both(&repository, &layers);
        let call = Call {
            event: if after { Event::AfterTool } else { Event::BeforeTool },
            ..Call::default()
        };
        prop_assert_eq!(repository.case() == Case::Insensitive, case);
        for effects in &effects {
            assert_same(&files, &compiled, &call, effects);
        }
    }
}

/// Words that command patterns and commands are made of, so that they meet.
const STARTING: [&str; 12] = [
    "*",
    "git",
    "npm",
    "docker",
    "pip3",
    "pip",
    "tool",
    "HUSKY=0 git",
    "HUSKY=0 npm",
    "HUSKY=* *",
    "{git,npm}",
    "tar",
];
const WORDS: [&str; 21] = [
    "~/.ssh/*",
    "~/.ssh/key",
    "{./a,./b}/.ssh",
    "of=/x/.ssh:y",
    "a/.ssh/",
    "push",
    "pu*",
    "**",
    "*",
    "{push,pull}",
    "-C x",
    "--force",
    "-f",
    "i",
    "install",
    "add",
    "volume",
    "rm",
    "-m x",
    "--no-such y",
    "--",
];

fn some_line(plain: bool) -> impl Strategy<Value = String> {
    let is_chosen = move |word: &&str| !plain || !word.contains(['*', '{']);
    let chosen = |words: &[&'static str]| -> Vec<&'static str> {
        words.iter().copied().filter(is_chosen).collect()
    };
    let start = prop::sample::select(chosen(&STARTING));
    let words = prop::collection::vec(prop::sample::select(chosen(&WORDS)), 0..4);
    (start, words).prop_map(|(start, words)| format!("{start} {}", words.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Command patterns against lines, by their subcommands, options and variables.
    #[test]
    fn no_pattern_that_concerns_a_line_is_left_out(
        patterns in prop::collection::vec(some_line(false), 1..8),
        except in prop::collection::vec(some_line(false), 0..3),
        lines in prop::collection::vec(some_line(true), 12),
    ) {
        let except = if except.is_empty() {
            String::new()
        } else {
            format!(", except: {except:?}")
        };
        let rule = format!("deny-command: {{patterns: {patterns:?}{except}, matches: 'git pu|npm .*rm'}}");
        let repo = Repo::with_policy(&policy_of(&[rule]));
        let repository = repository(&repo);
        let layers = repository_layers(&repo.root());
        prop_assume!(Held::read(&repository, &layers, runtimes).whole().is_usable());
        let (files, compiled) = both(&repository, &layers);
        for line in &lines {
            let call = shell(line, &repository);
            let effects = effects::of(&call, &repository);
            assert_same(&files, &compiled, &call, &effects);
        }
    }
}

/// Puts bytes in the place of a compiled policy, with its permissions.
fn plant(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("planted");
    fs::File::create(&beside).unwrap().write_all(bytes).unwrap();
    seal(&beside);
    fs::rename(beside, path).unwrap();
}

#[cfg(unix)]
fn seal(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o400)).unwrap();
}

#[cfg(not(unix))]
fn seal(_path: &Path) {}

/// A call that a rule denies, one that an unknown path makes ask, and one that is let be.
fn calls(repository: &Repository) -> Vec<(Call, Effects)> {
    [
        "git push -f",
        "echo x > \"$y\"",
        "rm -r generated",
        "gp --force",
        "ls",
    ]
    .map(|line| {
        let call = shell(line, repository);
        let held = Held::read(repository, &repository_layers(repository.root()), runtimes);
        let effects = effects::with(&call, repository, held.programs());
        (call, effects)
    })
    .to_vec()
}

#[test]
fn damage_is_never_another_decision() {
    let repo = Repo::with_policy(POLICY);
    let repository = repository(&repo);
    let layers = repository_layers(&repo.root());
    let (files, _) = both(&repository, &layers);
    let path = compiled(&repo).remove(0);
    let whole = fs::read(&path).unwrap();
    let calls = calls(&repository);
    let expected: Vec<String> = calls
        .iter()
        .map(|(call, effects)| said(&files.whole().set, call, effects, &repository))
        .collect();
    let mut planted: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for at in 0..whole.len() {
        // All of the start and of the index; of texts some.
        if at < 64 || at % 11 == 0 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            planted.insert(format!("bit at {at}"), bytes);
        }
        if at % 97 == 0 {
            planted.insert(format!("cut at {at}"), whole[..at].to_vec());
            let mut bytes = whole.clone();
            bytes[at..].fill(0);
            planted.insert(format!("nothing after {at}"), bytes);
            let mut bytes = whole.clone();
            let end = bytes.len().min(at + 8);
            bytes[at..end].fill(0xff);
            planted.insert(format!("large at {at}"), bytes);
        }
    }
    let mut longer = whole.clone();
    longer.push(0);
    planted.insert("longer".into(), longer);
    let mut newer = whole.clone();
    newer[8] += 1;
    planted.insert("future format".into(), newer);
    for (what, bytes) in planted {
        plant(&path, &bytes);
        let held = Held::find(&repository, &layers, runtimes);
        for ((call, effects), expected) in calls.iter().zip(&expected) {
            let part = held.for_call(call, effects);
            assert_eq!(
                said(&part.set, call, effects, &repository),
                *expected,
                "{what}"
            );
        }
        // What was found damaged was compiled anew.
        let _ = held.whole();
        let now = Held::find(&repository, &layers, runtimes);
        assert!(now.is_compiled(), "{what}");
    }
}

/// The same length, the same inode, the same second: only the content differs.
#[test]
fn a_rewrite_in_the_same_moment_counts_at_once() {
    let policy = |name: &str| {
        format!("version: 1\nrules:\n  - {{id: a, protect-paths: {{paths: [{name}/**]}}}}\n")
    };
    let repo = Repo::with_policy(&policy("one"));
    let repository = repository(&repo);
    let layers = repository_layers(&repo.root());
    let path = repo.root().join("hookgate.yaml");
    let first = fs::metadata(&path).unwrap().modified().unwrap();
    for round in 0..40 {
        let name = ["one", "two"][round % 2];
        let mut options = fs::File::options();
        let mut file = options.write(true).truncate(true).open(&path).unwrap();
        file.write_all(policy(name).as_bytes()).unwrap();
        file.set_modified(first).unwrap();
        let root = repository.root().to_string_lossy().into_owned();
        let call = examples::call(&Example::Edit(format!("{name}/x")), &root);
        let effects = effects::of(&call, &repository);
        let held = Held::find(&repository, &layers, runtimes);
        let decision = examples::decide(&held.for_call(&call, &effects).set, &repository, &call);
        assert_eq!(decision.verdict, Verdict::Deny, "round {round}");
    }
}

#[cfg(unix)]
#[test]
fn what_extends_may_move_behind_a_link() {
    let rules = |name: &str| {
        format!("version: 1\nrules:\n  - {{id: a, protect-paths: {{paths: [{name}/**]}}}}\n")
    };
    let repo = Repo::with_policy("version: 1\nextends: [./ops/more.yaml]\n");
    for name in ["one", "two"] {
        repo.write(&format!("{name}-ops/more.yaml"), &rules(name));
    }
    let link = repo.root().join("ops");
    let repository = repository(&repo);
    let layers = repository_layers(&repo.root());
    for name in ["one", "two", "one"] {
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(format!("{name}-ops"), &link).unwrap();
        for is_compiled in [false, true] {
            let held = Held::find(&repository, &layers, runtimes);
            assert_eq!(held.is_compiled(), is_compiled, "{name}");
            let ids = format!("{:?}", held.whole().set.rules);
            assert!(ids.contains(&format!("{name}/**")), "{ids}");
        }
    }
}

#[cfg(unix)]
#[test]
fn only_a_file_as_it_was_written_counts() {
    use std::os::unix::fs::PermissionsExt;

    let repo = Repo::with_policy(POLICY);
    let repository = repository(&repo);
    let layers = repository_layers(&repo.root());
    let is_compiled = || Held::find(&repository, &layers, runtimes).is_compiled();
    assert_eq!((is_compiled(), is_compiled()), (false, true));
    let path = compiled(&repo).remove(0);
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o400);
    // What git checks out can be written by its owner.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!((is_compiled(), mode(), is_compiled()), (false, 0o400, true));
    let elsewhere = repo.root().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(!is_compiled(), "a link");
    // It does not go away by itself: nothing is written through links.
    fs::remove_file(&path).unwrap();
    fs::rename(&elsewhere, &path).unwrap();
    assert!(is_compiled());
    let cache = repo.root().join(".hook-state/cache");
    let moved = repo.root().join("moved");
    fs::rename(&cache, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &cache).unwrap();
    assert!(!is_compiled(), "a folder behind a link");
    fs::remove_file(&cache).unwrap();
    fs::rename(&moved, &cache).unwrap();
    fs::rename(&path, &elsewhere).unwrap();
    fs::hard_link(&elsewhere, &path).unwrap();
    assert!(!is_compiled(), "a file with two names");
    assert!(is_compiled());
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_cannot_be_used_costs_time_only() {
    let repo = Repo::with_policy(POLICY);
    let elsewhere = repo.home().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, repo.root().join(".hook-state")).unwrap();
    let repository = repository(&repo);
    let layers = repository_layers(&repo.root());
    for _ in 0..2 {
        let held = Held::find(&repository, &layers, runtimes);
        assert!(!held.is_compiled());
        assert_eq!(held.whole().set.rules.len(), 12);
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    repo.edit("generated/x").denied();
}

#[test]
fn a_policy_with_errors_is_not_kept() {
    let repo = Repo::with_policy(POLICY);
    repo.edit("generated/x").denied();
    assert_eq!(compiled(&repo).len(), 1);
    repo.write("hookgate.yaml", &format!("{POLICY}  - id: open\n"));
    let said = repo.edit("src/x").denied();
    assert!(said.contains("the policy does not load"), "{said}");
    repo.write("hookgate.yaml", POLICY);
    repo.edit("generated/x").denied();
    repo.edit("src/x").assert_silent();
    assert_eq!(compiled(&repo).len(), 1);
}

#[test]
fn each_set_of_folders_has_its_own_and_the_oldest_go() {
    let repo = Repo::with_policy(POLICY);
    let inner = "version: 1\nrules:\n  - {id: own, protect-paths: {paths: [kept]}}\n";
    for number in 0..70 {
        repo.write(&format!("part{number}/hookgate.yaml"), inner);
    }
    let repository = repository(&repo);
    for number in 0..70 {
        let root = repository.root().to_string_lossy().into_owned();
        let path = format!("part{number}/kept");
        let call = examples::call(&Example::Edit(path), &root);
        let effects = effects::of(&call, &repository);
        let layers = hookgate::policy::sources::of(&repository, &effects);
        let (files, compiled) = both(&repository, &layers);
        assert_same(&files, &compiled, &call, &effects);
    }
    assert_eq!(compiled(&repo).len(), 64);
    repo.edit("part3/kept").denied();
    repo.edit("part3/other").assert_silent();
    let nothing = "version: 1\nrules:\n  - {id: own, protect-paths: {paths: [other]}}\n";
    repo.write("part3/hookgate.yaml", nothing);
    repo.edit("part3/other").denied();
    repo.edit("part3/kept").assert_silent();
}

#[test]
fn many_writers_do_no_harm() {
    let repo = Repo::with_policy(POLICY);
    let repository = repository(&repo);
    let layers = repository_layers(&repo.root());
    let calls = calls(&repository);
    let files = Held::read(&repository, &layers, runtimes);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    for path in compiled(&repo) {
                        let _ = fs::remove_file(path);
                    }
                    let held = Held::find(&repository, &layers, runtimes);
                    for (call, effects) in &calls {
                        assert_same(&files, &held, call, effects);
                    }
                }
            });
        }
    });
}
