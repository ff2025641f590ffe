//! JSON configurations: hookgate's entries go in and out, and all else keeps its bytes.

mod insert;
mod layout;
mod parse;
mod remove;
mod section;

#[cfg(test)]
mod tests;

pub use insert::new_file;
pub use parse::{Document, parse};
pub use remove::Left;
pub use section::{Section, Sections};

use super::edit::{Edit, apply};
use super::problem::Problem;
use super::tree::{Kind, Node};
use remove::Ours;

/// Returns a text with the template's entries in it; entries of an older form are replaced where they stand.
///
/// # Errors
/// A mistake in the text, or something else in an entry's place.
pub fn merge(text: &str, template: &Node) -> Result<String, Problem> {
    let document = parse(text)?;
    let text = update(text, &document, template);
    let document = parse(&text)?;
    let is_wanted = |keys: &[&str], entry: &Node| {
        let list = keys.iter().try_fold(template, |node, key| node.get(key));
        let value = entry.value();
        list.is_some_and(|list| list.elements().iter().any(|new| new.value() == value))
    };
    let ours = Ours {
        element: &|keys, entry| entry.is_ours().then(|| !is_wanted(keys, entry)),
        member: &|_| false,
    };
    let text = match remove::remove(&text, &document, template, ours) {
        Left::Text(text) => text,
        // Everything in it was hookgate's, and nothing of that is wanted any more.
        Left::Nothing => return Ok(new_file(template)),
    };
    insert::insert(&text, &parse(&text)?, template)
}

/// Takes every entry of hookgate's out of a text.
///
/// # Errors
/// A mistake in the text.
pub fn unmerge(text: &str, template: &Node) -> Result<Left, Problem> {
    let document = parse(text)?;
    let ours = Ours {
        element: &|_, entry| entry.is_ours().then_some(true),
        member: &|_| false,
    };
    Ok(remove::remove(text, &document, template, ours))
}

/// Replaces entries of an older form by those of the template, one for one, where they stand.
fn update(text: &str, document: &Document, template: &Node) -> String {
    let mut edits = Vec::new();
    if let Some(root) = &document.root {
        let layout = layout::Layout::of(text, Some(root));
        update_below(text, &layout, root, template, &mut edits);
    }
    apply(text, edits)
}

fn update_below(
    text: &str,
    layout: &layout::Layout,
    node: &Node,
    template: &Node,
    edits: &mut Vec<Edit>,
) {
    match (&node.kind, &template.kind) {
        (Kind::Object(members), Kind::Object(_)) => {
            for member in members {
                if let Some(wanted) = template.get(&member.key) {
                    update_below(text, layout, &member.node, wanted, edits);
                }
            }
        }
        (Kind::Array(there), Kind::Array(wanted)) => {
            let equal = |one: &Node, other: &Node| one.value() == other.value();
            let old = there
                .iter()
                .filter(|old| old.is_ours() && !wanted.iter().any(|new| equal(old, new)));
            let new = wanted
                .iter()
                .filter(|new| !there.iter().any(|old| equal(old, new)));
            for (old, new) in old.zip(new) {
                let is_inline = text
                    .get(old.start..old.end)
                    .is_some_and(|text| !text.contains('\n'));
                let written = if is_inline {
                    layout.inline(new)
                } else {
                    layout.block(new, layout::indent_of_line(text, old.start))
                };
                edits.push(Edit {
                    start: old.start,
                    end: old.end,
                    text: written,
                });
            }
        }
        _ => {}
    }
}
