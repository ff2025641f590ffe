//! TOML configurations: hookgate's entries stand together at the end, between two comments.

mod parse;

#[cfg(test)]
mod tests;

pub use parse::parse;

use std::fmt::Write as _;

use serde_json::Value;

use super::block;
use super::json::Left;
use super::problem::Problem;
use super::tree::{Kind, Node};

const BEGIN: &str = "# hookgate: hooks that `hookgate init` keeps up to date";
const END: &str = "# hookgate: end";

/// Returns a text with the template's entries in it. `None` is a file that is not there.
///
/// # Errors
/// A mistake in the text, or lists that cannot be added to.
pub fn merge(text: Option<&str>, template: &Node) -> Result<String, Problem> {
    let is_there = text.is_some();
    let text = text.unwrap_or_default();
    let there = parse(text)?;
    let mut lines = vec![BEGIN.to_owned()];
    tables(template, &mut Vec::new(), &mut lines);
    lines.push(END.to_owned());
    if block::find(text, &lines).is_some() {
        return Ok(text.to_owned());
    }
    let without = match unmerge(text)? {
        Left::Text(text) if is_there => Some(text),
        _ => None,
    };
    open(text, &there, template, "")?;
    let merged = block::added(without.as_deref(), &lines);
    // What no reader would take is not written.
    parse(&merged)?;
    Ok(merged)
}

/// Takes hookgate's entries out of a text.
///
/// # Errors
/// A mistake in the text, or entries of others among hookgate's.
pub fn unmerge(text: &str) -> Result<Left, Problem> {
    let Some((start, end)) = block::between(text, BEGIN, END) else {
        return Ok(Left::Text(text.to_owned()));
    };
    let inside = parse(text.get(start..end).unwrap_or_default())?;
    if !is_ours_alone(&inside) {
        let what = "between hookgate's comments stands more than hookgate wrote";
        return Err(Problem::at(text, start, what));
    }
    Ok(block::removed(text, start, end).map_or(Left::Nothing, Left::Text))
}

/// Whether tables hold nothing but lists of hookgate's entries.
fn is_ours_alone(node: &Node) -> bool {
    match &node.kind {
        Kind::Object(members) => members.iter().all(|member| is_ours_alone(&member.node)),
        Kind::Array(elements) => elements.iter().all(Node::is_ours),
        Kind::Scalar(_) => false,
    }
}

/// A list or table that is written in one piece takes no more tables.
fn open(text: &str, there: &Node, template: &Node, name: &str) -> Result<(), Problem> {
    let written = text.get(there.start..there.end).unwrap_or_default();
    let is_inline =
        !name.is_empty() && written.starts_with(['[', '{']) && !written.starts_with("[[") && {
            // A table's own header begins with a bracket too, and ends with its line.
            let header = written.lines().next().unwrap_or_default();
            !header.trim_end().ends_with(&format!("{name}]"))
        };
    match (&there.kind, &template.kind) {
        (Kind::Object(_), Kind::Object(wanted)) if !is_inline => {
            for member in wanted {
                if let Some(old) = there.get(&member.key) {
                    let name = if name.is_empty() {
                        member.key.clone()
                    } else {
                        format!("{name}.{}", member.key)
                    };
                    open(text, old, &member.node, &name)?;
                }
            }
            Ok(())
        }
        (Kind::Array(_), Kind::Array(_)) if !is_inline => Ok(()),
        (Kind::Scalar(there), Kind::Scalar(wanted)) if there == wanted => Ok(()),
        _ => {
            let what = format!(
                "`{name}` is written in one piece; write it as tables, or leave it to the JSON file beside this one"
            );
            Err(Problem::at(text, there.start, what))
        }
    }
}

/// Writes lists of objects as tables with headers.
fn tables<'a>(node: &'a Node, keys: &mut Vec<&'a str>, lines: &mut Vec<String>) {
    for member in node.members() {
        keys.push(&member.key);
        for element in member.node.elements() {
            lines.push(format!("[[{}]]", keys.join(".")));
            for scalar in element.members() {
                if let Kind::Scalar(value) = &scalar.node.kind {
                    lines.push(format!("{} = {}", scalar.key, written(value)));
                }
            }
            tables(element, keys, lines);
        }
        if !member.node.members().is_empty() {
            tables(&member.node, keys, lines);
        }
        keys.pop();
    }
}

fn written(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let mut quoted = String::from('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            sign if sign.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(sign));
            }
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
