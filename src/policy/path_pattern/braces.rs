//! Expands `{a,b}` in a glob into the globs it stands for.

use super::GlobError;

/// Most alternatives of one glob.
const LIMIT: usize = 32;

/// Returns the globs that a glob with braces stands for; a glob without braces stands for itself. Braces without a comma
/// stand for themselves, as in a shell.
pub(super) fn expand(glob: &str) -> Result<Vec<String>, GlobError> {
    let mut done = Vec::new();
    let mut open = vec![glob.to_owned()];
    while let Some(text) = open.pop() {
        if done.len() + open.len() >= LIMIT {
            let at = glob.find('{').unwrap_or(0);
            return Err(GlobError::new(
                at,
                "these braces stand for too many globs",
                "write several globs",
            ));
        }
        match first_group(&text)? {
            None => done.push(text),
            Some(group) => {
                let head = text.get(..group.start).unwrap_or_default();
                let tail = text.get(group.end + 1..).unwrap_or_default();
                let mut from = group.start + 1;
                for to in group.commas.iter().chain([&group.end]) {
                    let choice = text.get(from..*to).unwrap_or_default();
                    open.push(format!("{head}{choice}{tail}"));
                    from = to + 1;
                }
            }
        }
    }
    Ok(done)
}

struct Group {
    start: usize,
    end: usize,
    commas: Vec<usize>,
}

/// Finds the first braces that hold a comma of their own.
fn first_group(text: &str) -> Result<Option<Group>, GlobError> {
    let mut groups: Vec<Group> = Vec::new();
    let mut found: Option<Group> = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            '[' => skip_class(&mut letters),
            '{' => groups.push(Group {
                start: at,
                end: at,
                commas: Vec::new(),
            }),
            ',' => {
                if let Some(group) = groups.last_mut() {
                    group.commas.push(at);
                }
            }
            '}' => {
                let closed = groups.pop().filter(|group| !group.commas.is_empty());
                if let Some(group) = closed {
                    let earlier = found.as_ref().is_none_or(|known| group.start < known.start);
                    if earlier {
                        found = Some(Group { end: at, ..group });
                    }
                }
            }
            _ => {}
        }
    }
    match groups.first() {
        Some(group) => Err(GlobError::new(
            group.start,
            "this brace is never closed",
            "write `\\{` for a brace in a name",
        )),
        None => Ok(found),
    }
}

/// Moves behind a `[...]`, in which braces and commas stand for themselves.
fn skip_class(letters: &mut std::str::CharIndices<'_>) {
    let mut ahead = letters.clone();
    let mut first = true;
    while let Some((_, letter)) = ahead.next() {
        match letter {
            '!' | '^' if first => continue,
            ']' if !first => {
                *letters = ahead;
                return;
            }
            '\\' => {
                ahead.next();
            }
            _ => {}
        }
        first = false;
    }
}
