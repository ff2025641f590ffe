use crate::policy::Layer;
use crate::policy::load::{Loaded, read_text};
use crate::programs::reading::Reading;

fn load(programs: &str) -> Loaded {
    let text = format!("version: 1\nprograms:\n{programs}");
    read_text("hookgate.yaml", &text, Layer::Repository, "", &[])
}

/// Returns the last reading of a command as `[subcommands] options role:text …`.
fn meaning(programs: &str, command: &str) -> String {
    let loaded = load(programs);
    let problems: Vec<&str> = loaded
        .problems
        .iter()
        .map(|problem| problem.title.as_str())
        .collect();
    assert_eq!(problems, [""; 0]);
    let words: Vec<&str> = command.split(' ').collect();
    let (name, words) = words.split_first().unwrap();
    let readings = loaded.set.programs.readings(name, words);
    assert_eq!(readings.len(), 2, "the guess stays: {readings:?}");
    show(&readings[1][0], words)
}

fn show(reading: &Reading<'_>, words: &[&str]) -> String {
    let mut shown: Vec<String> = Vec::new();
    if !reading.subcommand.is_empty() {
        shown.push(format!("[{}]", reading.subcommand.join(" ")));
    }
    shown.extend(reading.options.iter().map(|option| option.name.to_owned()));
    let parts = reading.parts.iter();
    shown.extend(parts.map(|part| format!("{:?}:{}", part.role, part.at.text(words))));
    let commands = reading.commands.iter();
    shown.extend(commands.map(|command| format!("{:?}", &words[command.words.clone()])));
    if reading.recursive {
        shown.push("below".into());
    }
    shown.join(" ")
}

fn problems(programs: &str) -> Vec<String> {
    let loaded = load(programs);
    let problems = loaded.problems.iter();
    problems
        .map(|problem| {
            let span = problem.place.span;
            format!(
                "{}:{} {}: {}",
                span.line,
                span.column,
                problem.code.name(),
                problem.label
            )
        })
        .collect()
}

#[test]
fn operands_and_options_have_the_roles_that_the_policy_gives() {
    let copy = "  put: {operands: 'read..., write', switches: -v/--verbose, values: --mode}\n";
    assert_eq!(
        meaning(copy, "put --mode x a b c --verbose"),
        "--mode -v Read:a Read:b Write:c"
    );
    let make = "  gen: {options: {write: -o/--output, read: --from}, operands: plain}\n";
    assert_eq!(
        meaning(make, "gen --from=a -ob c"),
        "--from -o Read:a Write:b Plain:c"
    );
    let wipe = "  wipe: {switches: -r, operands: delete..., recursive: -r}\n";
    assert_eq!(meaning(wipe, "wipe -r a"), "-r Delete:a below");
    assert_eq!(meaning(wipe, "wipe a"), "Delete:a");
}

#[test]
fn options_in_place_change_what_operands_are() {
    let fix =
        "  fix: {switches: -i/--in-place, operands: read..., when: {if: -i, operands: edit...}}\n";
    assert_eq!(meaning(fix, "fix a"), "Read:a");
    assert_eq!(meaning(fix, "fix a --in-place"), "-i Edit:a");
}

#[test]
fn wrappers_start_what_follows() {
    let wrap =
        "  within: {parsing: stop-at-operand, values: --box, operands: 'plain, command...'}\n";
    assert_eq!(
        meaning(wrap, "within --box b place rm -r x"),
        r#"--box Plain:place ["rm", "-r", "x"]"#
    );
}

#[test]
fn subcommands_nest_and_have_other_names() {
    let ops = "  ops:
    values: --stage
    options-everywhere: true
    subcommands:
      db:
        subcommands:
          drop: {also: [rm], switches: --force, operands: plain}
      push: {operands: read...}
";
    assert_eq!(
        meaning(ops, "ops --stage live db rm --force users"),
        "[db drop] --stage --force Plain:users"
    );
    assert_eq!(
        meaning(ops, "ops push --stage s a"),
        "[push] --stage Read:a"
    );
}

#[test]
fn the_same_entry_is_kept_once() {
    let entry = |text| {
        let loaded = load(text);
        let entry = loaded.set.programs.entries("once").nth(1).unwrap().unwrap();
        std::ptr::from_ref(entry)
    };
    assert_eq!(
        entry("  once: {operands: read}\n"),
        entry("  once: {operands: read}\n")
    );
    assert_ne!(
        entry("  once: {operands: read}\n"),
        entry("  once: {operands: write}\n")
    );
}

#[test]
fn another_name_stands_for_words() {
    let loaded = load("  g: {same-as: git, also: [gg]}\n  gp: {same-as: git push}\n");
    let words = |name| {
        let all = loaded.set.programs.other_words(name);
        all.flatten().map(String::as_str).collect::<Vec<_>>()
    };
    assert_eq!(words("g"), ["git"]);
    assert_eq!(words("gg"), ["git"]);
    assert_eq!(words("gp"), ["git", "push"]);
    assert_eq!(words("git"), [""; 0]);
}

#[test]
fn every_mistake_is_found_where_it_is() {
    assert_eq!(
        problems(
            "  a: {operand: read}\n  b: {operands: reed}\n  c: {operands: 'read unless -x'}\n  d/e: {operands: read}\n"
        ),
        [
            "3:7 unknown-key: did you mean `operands`?",
            "4:17 unknown-role: did you mean `read`?",
            "5:30 unlisted-option: not listed",
            "6:3 bad-program: a program is named without folders and blanks",
        ]
    );
    assert_eq!(
        problems(
            "  a: {operands: 'read..., write...'}\n  b: {switches: verbose}\n  c: {switches: -v, values: -v}\n  d: {}\n  e: {same-as: e}\n  f: {parsing: stop}\n"
        ),
        [
            "3:27 bad-program: a second operand that repeats",
            "4:17 bad-program: this is not written like an option",
            "5:29 bad-program: this option is listed twice",
            "6:6 bad-program: it says nothing of this program",
            "7:16 bad-program: this is the program itself",
            "8:16 unknown-word: unknown word",
        ]
    );
    assert_eq!(
        problems(
            "  a: {options: {wite: -o}}\n  b: {when: [{operands: read}]}\n  c: {subcommands: {'a b': {operands: read}}}\n  d: {operands: 'read,, write'}\n  e: {same-as: git, operands: read}\n"
        ),
        [
            "3:17 unknown-role: did you mean `write`?",
            "4:14 missing-key: `if` is missing",
            "5:21 bad-program: a subcommand is one word",
            "6:22 bad-program: an operand is missing between commas",
            "7:21 idle-key: `same-as` says all of it",
        ]
    );
}
