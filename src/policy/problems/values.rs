//! What is wrong with single values.

use super::quote::{escaped, quoted};
use super::shape::with_words;
use super::{Code, Place, Problem};
use crate::call::Event;

#[must_use]
pub fn unknown_event(at: Place, word: &str, known: &[&str]) -> Problem {
    let mut problem = unknown(Code::UnknownEvent, at, word, known, ("event", "events"));
    if Event::from_name(word).is_some() {
        problem.title = format!("rules of this kind cannot be due on {}", quoted(word));
        problem.label = "not an event of this kind".into();
    }
    problem
}

#[must_use]
pub fn unknown_action(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(Code::UnknownAction, at, word, known, ("action", "actions"))
}

#[must_use]
pub fn unknown_access(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(
        Code::UnknownAccess,
        at,
        word,
        known,
        ("access", "kinds of access"),
    )
}

#[must_use]
pub fn unknown_scope(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(
        Code::UnknownScope,
        at,
        word,
        known,
        ("scope", "scopes of `matches`"),
    )
}

#[must_use]
pub fn unknown_mode(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(Code::UnknownMode, at, word, known, ("mode", "modes"))
}

#[must_use]
pub fn unknown_answer(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(Code::UnknownAnswer, at, word, known, ("answer", "answers"))
}

#[must_use]
pub fn unknown_runtime(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(
        Code::UnknownRuntime,
        at,
        word,
        known,
        ("runtime", "runtimes"),
    )
}

fn unknown(code: Code, at: Place, word: &str, known: &[&str], names: (&str, &str)) -> Problem {
    let (one, many) = names;
    let title = format!("there is no {one} called {}", quoted(word));
    with_words(
        Problem::new(code, at, title, format!("unknown {one}")),
        word,
        many,
        known,
    )
}

#[must_use]
pub fn bad_id(at: Place, id: &str) -> Problem {
    let problem = Problem::new(
        Code::BadId,
        at,
        format!("{} cannot be a rule's id", quoted(id)),
        "not in kebab-case",
    );
    let better = kebab_case(id);
    let foreign = id.chars().any(|c| c.is_alphanumeric() && !c.is_ascii());
    if better.is_empty() || better == id || foreign {
        problem.help(
            "write lowercase words of letters and digits joined by `-`, 64 characters at most",
        )
    } else {
        problem.help(format!("write {}", quoted(&better)))
    }
}

/// Returns the text as lowercase words joined by `-`.
fn kebab_case(text: &str) -> String {
    let mut words = String::new();
    let mut before = None;
    for c in text.chars().take(64) {
        if !c.is_ascii_alphanumeric() {
            before = None;
            continue;
        }
        let new_word =
            before.is_none_or(|last: char| last.is_ascii_lowercase() && c.is_ascii_uppercase());
        if new_word && !words.is_empty() {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
        before = Some(c);
    }
    words
}

#[must_use]
pub fn bad_regex(at: Place, why: &str, help: Option<&str>) -> Problem {
    let problem = Problem::new(
        Code::BadRegex,
        at,
        "this pattern is not a valid regular expression",
        escaped(why),
    );
    problem.help(
        help.unwrap_or(
            "the syntax is that of the Rust crate `regex`, https://docs.rs/regex/#syntax",
        ),
    )
}

#[must_use]
pub fn bad_glob(at: Place, glob: &str, why: &str, help: Option<&str>) -> Problem {
    Problem::new(
        Code::BadGlob,
        at,
        format!("{} is not a valid glob", quoted(glob)),
        escaped(why),
    )
    .help(help.unwrap_or("globs are written as in `.gitignore`"))
}

#[must_use]
pub fn bad_command(at: Place, why: &str, help: Option<&str>) -> Problem {
    Problem::new(
        Code::BadCommand,
        at,
        "this command pattern cannot be used",
        escaped(why),
    )
    .help(help.map_or_else(
        || "write the command as you would type it".to_owned(),
        escaped,
    ))
}

#[must_use]
pub fn bad_duration(at: Place, text: &str) -> Problem {
    Problem::new(
        Code::BadDuration,
        at,
        format!("{} is not a duration", quoted(text)),
        "a number with a unit is needed",
    )
    .help("write it as in `60s`, `2m` or `1m 30s`")
}

#[must_use]
pub fn zero_timeout(at: Place) -> Problem {
    Problem::new(
        Code::ZeroTimeout,
        at,
        "a timeout of nothing leaves the gate no time to run",
        "no time",
    )
    .help("leave the key out for the default of 60s")
}

#[must_use]
pub fn bad_variable(at: Place, name: &str) -> Problem {
    Problem::new(
        Code::BadVariable,
        at,
        format!(
            "{} cannot be the name of an environment variable",
            quoted(name)
        ),
        "not a variable's name",
    )
    .help("use letters, digits and `_`, and no digit at the start")
}

#[must_use]
pub fn outside_repository(at: Place, glob: &str, why: &str, help: &str) -> Problem {
    Problem::new(
        Code::OutsideRepository,
        at,
        format!("{} can never match", quoted(glob)),
        why,
    )
    .help(help)
}

#[must_use]
pub fn dead_glob(at: Place, glob: &str, why: &str, better: &str) -> Problem {
    Problem::new(
        Code::DeadGlob,
        at,
        format!("{} can never match", quoted(glob)),
        why,
    )
    .help(format!("write {}", quoted(better)))
}

#[must_use]
pub fn doubtful_command(at: Place, why: &str, help: Option<&str>) -> Problem {
    let problem = Problem::new(
        Code::DoubtfulCommand,
        at,
        "this command pattern may never match",
        escaped(why),
    );
    match help {
        Some(help) => problem.help(escaped(help)),
        None => problem,
    }
}

#[must_use]
pub fn never_matches(at: Place, key: &str) -> Problem {
    Problem::new(
        Code::NeverMatches,
        at,
        format!("{} can never match anything", quoted(key)),
        "every glob in it begins with `!`",
    )
    .help("`!` excepts paths that a glob before it matched; put that glob first")
}

#[must_use]
pub fn relative_exception(at: Place, glob: &str) -> Problem {
    Problem::new(
        Code::RelativeException,
        at,
        format!("{} is not an absolute path", quoted(glob)),
        "must begin with `/` or `~/`",
    )
    .help("`except` lists places outside the repository; inside it, except paths with `!` under `paths`")
}

#[must_use]
pub fn leaves_repository(at: Place, key: &str, path: &str) -> Problem {
    Problem::new(
        Code::LeavesRepository,
        at,
        format!("{} must stay inside the repository", quoted(key)),
        format!("{} does not", quoted(path)),
    )
    .help("write a path relative to the policy file's folder, without `..` that leaves the repository")
}

#[must_use]
pub fn unknown_role(at: Place, word: &str, known: &[&str]) -> Problem {
    let problem = unknown(Code::UnknownRole, at, word, known, ("role", "roles"));
    problem
        .help("the most useful: read, write, edit, delete, target, plain, script, command, folder")
}

#[must_use]
pub fn unlisted_option(at: Place, name: &str, known: &[&str]) -> Problem {
    let title = format!("the option {} is not listed in this entry", quoted(name));
    with_words(
        Problem::new(Code::UnlistedOption, at, title, "not listed"),
        name,
        "options",
        known,
    )
    .help("list it under `switches`, `values` or `options` first")
}

#[must_use]
pub fn bad_program(at: Place, why: &str, help: &str) -> Problem {
    Problem::new(
        Code::BadProgram,
        at,
        "this entry of a program cannot be used",
        escaped(why),
    )
    .help(help)
}

#[must_use]
pub fn unknown_word(at: Place, word: &str, known: &[&str]) -> Problem {
    unknown(Code::UnknownWord, at, word, known, ("word", "words"))
}
