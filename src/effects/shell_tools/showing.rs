//! Editors that are told to print, or to write elsewhere: what they open is read only.

use super::code::only_shows as code_only_shows;
use super::program::{Started, pieces};
use super::stages::Input;
use crate::programs::{Reading, Role};

/// Whether all that an editor is told is known and changes no file that it opened.
pub(super) fn only_shows(started: &Started<'_>, reading: &Reading<'_>) -> bool {
    let Some(language @ ("ed" | "vim" | "elisp")) = reading.language else {
        return false;
    };
    // Somebody may type the rest.
    let is_told = match language {
        "ed" => true,
        "vim" => started.name == "ex" || ["-e", "-E", "-es"].iter().any(|mode| reading.has(mode)),
        _ => reading.has("-batch"),
    };
    let runs_more = reading.has("-f") || !pieces(started, reading, &[Role::ScriptFile]).is_empty();
    if !is_told || runs_more {
        return false;
    }
    let mut codes: Vec<String> = Vec::new();
    for field in pieces(started, reading, &[Role::Code]) {
        match field.value.known() {
            Some(code) => codes.push(code.to_owned()),
            None => return false,
        }
    }
    // In silent mode, vim reads its input as commands, too.
    if language != "elisp" {
        match started.input {
            Input::Known(text) => codes.push(text.clone()),
            Input::Inherited => {}
            _ => return false,
        }
    }
    !codes.is_empty() && codes.iter().all(|code| code_only_shows(language, code))
}
