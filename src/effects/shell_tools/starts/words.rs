//! The words of the commands that wrappers start: what stands there, and what lists, inputs and searches put in.

use std::ops::Range;

use super::super::fields::Field;
use super::super::program::{Started, base_name, piece, values_of};
use super::super::stages::Input;
use super::super::walk::common_start;
use crate::effects::Value;
use crate::programs::Role;
use crate::programs::reading::Command;

/// The variable that stands in scripts for an input that is not known.
pub(super) const INPUT: &str = "each_input";

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
    let takes_script = |field: &Field| {
        let text = field.value.start();
        text.starts_with('-') && text.ends_with('c')
    };
    let is_script = given.iter().any(takes_script);
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
        let scripts = if is_text {
            0..given.len()
        } else {
            shell_text(given, takes_script)
        };
        let seen = in_scripts(given, &inputs, scripts, command.placeholder);
        let given = seen.as_deref().unwrap_or(given);
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
    if is_text {
        // What joins a script is quoted for it.
        for field in &mut fields {
            if field.value == Value::Starts(String::new()) {
                *field = Field::known(&format!("\"${{{INPUT}}}\""), field.span);
            }
        }
    }
    vec![fields]
}

/// Returns where the word is that a shell among the words takes for its script.
fn shell_text(given: &[Field], takes_script: impl Fn(&Field) -> bool) -> Range<usize> {
    let is_option = |field: &&Field| field.value.start().starts_with(['-', '+']);
    let Some(at) = given.iter().position(takes_script) else {
        return 0..0;
    };
    let before = given.get(..at).unwrap_or_default();
    let shell = before.iter().rev().find(|field| !is_option(field));
    let name = shell.and_then(|field| field.value.known()).map(base_name);
    let is_shell =
        name.is_some_and(|name| matches!(name, "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash"));
    if is_shell { at + 1..at + 2 } else { 0..0 }
}

/// Returns the words with a variable in scripts where the placeholder stands for something that is not known: one of many
/// names, which is a word of the script, and no code of it.
fn in_scripts(
    given: &[Field],
    inputs: &[Field],
    scripts: Range<usize>,
    placeholder: Option<&str>,
) -> Option<Vec<Field>> {
    let [input] = inputs else {
        return None;
    };
    let Value::Starts(start) = &input.value else {
        return None;
    };
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    let mark = placeholder.filter(|mark| !mark.is_empty() && start.chars().all(is_plain))?;
    let fields = given.iter().enumerate().map(|(at, field)| {
        let script = field.value.known().filter(|_| scripts.contains(&at));
        script.map_or_else(
            || field.clone(),
            |script| Field::known(&with_variable(script, mark, start), field.span),
        )
    });
    Some(fields.collect())
}

/// Puts a variable in place of a mark in shell text, with what it is known to begin with. Between single quotes these are
/// closed for it.
fn with_variable(script: &str, mark: &str, start: &str) -> String {
    let mut text = String::with_capacity(script.len());
    let mut quote = None;
    let mut rest = script;
    while let Some(letter) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix(mark) {
            let (open, close) = if quote == Some('\'') {
                ("'\"", "\"'")
            } else {
                ("", "")
            };
            text.extend([open, start, "${", INPUT, "}", close]);
            rest = behind;
            continue;
        }
        let mut length = letter.len_utf8();
        match (letter, quote) {
            ('\\', None | Some('"')) => {
                let next = rest.chars().nth(1).map_or(0, char::len_utf8);
                // A mark behind a backslash is none that a shell would expand.
                length += next;
            }
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            _ => {}
        }
        let (taken, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        text.push_str(taken);
        rest = behind;
    }
    text
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

#[cfg(test)]
mod tests {
    use super::with_variable;

    #[test]
    fn an_input_that_is_not_known_is_a_word_of_its_script() {
        for (script, start, expected) in [
            ("wc -l {}", "", "wc -l ${each_input}"),
            (
                "cd x/{} && ls {}",
                "",
                "cd x/${each_input} && ls ${each_input}",
            ),
            (
                "cat \"a {}\" '{}'",
                "b/",
                "cat \"a b/${each_input}\" ''\"b/${each_input}\"''",
            ),
            (
                r"echo \' {} '\' {}",
                "",
                r"echo \' ${each_input} '\' ${each_input}",
            ),
            ("echo \"'\" {}", "", "echo \"'\" ${each_input}"),
            ("{}", "", "${each_input}"),
        ] {
            assert_eq!(with_variable(script, "{}", start), expected, "{script}");
        }
    }
}
