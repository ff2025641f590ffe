//! `.gitignore` rules, read as git reads them: byte by byte, the last one that matches decides.
//!
//! Nothing is compiled, because a rule is asked only about what is not tracked.

use std::io::Read;
use std::path::Path;

/// Longer files are no rules.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The rules of one file.
#[derive(Debug, Default)]
pub(super) struct Rules {
    list: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    /// `!`: what matches is not ignored after all.
    keeps: bool,
    only_folders: bool,
    /// A rule without a slash matches a name at any depth.
    at_any_depth: bool,
    parts: Vec<Part>,
}

/// What stands between two slashes.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// `**`
    AnyFolders,
    Literal(Vec<u8>),
    Wild(Vec<u8>),
}

impl Rules {
    /// Reads a file of rules.
    pub(super) fn read(path: &Path) -> Self {
        Self::parse(&bytes(path))
    }

    pub(super) fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let lines = bytes.split(|byte| *byte == b'\n');
        Self {
            list: lines.filter_map(Rule::parse).collect(),
        }
    }

    /// Returns whether a path is ignored; `None` when no rule speaks of it. The path is relative to the rules' folder.
    pub(super) fn decide(&self, path: &[u8], is_folder: bool, fold: bool) -> Option<bool> {
        let mut rules = self.list.iter().rev();
        let rule = rules.find(|rule| rule.matches(path, is_folder, fold))?;
        Some(!rule.keeps)
    }
}

/// Returns what is in a file of rules. One that is missing, no file or unreadable has none, as for git.
pub(super) fn bytes(path: &Path) -> Vec<u8> {
    let is_file = path.symlink_metadata().is_ok_and(|about| about.is_file());
    let mut bytes = Vec::new();
    if is_file && let Ok(file) = std::fs::File::open(path) {
        let read = file.take(LIMIT).read_to_end(&mut bytes);
        if read.is_err() {
            bytes.clear();
        }
    }
    bytes
}

/// An escaped slash is a slash: git takes `a\/b` for `a/b`.
fn with_plain_slashes(line: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    loop {
        match rest {
            [b'\\', b'/', after @ ..] => {
                let is_folders = plain.rsplit(|byte| *byte == b'/').next() == Some(b"**");
                // Behind such a slash `**` stands for one folder at least.
                plain.extend_from_slice(if is_folders { b"/*/" } else { b"/" });
                rest = after;
            }
            [b'\\', escaped, after @ ..] => {
                plain.extend([b'\\', *escaped]);
                rest = after;
            }
            [byte, after @ ..] => {
                plain.push(*byte);
                rest = after;
            }
            [] => return plain,
        }
    }
}

impl Rule {
    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'#') {
            return None;
        }
        let line = without_blanks(line);
        let (keeps, line) = match line.strip_prefix(b"!") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (only_folders, line) = match line.strip_suffix(b"/") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let at_any_depth = !line.contains(&b'/');
        let line = line.strip_prefix(b"/").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let part = |text: &[u8]| match text {
            b"**" if !at_any_depth => Part::AnyFolders,
            text if text.iter().any(|byte| b"*?[\\".contains(byte)) => Part::Wild(text.to_vec()),
            text => Part::Literal(text.to_vec()),
        };
        Some(Self {
            keeps,
            only_folders,
            at_any_depth,
            parts: with_plain_slashes(line)
                .split(|byte| *byte == b'/')
                .map(part)
                .collect(),
        })
    }

    fn matches(&self, path: &[u8], is_folder: bool, fold: bool) -> bool {
        if self.only_folders && !is_folder {
            return false;
        }
        let mut names = path.split(|byte| *byte == b'/');
        if self.at_any_depth {
            let name = names.next_back().unwrap_or_default();
            return self
                .parts
                .first()
                .is_some_and(|part| part.matches(name, fold));
        }
        let names: Vec<&[u8]> = names.collect();
        matches_parts(&self.parts, &names, fold)
    }
}

/// Compares with one place to come back to, the last `**`: at most parts times names steps.
fn matches_parts(mut parts: &[Part], mut names: &[&[u8]], fold: bool) -> bool {
    let mut retry: Option<(&[Part], &[&[u8]])> = None;
    loop {
        match (parts.split_first(), names.split_first()) {
            (None, None) => return true,
            (Some((Part::AnyFolders, rest)), first) => {
                // At the end it stands for anything below, of which there must be something.
                if rest.is_empty() {
                    return first.is_some();
                }
                retry = Some((rest, names));
                parts = rest;
                continue;
            }
            (Some((part, after)), Some((name, others))) if part.matches(name, fold) => {
                parts = after;
                names = others;
                continue;
            }
            _ => {}
        }
        let Some((back, [_, shorter @ ..])) = retry else {
            return false;
        };
        retry = Some((back, shorter));
        parts = back;
        names = shorter;
    }
}

impl Part {
    fn matches(&self, name: &[u8], fold: bool) -> bool {
        match self {
            Self::AnyFolders => true,
            Self::Literal(text) if fold => text.eq_ignore_ascii_case(name),
            Self::Literal(text) => text == name,
            Self::Wild(text) => wild(text, name, fold),
        }
    }
}

/// Compares a name with wildcards, with one place to come back to, the last `*`.
fn wild(mut pattern: &[u8], mut name: &[u8], fold: bool) -> bool {
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => return true,
            (Some((b'*', rest)), _) => {
                retry = Some((rest, name));
                pattern = rest;
                continue;
            }
            (Some(_), Some((letter, others))) => {
                let (matched, rest) = one(pattern, *letter, fold);
                if matched {
                    pattern = rest;
                    name = others;
                    continue;
                }
            }
            _ => {}
        }
        let Some((back, [_, shorter @ ..])) = retry else {
            return false;
        };
        retry = Some((back, shorter));
        pattern = back;
        name = shorter;
    }
}

/// Compares the pattern's first element, which is no `*`, with a letter. Returns what follows the element.
fn one(pattern: &[u8], letter: u8, fold: bool) -> (bool, &[u8]) {
    let same = |byte: u8| byte == letter || fold && byte.eq_ignore_ascii_case(&letter);
    match pattern {
        [b'?', rest @ ..] => (true, rest),
        [b'[', rest @ ..] => class(rest, letter, fold).unwrap_or((false, &[])),
        [b'\\', escaped, rest @ ..] => (same(*escaped), rest),
        // A backslash at the end escapes nothing, and git lets such a rule match nothing.
        [b'\\'] | [] => (false, &[]),
        [plain, rest @ ..] => (same(*plain), rest),
    }
}

/// Reads `[...]` after its bracket; `None` when it is never closed.
fn class(pattern: &[u8], letter: u8, fold: bool) -> Option<(bool, &[u8])> {
    let (negated, mut rest) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let is = |from: u8, to: u8| {
        let within = |letter: u8| (from..=to).contains(&letter);
        within(letter)
            || fold && (within(letter.to_ascii_lowercase()) || within(letter.to_ascii_uppercase()))
    };
    let mut found = false;
    let mut is_first = true;
    loop {
        rest = match rest {
            [b']', after @ ..] if !is_first => return Some((found != negated, after)),
            [b'[', b':', named @ ..] => {
                let end = named.windows(2).position(|two| two == b":]")?;
                found |= is_named(named.get(..end)?, letter, fold)?;
                named.get(end + 2..)?
            }
            _ => {
                let (from, after) = unescaped(rest)?;
                match after {
                    [b'-', after @ ..] if after.first() != Some(&b']') => {
                        let (to, after) = unescaped(after)?;
                        found |= is(from, to);
                        after
                    }
                    _ => {
                        found |= is(from, from);
                        after
                    }
                }
            }
        };
        is_first = false;
    }
}

fn unescaped(rest: &[u8]) -> Option<(u8, &[u8])> {
    match rest {
        [b'\\', byte, rest @ ..] | [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

/// Whether a letter is in a class such as `alpha`; `None` when there is no such class, and the rule matches nothing.
fn is_named(class: &[u8], letter: u8, fold: bool) -> Option<bool> {
    Some(match class {
        b"alnum" => letter.is_ascii_alphanumeric(),
        b"alpha" => letter.is_ascii_alphabetic(),
        b"blank" => matches!(letter, b' ' | b'\t'),
        b"cntrl" => letter.is_ascii_control(),
        b"digit" => letter.is_ascii_digit(),
        b"graph" => letter.is_ascii_graphic(),
        b"lower" => letter.is_ascii_lowercase() || fold && letter.is_ascii_uppercase(),
        b"print" => letter.is_ascii_graphic() || letter == b' ',
        b"punct" => letter.is_ascii_punctuation(),
        b"space" => letter.is_ascii_whitespace() || letter == 0x0b,
        b"upper" => letter.is_ascii_uppercase() || fold && letter.is_ascii_lowercase(),
        b"xdigit" => letter.is_ascii_hexdigit(),
        _ => return None,
    })
}

/// Takes blanks off the end that no backslash keeps.
fn without_blanks(line: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        match byte {
            b' ' => at += 1,
            b'\\' => {
                at = (at + 2).min(line.len());
                end = at;
            }
            _ => {
                at += 1;
                end = at;
            }
        }
    }
    line.get(..end).unwrap_or_default()
}
