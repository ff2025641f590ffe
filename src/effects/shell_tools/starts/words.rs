//! The words of the commands that wrappers start: what stands there, and what lists, inputs and searches put in.

use super::super::fields::Field;
use super::super::program::{Started, piece, values_of};
use super::super::stages::Input;
use super::super::walk::common_start;
use crate::effects::Value;
use crate::programs::Role;
use crate::programs::reading::Command;

/// Commands with one input each that are walked one by one.
const EACH: usize = 256;

/// Returns the commands that are started: one with all that is put in place of a placeholder, or one for each where a
/// script or a wrapper would take the second for something else.
pub(super) fn commands_of(started: &Started<'_>, command: &Command<'_>) -> Vec<Vec<Field>> {
    let given = started
        .fields
        .get(command.words.clone())
        .unwrap_or_default();
    let mut inputs = inputs(started, command);
    let marks = |field: &Field| {
        let text = field.value.known().unwrap_or_default();
        command.placeholder.is_some_and(|mark| text.contains(mark))
    };
    let is_script = given
        .iter()
        .any(|field| field.value.start().starts_with('-') && field.value.start().ends_with('c'));
    let first_marked = given.first().is_some_and(marks);
    let is_text = matches!(command.role, Role::ScriptWords | Role::RemoteScriptWords);
    // What is put into a line that a shell reads is quoted for it; without a command, the inputs are the lines.
    let takes_inputs = command.placeholder.is_some() || command.appends_stdin;
    let is_line = is_text && takes_inputs && !given.is_empty();
    if is_line && !first_marked {
        inputs.iter_mut().for_each(quote);
    }
    if (is_script || first_marked || is_text) && given.iter().any(marks) {
        if inputs.len() > EACH {
            // A script or a program sees one of them at a time: any, of which only the beginning is known.
            let values: Vec<Value> = inputs.into_iter().map(|input| input.value).collect();
            let any = Field::unknown(started.span).starting(&common_start(&values));
            inputs = vec![any];
        }
        let one = |input: &Field| words_of(started, command, given, std::slice::from_ref(input));
        return inputs.iter().map(one).collect();
    }
    let mut fields = words_of(started, command, given, &inputs);
    if !given.iter().any(marks) && (command.appends_stdin || command.inputs.is_some()) {
        let is_list = command.inputs.is_some();
        let are_lines = is_line && matches!(started.input, Input::Known(_));
        fields.extend(if is_list || are_lines {
            inputs
        } else {
            from_input(started)
        });
    }
    vec![fields]
}

/// Returns the words of a started command; a placeholder is replaced by what is put in its place, as far as that is known.
fn words_of(
    started: &Started<'_>,
    command: &Command<'_>,
    given: &[Field],
    inputs: &[Field],
) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    if let Some(split) = command.split {
        let text = piece(started, split);
        let words = text.value.start().split_whitespace();
        fields.extend(words.map(|word| Field::known(word.trim_matches(['\'', '"']), text.span)));
    }
    for field in given {
        let text = field.value.known().unwrap_or_default();
        let Some(mark) = command.placeholder.filter(|mark| text.contains(mark)) else {
            fields.push(field.clone());
            continue;
        };
        for input in inputs {
            let start = text.split(mark).next().unwrap_or_default();
            fields.push(match &input.value {
                Value::Known(input) => Field::known(&text.replace(mark, input), field.span),
                Value::Starts(input) => field.starting(&format!("{start}{input}")),
            });
        }
    }
    fields
}

/// What is put in place of a placeholder: words of the command line, lines of a known input, paths that find found.
fn inputs(started: &Started<'_>, command: &Command<'_>) -> Vec<Field> {
    let listed = command
        .inputs
        .clone()
        .and_then(|range| started.fields.get(range));
    if let Some(listed) = listed {
        return listed
            .iter()
            .filter(|field| !field.value.start().starts_with(":::"))
            .cloned()
            .collect();
    }
    match &started.found {
        Input::Unknown if *started.input == Input::Inherited => vec![Field::unknown(started.span)],
        Input::Unknown => values_of(started.input, started.span),
        found => values_of(found, started.span),
    }
}

/// The words that standard input adds to a command.
fn from_input(started: &Started<'_>) -> Vec<Field> {
    match started.input {
        Input::Known(text) => text
            .split(|letter: char| letter.is_whitespace() || letter == '\0')
            .filter(|word| !word.is_empty())
            .map(|word| Field::known(word.trim_matches(['\'', '"']), started.span))
            .collect(),
        other => values_of(other, started.span),
    }
}

/// Whether all that is not known of a line is what inputs put into it. That is quoted, so the other words stay what they are.
pub(super) fn adds_unknown_words(command: &Command<'_>, fields: &[Field]) -> bool {
    let takes_inputs = command.placeholder.is_some() || command.appends_stdin;
    let is_plain = |field: &Field| field.value.start().chars().all(is_plain);
    takes_inputs
        && fields
            .first()
            .is_some_and(|field| field.value.known().is_some())
        && fields.iter().any(|field| field.value.known().is_none())
        && fields.iter().all(is_plain)
}

/// Puts a backslash before each letter that a shell would not take as it is.
fn quote(field: &mut Field) {
    if let Value::Known(text) = &field.value
        && !text.chars().all(is_plain)
    {
        let mut quoted = String::with_capacity(text.len() * 2);
        for letter in text.chars() {
            if !is_plain(letter) {
                quoted.push('\\');
            }
            quoted.push(letter);
        }
        *field = Field::known(&quoted, field.span);
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || "/_.,:@%+=-".contains(letter)
}
