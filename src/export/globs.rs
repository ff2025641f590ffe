//! Globs of a policy in another language's form.

use crate::adapter::{Paths, Style};
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::repo::Case;

/// What stands in a glob besides letters, digits and the signs that are wildcards to everybody.
const PLAIN: &str = "._-/*+@~=, ";

/// From where a glob is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Root,
    Anywhere,
    Home,
    System,
}

/// One glob without braces.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Glob {
    start: Start,
    /// Without slashes at its ends; empty for everything.
    stem: String,
    /// Whether only what lies below is meant.
    below: bool,
}

/// Writes the globs of a list in a language's form: the texts, and what cannot be said.
pub(super) fn written(
    globs: &PathPatterns,
    base: &str,
    paths: &Paths,
) -> (Vec<String>, Vec<(String, String)>) {
    let mut texts = Vec::new();
    let mut lost = Vec::new();
    for (at, glob) in globs.iter().enumerate() {
        if glob.is_exception() {
            continue;
        }
        let mut later = globs.iter().skip(at + 1);
        if let Some(except) = later.find(|other| other.is_exception() && may_meet(glob, other)) {
            let why = format!("there are no exceptions, and `{except}` would be denied too");
            lost.push((glob.to_string(), why));
            continue;
        }
        match one(glob, base, paths) {
            Ok((own, missing)) => {
                texts.extend(own);
                lost.extend(missing.map(|missing| (glob.to_string(), missing.to_owned())));
            }
            Err(why) => lost.push((glob.to_string(), why.to_owned())),
        }
    }
    (texts, lost)
}

/// Whether an exception takes something out of a glob; when in doubt it does.
fn may_meet(glob: &PathPattern, except: &PathPattern) -> bool {
    let (text, other) = (glob.text(), except.text().trim_start_matches('!'));
    let is_wild = |text: &str| text.contains(['*', '?', '[', '{']);
    let covers = |glob: &PathPattern, path: &str| {
        let alone: PathPatterns = [glob.clone()].into_iter().collect();
        let path = path.trim_matches('/');
        alone.matches(path, Case::Insensitive).is_some()
    };
    if !is_wild(other) {
        return other.starts_with("~/") || covers(glob, other) || is_folder(text);
    }
    let name = |text: &str| {
        text.trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let end = |text: &str| {
        name(text)
            .rsplit(['*', '?', ']', '}'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let (one, two) = (end(text), end(other));
    // Names that end differently are different files; a folder holds others.
    let differs =
        !one.is_empty() && !two.is_empty() && !one.ends_with(&two) && !two.ends_with(&one);
    !differs || is_folder(text) || is_folder(other)
}

/// Whether a glob seems to mean a folder.
fn is_folder(glob: &str) -> bool {
    let name = glob.rsplit('/').next().unwrap_or_default();
    name.is_empty() || name == "**" || !name.contains('.')
}

type Written = (Vec<String>, Option<&'static str>);

fn one(glob: &PathPattern, base: &str, paths: &Paths) -> Result<Written, &'static str> {
    let mut texts = Vec::new();
    let mut missing = None;
    for text in glob.spelled() {
        if !text
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || PLAIN.contains(sign))
        {
            return Err("holds signs that other languages read in another way");
        }
        let mut starts = glob_of(&text, base);
        // A glob below a folder of the system also means such a folder beside the policy.
        if glob.is_of_system() && text.starts_with('/') {
            starts.push(Glob {
                start: Start::System,
                ..starts.first().cloned().ok_or("names nothing")?
            });
        }
        let said: Vec<Result<Vec<String>, &'static str>> =
            starts.iter().map(|glob| spelled(glob, paths)).collect();
        if let [Err(why)] = said.as_slice() {
            return Err(why);
        }
        missing = missing.or(said.iter().find_map(|one| one.as_ref().err().copied()));
        texts.extend(said.into_iter().flatten().flatten());
    }
    if texts.is_empty() {
        return Err(missing.unwrap_or("names nothing"));
    }
    Ok((texts, missing))
}

/// Reads a glob without braces.
fn glob_of(text: &str, base: &str) -> Vec<Glob> {
    let trimmed = text.trim_end_matches('/');
    let (stem, below) = match trimmed.strip_suffix("/**") {
        Some(stem) => (stem, true),
        None if trimmed == "**" => ("", true),
        None => (trimmed, false),
    };
    let (start, stem) = if let Some(rest) = stem.strip_prefix("~/") {
        (Start::Home, rest.to_owned())
    } else if let Some(rest) = stem.strip_prefix("**/") {
        (Start::Anywhere, rest.to_owned())
    } else if trimmed.contains('/') || stem.is_empty() {
        (Start::Root, stem.trim_start_matches('/').to_owned())
    } else {
        (Start::Anywhere, stem.to_owned())
    };
    let stem = match (start, base) {
        (Start::Home, _) | (_, "") => stem,
        (Start::Anywhere, base) => {
            return vec![Glob {
                start: Start::Root,
                stem: format!("{base}/**/{stem}"),
                below,
            }];
        }
        (_, base) if stem.is_empty() => base.to_owned(),
        (_, base) => format!("{base}/{stem}"),
    };
    vec![Glob { start, stem, below }]
}

/// Writes a glob in a language's form, in each way that it takes.
fn spelled(glob: &Glob, paths: &Paths) -> Result<Vec<String>, &'static str> {
    let (starts, why) = match glob.start {
        Start::Root => (paths.anchored, "paths from the root cannot be named"),
        Start::Anywhere => (
            paths.anywhere,
            "a name in any folder cannot be named without files outside the repository",
        ),
        Start::Home => (paths.home, "files below the home folder cannot be named"),
        Start::System => (paths.system, "files of the system cannot be named"),
    };
    if starts.is_empty() {
        return Err(why);
    }
    let ends = ends(glob, paths)?;
    let all = starts.iter().flat_map(|start| {
        ends.iter().map(move |end| {
            let text = format!("{start}{end}");
            // A start that ends in a slash and everything below it meet here.
            text.replace("//**", "/**")
        })
    });
    Ok(all.collect())
}

/// What follows the start: the glob itself, what lies below it, or both.
fn ends(glob: &Glob, paths: &Paths) -> Result<Vec<String>, &'static str> {
    let stem = match paths.style {
        Style::Glob => glob.stem.clone(),
        Style::Star => star(glob)?,
        Style::Regex => regex(&glob.stem),
    };
    let below = match paths.style {
        Style::Glob if stem.is_empty() => "**".to_owned(),
        Style::Star if stem.is_empty() => "*".to_owned(),
        Style::Regex if stem.is_empty() => String::new(),
        Style::Glob => format!("{stem}/**"),
        Style::Star => format!("{stem}/*"),
        Style::Regex => format!("{stem}/"),
    };
    Ok(match (paths.style, glob.below) {
        (_, true) => vec![below],
        (Style::Regex, false) => vec![format!(r#"{stem}["/]"#)],
        (_, false) if paths.covers_folders => vec![stem],
        (_, false) => vec![stem, below],
    })
}

/// A glob where `*` is any text: only where crossing folders makes no difference.
fn star(glob: &Glob) -> Result<String, &'static str> {
    const WHY: &str = "`*` stands for slashes too, so that more would be denied";
    let stem = &glob.stem;
    let inner = match glob.start {
        // Any text may stand before a name in any folder.
        Start::Anywhere if !stem.contains('/') => stem.trim_start_matches('*'),
        _ => stem.as_str(),
    };
    // What lies below a folder that fits is covered as well.
    let inner = inner.strip_suffix('*').unwrap_or(inner);
    if inner.contains('*') {
        return Err(WHY);
    }
    Ok(stem.clone())
}

fn regex(stem: &str) -> String {
    let mut text = String::new();
    let mut rest = stem;
    while let Some(sign) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**/") {
            // No group with a quantifier behind it: some take such for dangerous.
            text.push_str(r#"(|[^"]*/)"#);
            rest = after;
            continue;
        }
        match sign {
            '*' => text.push_str(r#"[^/"]*"#),
            '.' | '+' => text.extend(['\\', sign]),
            sign => text.push(sign),
        }
        rest = rest.get(sign.len_utf8()..).unwrap_or_default();
    }
    text
}
