//! Programs that come with cmd and take words in ways of their own.

use super::{Text, follow};
use crate::call::Access;
use crate::effects::powershell::Walker;
use crate::effects::powershell::state::State;
use crate::effects::{Span, Value};

/// Programs that are started by one another.
const DEPTH: usize = 8;

/// `fsutil file createnew path 10`
pub(super) fn fsutil(walker: &mut Walker<'_>, words: &[Value], span: Span, state: &State) {
    let [Value::Known(part), Value::Known(verb), rest @ ..] = words else {
        return;
    };
    let path = match (part.to_lowercase().as_str(), verb.to_lowercase().as_str()) {
        ("file", "createnew" | "setshortname" | "setvaliddata" | "seteof")
        | ("hardlink", "create") => rest.first(),
        ("file", "setzerodata") => rest.last(),
        _ => None,
    };
    if let Some(path) = path {
        walker.touch((Access::Write, false), path, false, "fsutil", span, state);
    }
}

/// `forfiles /p folder /c "cmd /c del @file"`
pub(super) fn forfiles(walker: &mut Walker<'_>, words: &[Text], span: Span, state: &mut State) {
    let after = |option: &str| {
        let at = words.iter().position(|word| word.lower() == option)?;
        words.get(at + 1).map(|word| word.text.as_str())
    };
    let folder = after("/p").unwrap_or(".").trim_end_matches(['/', '\\']);
    let mask = after("/m").unwrap_or("*");
    let Some(command) = after("/c").filter(|_| walker.names_around() < DEPTH) else {
        return;
    };
    let file = format!("{folder}\\{mask}");
    let command = command.replace("@file", &file).replace("@path", &file);
    let command = command.replace("@relpath", &file).replace("0x22", "");
    walker.under("forfiles", |walker| follow(walker, &command, span, state));
}
