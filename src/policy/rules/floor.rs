//! The floor: what holds without any rule. An agent must not write hookgate's own policy, state, configuration or binary,
//! nor the files that runtimes read their hooks from; else the first edit would switch everything else off.

use std::borrow::Cow;

use super::protect_paths::describe;
use crate::call::Access;
use crate::decision::{Finding, Verdict};
use crate::effects::{Effects, Invocation, PathEffect, Reach, Span};
use crate::policy::evaluate::Facts;
use crate::repo::{Case, LOCAL_POLICY_FILE, POLICY_FILE, Place, Places};
use crate::state::FOLDER;

/// Id under which the floor's findings are reported. Policies cannot use it.
pub(crate) const ID: &str = "floor";
/// Why it is there.
pub(crate) const REASON: &str =
    "an agent does not change the rules that it works under, nor their records";

/// Returns an objection for each path of the floor that a call would write or delete, and for each hook call that an agent
/// makes itself.
pub(crate) fn judge(effects: &Effects, facts: &Facts) -> Vec<Finding> {
    let paths = effects
        .paths
        .iter()
        .filter(|effect| effect.access != Access::Read)
        .filter_map(|effect| {
            let Places { lexical, real } = &effect.places;
            // Without links both are the same.
            let real = Some(real).filter(|real| *real != lexical);
            let place = std::iter::once(lexical)
                .chain(real)
                .find(|place| is_floor(place, effect, facts))?;
            Some(finding(describe(effect, place), effect.span))
        });
    let calls = effects
        .commands
        .iter()
        .filter(|command| is_persons_act(command))
        .map(|command| finding(format!("runs `{}`", command.text()), Some(command.span)));
    paths.chain(calls).collect()
}

fn finding(what: String, span: Option<Span>) -> Finding {
    Finding {
        rule: ID.into(),
        origin: None,
        verdict: Verdict::Deny,
        unless_asked: Verdict::Deny,
        what,
        reason: Some(REASON.into()),
        instead: Some("ask the person to make this change".into()),
        span: span.map(Span::bytes),
        part: None,
    }
}

/// Made-up hook calls would count as blocked stops and fill the records; what a holder is told to run would be judged by
/// nobody; trust is a person's to give; what is set up can be taken out with the same word; and putting files back would undo
/// what a person changed in policies and elsewhere.
fn is_persons_act(command: &Invocation) -> bool {
    let program = command.program.as_deref().unwrap_or_default();
    let mut words = command.words.iter().map(|word| word.value.start());
    let is_act = match words.next() {
        Some("hook" | crate::gate::HOLD | "init" | "trust") => true,
        Some("export") => words.any(|word| word == "--write" || word == "--uninstall"),
        Some("restore") => !words.any(|word| word == "--dry-run"),
        _ => false,
    };
    program.trim_end_matches(".exe") == "hookgate" && is_act
}

fn is_floor(place: &Place, effect: &PathEffect, facts: &Facts) -> bool {
    // Deleting a folder takes all below it; a formatter that goes through one leaves alone what is not its own.
    let takes = effect.access == Access::Delete && effect.reach == Reach::Below;
    let begins = takes.then(|| effect.begins.as_deref().unwrap_or_default());
    match place {
        Place::Inside(path) => is_floor_inside(path, begins, facts),
        Place::Outside(path) => {
            let holds_root = begins.is_some_and(|name| holds(path, name, &facts.root, facts.case));
            is_policy_name(path, facts.case)
                || holds_root
                || own_paths(facts).any(|own| touches(path, &own, begins, facts.case))
        }
    }
}

fn is_floor_inside(path: &str, begins: Option<&str>, facts: &Facts) -> bool {
    let touches = |own: &str| touches(path, own, begins, facts.case);
    is_policy_name(path, facts.case)
        || touches(FOLDER)
        // Deleting a folder deletes the policies in it.
        || facts.policies.iter().any(|policy| touches(policy))
        || facts.records.iter().any(|record| touches(record))
        || facts.hook_files.inside().any(touches)
        // The repository may itself hold what lies outside most: a home folder, say.
        || absolute(facts).any(|own| below_root(own, facts).is_some_and(touches))
        || touches_home(facts, touches)
}

/// The same for files in the home folder, where one of both folders lies in the other.
fn touches_home(facts: &Facts, touches: impl Fn(&str) -> bool) -> bool {
    let Some(home) = facts.home.as_deref() else {
        return false;
    };
    if let Some(deeper) = facts.root.strip_prefix(home) {
        let below = |rest: &str| {
            let inner = rest.strip_prefix(deeper)?.strip_prefix('/')?;
            Some(touches(inner))
        };
        let mut files = facts.hook_files.of_home();
        return files.any(|rest| below(rest) == Some(true));
    }
    below_root(home, facts).is_some_and(|inner| {
        let mut files = facts.hook_files.of_home();
        files.any(|rest| touches(&format!("{inner}{rest}")))
    })
}

fn below_root<'p>(path: &'p str, facts: &Facts) -> Option<&'p str> {
    path.strip_prefix(&facts.root)?.strip_prefix('/')
}

/// Returns whether a path is a policy file, in whatever folder.
fn is_policy_name(path: &str, case: Case) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [POLICY_FILE, LOCAL_POLICY_FILE]
        .iter()
        .any(|policy| equal(name, policy, case))
}

/// Returns the absolute paths of the floor.
fn own_paths(facts: &Facts) -> impl Iterator<Item = Cow<'_, str>> {
    let home = facts.home.as_deref();
    let homes = facts.hook_files.of_home();
    let homes = homes.filter_map(move |rest| Some(Cow::Owned(format!("{}{rest}", home?))));
    absolute(facts).map(Cow::Borrowed).chain(homes)
}

/// Those that are written with all that is before them.
fn absolute(facts: &Facts) -> impl Iterator<Item = &str> {
    let own = facts.own_paths.iter().map(String::as_str);
    own.chain(facts.hook_files.absolute())
}

/// Returns whether touching `path` touches `own`. What is deleted as a whole, or what begins so in it, takes what is below.
fn touches(path: &str, own: &str, begins: Option<&str>, case: Case) -> bool {
    is_at_or_below(path, own, case) || begins.is_some_and(|name| holds(path, name, own, case))
}

fn is_at_or_below(path: &str, own: &str, case: Case) -> bool {
    // Nearly every path differs from nearly every file of the floor in the first letter.
    let first = |text: &str| text.as_bytes().first().copied();
    if case == Case::Sensitive && !own.is_empty() && first(path) != first(own) {
        return false;
    }
    equal(path, own, case) || is_below(path, own, case)
}

/// Returns whether a path lies in a folder, under a name that begins so.
fn holds(folder: &str, begins: &str, path: &str, case: Case) -> bool {
    let folder = folder.strip_suffix('/').unwrap_or(folder);
    let skip = if folder.is_empty() && !path.starts_with('/') {
        0
    } else if is_below(path, folder, case) {
        folder.len() + 1
    } else {
        return false;
    };
    let name = path.get(skip..).and_then(|rest| rest.get(..begins.len()));
    name.is_some_and(|name| equal(name, begins, case))
}

fn is_below(path: &str, folder: &str, case: Case) -> bool {
    // The root of the file system is the one folder whose path ends in a slash.
    let folder = folder.strip_suffix('/').unwrap_or(folder);
    path.get(..folder.len())
        .is_some_and(|head| equal(head, folder, case))
        && path
            .get(folder.len()..)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn equal(one: &str, other: &str, case: Case) -> bool {
    match case {
        Case::Sensitive => one == other,
        Case::Insensitive => one.to_lowercase() == other.to_lowercase(),
    }
}
