//! One word of a command pattern: a text with wildcards, a path, or a `<word>` that stands for a place.

use super::Known;
use crate::effects::{Argument, Value};
use crate::policy::cache::bytes::{Reader, Writer};
use crate::policy::evaluate::Facts;
use crate::policy::rules::protect_paths;
use crate::repo::Place;

/// The places that have a name, as written in patterns.
const NAMES: [&str; 5] = [
    "<root>",
    "<home>",
    "<repository>",
    "<outside>",
    "<protected>",
];

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
    /// What a `protect-paths` rule keeps from being written or deleted.
    Protected,
    /// `**`: any number of words.
    Rest,
}

/// What is no text, in the order of their numbers in a compiled policy; and the number of a text.
const PLACES: [Operand; 6] = [
    Operand::Root,
    Operand::Home,
    Operand::Repository,
    Operand::Outside,
    Operand::Protected,
    Operand::Rest,
];
const TEXT: u8 = 100;

/// Says what is wrong with a word, and what to write, if anything is.
pub(super) fn check(word: &str) -> Result<(), (String, String)> {
    let Some(rest) = word.strip_prefix('<') else {
        return Ok(());
    };
    let known = || format!("known: {}", NAMES.join(", "));
    match rest.split_once('>') {
        Some((_, "")) if NAMES.contains(&word) => Ok(()),
        Some((_, "")) => Err((format!("`{word}` stands for nothing"), known())),
        Some(("home", rest)) => Err((
            "a place stands alone".into(),
            format!("write `~{rest}` for a path of the home folder"),
        )),
        Some(_) => Err(("a place stands alone".into(), known())),
        None => Ok(()),
    }
}

/// Returns whether a word of a pattern fits a name.
pub(super) fn fits_word(pattern: &str, name: &str) -> bool {
    pattern == name
        || pattern.contains(['*', '?', '{'])
            && alternatives(pattern).iter().any(|one| fits(one, name))
}

impl Operand {
    pub(super) fn new(word: &str) -> Self {
        match word {
            "<root>" => Self::Root,
            "<home>" => Self::Home,
            "<repository>" => Self::Repository,
            "<outside>" => Self::Outside,
            "<protected>" => Self::Protected,
            "**" => Self::Rest,
            _ => Self::Text(alternatives(word)),
        }
    }

    pub(super) fn write_to(&self, writer: &mut Writer) {
        let Self::Text(texts) = self else {
            return writer.choice(&PLACES, self);
        };
        writer.byte(TEXT);
        writer.texts(texts);
    }

    pub(super) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.byte()? {
            TEXT => reader.strings().map(Self::Text),
            at => PLACES.get(usize::from(at)).cloned(),
        }
    }

    /// Returns the text of a word without wildcards.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(patterns) => match patterns.as_slice() {
                [text] if !text.contains(['*', '?']) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it holds `*` or `?`.
    pub(super) fn is_wild(&self) -> bool {
        match self {
            Self::Text(patterns) => patterns.iter().any(|pattern| pattern.contains(['*', '?'])),
            _ => true,
        }
    }

    /// Returns whether a plain text fits.
    pub(super) fn is_text(&self, text: &str) -> bool {
        match self {
            Self::Text(patterns) => patterns.iter().any(|pattern| fits(pattern, text)),
            _ => false,
        }
    }

    /// Returns whether a word fits whatever follows the beginning of it that is known.
    pub(super) fn is_any_after(&self, word: &Value) -> bool {
        let (Value::Starts(start), Self::Text(patterns)) = (word, self) else {
            return false;
        };
        patterns
            .iter()
            .any(|pattern| pattern.ends_with('*') && fits(pattern, start))
    }

    /// Returns whether a word of a command fits, by its text or by the place it leads to.
    pub(super) fn matches(&self, word: &Argument, known: &Known<'_>) -> bool {
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
                let leads_elsewhere = || places.real != places.lexical;
                self.is_place(&places.lexical, is_all, known)
                    || (leads_elsewhere() && self.is_place(&places.real, is_all, known))
            })
    }

    /// Returns whether a variable may hold what is wanted.
    pub(super) fn may_be(&self, held: &Value) -> bool {
        match held {
            Value::Known(text) => self.is_text(text),
            Value::Starts(start) => match self {
                Self::Text(patterns) => patterns
                    .iter()
                    .any(|pattern| pattern == "*" || pattern.starts_with(start.as_str())),
                _ => false,
            },
        }
    }

    fn is_place(&self, place: &Place, is_all: bool, known: &Known<'_>) -> bool {
        let facts = known.facts;
        // Most words of patterns are no paths, and need none to compare with.
        let absolute = || facts.absolute(place);
        match self {
            Self::Root => {
                let absolute = absolute();
                absolute == "/" || is_drive(&absolute)
            }
            Self::Home => facts.home.as_deref() == Some(absolute().as_str()),
            Self::Repository => {
                let absolute = absolute();
                facts.root == absolute
                    || absolute == "/"
                    || facts
                        .root
                        .strip_prefix(absolute.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            }
            Self::Outside => matches!(place, Place::Outside(_)),
            Self::Protected => protect_paths::is_protected(known.rules, place, is_all, facts),
            Self::Rest => true,
            Self::Text(patterns) => patterns.iter().any(|pattern| {
                let is_path = pattern.contains('/') || pattern.starts_with('~');
                is_path && path_fits(pattern, place, absolute, is_all, facts)
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
fn path_fits(
    pattern: &str,
    place: &Place,
    absolute: impl Fn() -> String,
    is_all: bool,
    facts: &Facts,
) -> bool {
    let home = facts.home.as_deref();
    let below_home = pattern.strip_prefix('~').zip(home);
    if is_all {
        let pattern = match below_home {
            Some((rest, home)) => &format!("{home}{rest}"),
            None => pattern,
        };
        let folder = pattern.strip_suffix("/*").unwrap_or(pattern);
        let folder = if folder.is_empty() { "/" } else { folder };
        return folder == absolute();
    }
    if let Some((rest, home)) = below_home {
        let absolute = absolute();
        let found = absolute.strip_prefix(home);
        return found.is_some_and(|found| fits(rest.trim_end_matches('/'), found));
    }
    if pattern.starts_with('/') {
        let pattern = match pattern.trim_end_matches('/') {
            "" => "/",
            trimmed => trimmed,
        };
        return fits(pattern, &absolute());
    }
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    match place {
        Place::Inside(path) => fits(pattern.trim_end_matches('/'), path),
        Place::Outside(_) => false,
    }
}

/// Expands `{a,b}`, the first one first; patterns are short, and nesting is not offered.
pub(super) fn alternatives(word: &str) -> Vec<String> {
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
    let mut signs = pattern.chars();
    let mut letters = text.chars();
    // What to come back to: behind the last `*`, and the first letter that it may not have taken yet.
    let mut retry = None;
    loop {
        let mut ahead = signs.clone();
        match ahead.next() {
            Some('*') => {
                retry = Some((ahead.clone(), letters.clone()));
                signs = ahead;
                continue;
            }
            Some(sign) => {
                let letter = letters.next();
                if letter.is_some_and(|letter| sign == '?' || sign == letter) {
                    signs = ahead;
                    continue;
                }
            }
            None if letters.as_str().is_empty() => return true,
            None => {}
        }
        let Some((behind, from)) = &mut retry else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        signs = behind.clone();
        letters = from.clone();
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
            ("", "", true),
            ("*", "any", true),
            ("a*", "a", true),
            ("a*b*", "ab", true),
            ("a*b?", "aab", false),
            ("*ab", "aab", true),
            ("*aab", "aaab", true),
            ("?*?", "é", false),
            ("?*?", "éé", true),
            ("a**b", "a-b", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        let stars = "*a".repeat(200);
        assert!(!fits(&stars, &"a".repeat(150)));
    }

    /// The meaning itself, at any price.
    fn means(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => (0..=text.len()).any(|from| means(rest, &text[from..])),
            ([sign, rest @ ..], [letter, behind @ ..]) => {
                (*sign == '?' || sign == letter) && means(rest, behind)
            }
            _ => false,
        }
    }

    #[test]
    fn wildcards_mean_what_they_say() {
        let all = |letters: &str, longest: usize| {
            let mut texts = vec![String::new()];
            for _ in 0..longest {
                let longer = texts.iter().flat_map(|text| {
                    let letters = letters.chars();
                    letters.map(move |letter| format!("{text}{letter}"))
                });
                let mut longer: Vec<String> = longer.collect();
                longer.extend(texts);
                longer.sort();
                longer.dedup();
                texts = longer;
            }
            texts
        };
        let texts = all("ab", 5);
        for pattern in all("ab*?", 4) {
            let signs: Vec<char> = pattern.chars().collect();
            for text in &texts {
                let letters: Vec<char> = text.chars().collect();
                assert_eq!(
                    fits(&pattern, text),
                    means(&signs, &letters),
                    "{pattern} {text}"
                );
            }
        }
    }

    #[test]
    fn braces_are_alternatives() {
        assert_eq!(alternatives("{main,dev}-{a,b}").len(), 4);
        assert_eq!(alternatives("a{b}c"), ["a{b}c"]);
    }
}
