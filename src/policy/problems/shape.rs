//! What is wrong with keys, types and the shape of rules.

use super::nearest::nearest;
use super::quote::{listed, quoted};
use super::{Code, Place, Problem};

#[must_use]
pub fn empty_file(at: Place) -> Problem {
    Problem::new(Code::EmptyFile, at, "this policy file is empty", "")
        .help("begin with `version: 1`, or delete the file")
}

#[must_use]
pub fn bad_key(at: Place) -> Problem {
    Problem::new(Code::BadKey, at, "a key must be a word", "not a word")
        .help("put text with brackets or braces in quotes")
}

/// A key that is not known where it stands. `inside` names the map: "a rule", "`protect-paths`".
#[must_use]
pub fn unknown_key(at: Place, key: &str, inside: &str, known: &[&str]) -> Problem {
    let title = format!("there is no key {} in {inside}", quoted(key));
    with_words(
        Problem::new(Code::UnknownKey, at, title, "unknown key"),
        key,
        "keys",
        known,
    )
}

/// A key of a rule without a kind that looks as if it should name one.
#[must_use]
pub fn unknown_kind(at: Place, key: &str, known: &[&str]) -> Problem {
    let title = format!("there is no kind of rule called {}", quoted(key));
    with_words(
        Problem::new(Code::UnknownKind, at, title, "unknown kind"),
        key,
        "kinds",
        known,
    )
}

/// A key that is known, but elsewhere.
#[must_use]
pub fn misplaced_key(at: Place, key: &str, inside: &str, belongs: &str) -> Problem {
    Problem::new(
        Code::MisplacedKey,
        at,
        format!("{} has no meaning in {inside}", quoted(key)),
        "not here",
    )
    .help(belongs)
}

#[must_use]
pub fn missing_key(at: Place, key: &str, inside: &str, help: &str) -> Problem {
    Problem::new(
        Code::MissingKey,
        at,
        format!("{inside} has no {}", quoted(key)),
        format!("{} is missing", quoted(key)),
    )
    .help(help)
}

#[must_use]
pub fn wrong_type(at: Place, key: &str, wanted: &str, found: &str) -> Problem {
    // `key` is a key or, in two words, what stands there without one: "a rule".
    let subject = if key.contains(' ') {
        key.to_owned()
    } else {
        quoted(key)
    };
    let problem = Problem::new(
        Code::WrongType,
        at,
        format!("{subject} must be {wanted}"),
        format!("this is {found}"),
    );
    let scalar = matches!(found, "true or false" | "a number");
    if scalar && (wanted.contains("text") || wanted.contains("word")) {
        problem.help("put it in quotes to make it text")
    } else {
        problem
    }
}

#[must_use]
pub fn empty_list(at: Place, key: &str) -> Problem {
    Problem::new(
        Code::EmptyList,
        at,
        format!("{} is empty", quoted(key)),
        "nothing in it",
    )
    .help("write what belongs in it, or delete the key")
}

#[must_use]
pub fn empty_text(at: Place, key: &str) -> Problem {
    Problem::new(
        Code::EmptyText,
        at,
        format!("{} is empty", quoted(key)),
        "nothing in it",
    )
    .help("write it, or delete it")
}

/// An empty `reason` or `instead`: the rule works, but says less than it could.
#[must_use]
pub fn empty_advice(at: Place, key: &str) -> Problem {
    Problem::new(
        Code::EmptyAdvice,
        at,
        format!("{} is empty", quoted(key)),
        "nothing in it",
    )
    .help("the agent reads this text when the rule refuses a call; write it or delete the key")
}

#[must_use]
pub fn unsupported_version(at: Place, version: &str) -> Problem {
    Problem::new(
        Code::UnsupportedVersion,
        at,
        format!(
            "version {} of the policy format is not supported",
            quoted(version)
        ),
        "this program reads version 1",
    )
    .help("write `version: 1`, or install a newer hookgate")
}

#[must_use]
pub fn no_kind(at: Place, kinds: &[&str]) -> Problem {
    Problem::new(
        Code::NoKind,
        at,
        "this rule does not say what it is about",
        "no kind",
    )
    .help(format!("give it one of these keys: {}", listed(kinds)))
}

#[must_use]
pub fn two_kinds(at: Place, kind: &str, first: Place, first_kind: &str) -> Problem {
    Problem::new(
        Code::TwoKinds,
        at,
        format!(
            "this rule is both {} and {}",
            quoted(first_kind),
            quoted(kind)
        ),
        "a second kind",
    )
    .related(first, "the first kind")
    .help("a rule has exactly one kind; make two rules with ids of their own")
}

#[must_use]
pub fn idle_key(at: Place, key: &str, why: &str, help: &str) -> Problem {
    Problem::new(
        Code::IdleKey,
        at,
        format!("{} does nothing here", quoted(key)),
        why,
    )
    .help(help)
}

#[must_use]
pub fn bad_example(at: Place, known: &[&str]) -> Problem {
    Problem::new(
        Code::BadExample,
        at,
        "an example is one call",
        "a map with exactly one key is needed",
    )
    .help(format!(
        "write {{KEY: VALUE}} with one of these keys: {}",
        listed(known)
    ))
}

/// Adds the nearest known word to the label, and the list of words where it is short.
pub(super) fn with_words(
    mut problem: Problem,
    word: &str,
    plural: &str,
    known: &[&str],
) -> Problem {
    if let Some(near) = nearest(word, known) {
        problem.label = format!("did you mean `{near}`?");
    }
    if known.len() < 10 && !known.is_empty() {
        return problem.help(format!("{plural}: {}", listed(known)));
    }
    problem
}
