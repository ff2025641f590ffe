//! One word of a command pattern: a text with wildcards, a path, or a `<word>` that stands for a place.

use crate::effects::Argument;
use crate::policy::evaluate::Facts;
use crate::repo::Place;

/// The places that have a name, as written in patterns.
pub(super) const NAMES: [&str; 4] = ["<root>", "<home>", "<repository>", "<outside>"];

/// What a word must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    /// A text; `*`, `?` and `{a,b}` as in a shell. One with `/` in it also matches by the path it leads to.
    Text(Vec<String>),
    /// The root of the file system.
    Root,
    /// The person's home folder.
    Home,
    /// The repository's root, or a folder that holds it.
    Repository,
    /// Anything outside the repository.
    Outside,
}

/// Says what is wrong with a word, if anything.
pub(super) fn check(word: &str) -> Result<(), String> {
    let is_named = word.starts_with('<') && word.ends_with('>');
    if is_named && !NAMES.contains(&word) {
        return Err(format!("`{word}` stands for nothing"));
    }
    Ok(())
}

impl Operand {
    pub(super) fn new(word: &str) -> Self {
        match word {
            "<root>" => Self::Root,
            "<home>" => Self::Home,
            "<repository>" => Self::Repository,
            "<outside>" => Self::Outside,
            _ => Self::Text(alternatives(word)),
        }
    }

    /// Returns whether a plain text fits.
    pub(super) fn is_text(&self, text: &str) -> bool {
        match self {
            Self::Text(patterns) => patterns.iter().any(|pattern| fits(pattern, text)),
            _ => false,
        }
    }

    /// Returns whether a word of a command fits, by its text or by the place it leads to.
    pub(super) fn matches(&self, word: &Argument, facts: &Facts) -> bool {
        if let Some(text) = word.value.known()
            && self.is_text(text)
        {
            return true;
        }
        let everything_in = word.all_of.as_ref();
        [&word.places, &word.all_of]
            .into_iter()
            .flatten()
            .any(|places| {
                let is_all = everything_in == Some(places);
                self.is_place(&places.lexical, is_all, facts)
                    || self.is_place(&places.real, is_all, facts)
            })
    }

    fn is_place(&self, place: &Place, is_all: bool, facts: &Facts) -> bool {
        let absolute = match place {
            Place::Inside(path) if path.is_empty() => facts.root.clone(),
            Place::Inside(path) => format!("{}/{path}", facts.root),
            Place::Outside(path) => path.clone(),
        };
        match self {
            Self::Root => absolute == "/" || is_drive(&absolute),
            Self::Home => facts.home.as_deref() == Some(absolute.as_str()),
            Self::Repository => {
                facts.root == absolute
                    || absolute == "/"
                    || facts
                        .root
                        .strip_prefix(absolute.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            }
            Self::Outside => matches!(place, Place::Outside(_)),
            Self::Text(patterns) => patterns.iter().any(|pattern| {
                let is_path = pattern.contains('/') || pattern.starts_with('~');
                is_path && path_fits(pattern, place, &absolute, is_all, facts)
            }),
        }
    }
}

/// Whether a path is all of a drive of Windows: `C:/`.
fn is_drive(path: &str) -> bool {
    let letters = path.strip_suffix(":/");
    letters.is_some_and(|drive| {
        drive.len() == 1 && drive.starts_with(|letter: char| letter.is_ascii_alphabetic())
    })
}

/// Compares a pattern that is a path with where a word leads.
fn path_fits(pattern: &str, place: &Place, absolute: &str, is_all: bool, facts: &Facts) -> bool {
    let pattern = match (pattern.strip_prefix('~'), &facts.home) {
        (Some(rest), Some(home)) => format!("{home}{rest}"),
        _ => pattern.to_owned(),
    };
    if is_all {
        let folder = pattern.strip_suffix("/*").unwrap_or(&pattern);
        let folder = if folder.is_empty() { "/" } else { folder };
        return folder == absolute;
    }
    if pattern.starts_with('/') {
        let pattern = match pattern.trim_end_matches('/') {
            "" => "/",
            trimmed => trimmed,
        };
        return fits(pattern, absolute);
    }
    let pattern = pattern.strip_prefix("./").unwrap_or(&pattern);
    match place {
        Place::Inside(path) => fits(pattern.trim_end_matches('/'), path),
        Place::Outside(_) => false,
    }
}

/// Expands `{a,b}`, the first one first; patterns are short, and nesting is not offered.
fn alternatives(word: &str) -> Vec<String> {
    let parts = word.split_once('{').and_then(|(before, rest)| {
        let (inside, after) = rest.split_once('}')?;
        inside.contains(',').then_some((before, inside, after))
    });
    let Some((before, inside, after)) = parts else {
        return vec![word.to_owned()];
    };
    inside
        .split(',')
        .flat_map(|one| alternatives(&format!("{before}{one}{after}")))
        .collect()
}

/// Compares a text with a pattern of `*` and `?`, in time linear to their product.
fn fits(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    // Which beginnings of the pattern fit the text so far.
    let mut reached = vec![false; pattern.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    spread(&pattern, &mut reached);
    for letter in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (at, sign) in pattern.iter().enumerate() {
            if reached.get(at) != Some(&true) {
                continue;
            }
            let target = match sign {
                '*' => at,
                '?' => at + 1,
                other if *other == letter => at + 1,
                _ => continue,
            };
            if let Some(slot) = next.get_mut(target) {
                *slot = true;
            }
        }
        spread(&pattern, &mut next);
        reached = next;
    }
    reached.last() == Some(&true)
}

/// A `*` may stand for nothing.
fn spread(pattern: &[char], reached: &mut [bool]) {
    for (at, sign) in pattern.iter().enumerate() {
        if *sign == '*'
            && reached.get(at) == Some(&true)
            && let Some(slot) = reached.get_mut(at + 1)
        {
            *slot = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{alternatives, fits};

    #[test]
    fn wildcards_fit_as_in_a_shell() {
        for (pattern, text, expected) in [
            ("push", "push", true),
            ("push", "pushed", false),
            ("p*", "push", true),
            ("*", "", true),
            ("*.py", "deploy.py", true),
            ("*a*b", "xxaxxb", true),
            ("*a*b", "xxbxxa", false),
            ("p?sh", "push", true),
            ("p?sh", "posch", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        let stars = "*a".repeat(200);
        assert!(!fits(&stars, &"a".repeat(150)));
    }

    #[test]
    fn braces_are_alternatives() {
        assert_eq!(alternatives("{main,dev}-{a,b}").len(), 4);
        assert_eq!(alternatives("a{b}c"), ["a{b}c"]);
    }
}
