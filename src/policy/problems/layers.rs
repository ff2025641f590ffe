//! What is wrong between several files.

use super::quote::{clean, quoted};
use super::shape::with_words;
use super::{Code, Place, Problem};

#[must_use]
pub fn duplicate_id(at: Place, id: &str, first: Place) -> Problem {
    Problem::new(
        Code::DuplicateId,
        at,
        format!("two rules share the id {}", quoted(id)),
        "used again here",
    )
    .related(first, "first used here")
    .help("ids name a rule in answers, state files and `explain`, so each must be unique")
}

#[must_use]
pub fn unknown_pack(at: Place, name: &str, known: &[&str]) -> Problem {
    let title = format!("there is no shipped policy called {}", quoted(name));
    let mut problem = with_words(
        Problem::new(Code::UnknownPack, at, title, "unknown pack"),
        name,
        "shipped policies",
        known,
    );
    if name.contains(['/', '.']) {
        return problem.help(format!(
            "a file is named by a path that begins with `./`: `./{}`",
            clean(name)
        ));
    }
    if let Some(help) = &mut problem.help {
        help.push_str("; a file is named by a path that begins with `./`");
    }
    problem
}

#[must_use]
pub fn unreadable_extends(at: Place, path: &str, why: &str) -> Problem {
    Problem::new(
        Code::UnreadableExtends,
        at,
        format!("{} cannot be read", quoted(path)),
        why,
    )
    .help("paths under `extends` are relative to the file they are written in")
}

#[must_use]
pub fn extends_outside(at: Place, path: &str) -> Problem {
    Problem::new(
        Code::ExtendsOutside,
        at,
        format!("{} is outside the repository", quoted(path)),
        "leaves the repository",
    )
    .help("a policy is made of files of its own repository, links included, and of shipped packs")
}

#[must_use]
pub fn extends_cycle(at: Place, chain: &[&str]) -> Problem {
    let chain = chain
        .iter()
        .map(|name| clean(name))
        .collect::<Vec<_>>()
        .join(" → ");
    Problem::new(
        Code::ExtendsCycle,
        at,
        "these files extend each other",
        "comes back to a file that is being read",
    )
    .help(format!("remove one of the steps: {chain}"))
}

#[must_use]
pub fn looser_layer(at: Place, key: &str, inner: &str, outer: &str) -> Problem {
    Problem::new(
        Code::LooserLayer,
        at,
        format!("{} cannot be loosened here", quoted(key)),
        format!("`{inner}` is ignored; an outer policy says `{outer}`"),
    )
    .help("inner policies add rules and tighten; loosening is for the person who writes the outer one")
}

#[must_use]
pub fn unknown_gate(at: Place, id: &str, known: &[&str]) -> Problem {
    let title = format!("there is no quality gate called {}", quoted(id));
    let problem = Problem::new(Code::UnknownGate, at, title, "unknown gate");
    let mut problem = with_words(problem, id, "quality gates", known);
    let own = "`needs` names gates of this folder and of folders above it";
    problem.help = Some(match problem.help.take() {
        Some(help) => format!("{help}; {own}"),
        None => own.to_owned(),
    });
    problem
}

#[must_use]
pub fn needs_circle(at: Place, chain: &[&str]) -> Problem {
    let chain = chain
        .iter()
        .map(|id| clean(id))
        .collect::<Vec<_>>()
        .join(" → ");
    Problem::new(
        Code::NeedsCircle,
        at,
        "these gates need each other, so none of them could ever run",
        "comes back to its beginning",
    )
    .help(format!("remove one of the steps: {chain}"))
}
