//! What a text must hold for an expression to match in it: one look at that spares most expressions from being compiled.
//!
//! It is kept as bytes, which the look goes through as they are: a compiled policy holds many, and few are looked at twice.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look};

use crate::policy::cache::bytes::{Reader, Writer};

/// Shortest text that tells anything.
const SHORTEST: usize = 2;
/// Texts of which one must be there, at most.
const CHOICES: usize = 64;
/// Lists of such texts that are kept.
const LISTS: usize = 4;

/// Texts in small letters, one of which must be there in whatever letters.
type List = Vec<Vec<u8>>;

/// Returns what an expression needs; nothing where that is not known.
pub(super) fn of(text: &str) -> Vec<u8> {
    let mut writer = Writer::default();
    if let Ok(tree) = regex_syntax::parse(text) {
        let starts = tree.properties().look_set_prefix();
        writer.flag(starts.contains(Look::Start));
        let mut lists = held(&tree);
        // The longest tell most.
        lists.sort_by_key(|list| std::cmp::Reverse(shortest(list)));
        lists.truncate(LISTS);
        lists.insert(0, beginnings(&tree));
        writer.list(&lists, |writer, list| {
            writer.list(list, |writer, one| writer.bytes(one));
        });
    }
    writer.bytes
}

/// Whether a text holds what is needed; `true` where that is not known.
pub(crate) fn is_held(needed: &[u8], text: &str) -> bool {
    look(&mut Reader::new(needed), text.as_bytes()).unwrap_or(true)
}

fn look(reader: &mut Reader<'_>, text: &[u8]) -> Option<bool> {
    let at_start = reader.flag()?;
    let lists = reader.size()?;
    for list in 0..lists {
        let choices = reader.size()?;
        let mut is_found = choices == 0;
        for _ in 0..choices {
            let one = reader.bytes()?;
            is_found = is_found
                || if at_start && list == 0 {
                    let start = text.get(..one.len());
                    start.is_some_and(|start| start.eq_ignore_ascii_case(one))
                } else {
                    holds(text, one)
                };
        }
        if !is_found {
            return Some(false);
        }
    }
    Some(true)
}

fn holds(text: &[u8], one: &[u8]) -> bool {
    let Some((first, rest)) = one.split_first() else {
        return true;
    };
    let Some(last) = text.len().checked_sub(rest.len()) else {
        return false;
    };
    let starts = text.get(..last).unwrap_or_default().iter().enumerate();
    let mut starts = starts.filter(|(_, letter)| letter.to_ascii_lowercase() == *first);
    starts.any(|(at, _)| {
        let after = text.get(at + 1..at + one.len());
        after.is_some_and(|after| after.eq_ignore_ascii_case(rest))
    })
}

fn shortest(list: &List) -> usize {
    list.iter().map(Vec::len).min().unwrap_or_default()
}

/// Returns texts with one of which every match begins; none where there are too many to list.
fn beginnings(tree: &Hir) -> List {
    let found = Extractor::new().limit_total(CHOICES).extract(tree);
    let literals = found.literals().unwrap_or_default().iter();
    // In small letters, because an expression that passes over case would list each beginning in every mixture of letters.
    let all = literals.map(|literal| literal.as_bytes().to_ascii_lowercase());
    useful(all.collect()).unwrap_or_default()
}

/// Returns a list with each text once, if all of them tell something.
fn useful(mut list: List) -> Option<List> {
    list.sort();
    list.dedup();
    let is_useful = shortest(&list) >= SHORTEST && list.len() <= CHOICES;
    is_useful.then_some(list)
}

/// Returns lists of which each has a text that every match holds.
fn held(tree: &Hir) -> Vec<List> {
    match tree.kind() {
        HirKind::Concat(all) => {
            let mut lists = Vec::new();
            let mut run = Vec::new();
            for part in all {
                if let Some(letters) = letters(part) {
                    run.extend(letters);
                    continue;
                }
                lists.extend(useful(vec![std::mem::take(&mut run)]));
                lists.extend(held(part));
            }
            lists.extend(useful(vec![run]));
            lists
        }
        HirKind::Alternation(all) => {
            let each = all.iter().map(|part| {
                let lists = held(part).into_iter();
                lists.max_by_key(shortest)
            });
            let each: Option<Vec<List>> = each.collect();
            let all = each.and_then(|each| useful(each.concat()));
            all.into_iter().collect()
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => held(&repetition.sub),
        HirKind::Capture(capture) => held(&capture.sub),
        _ => {
            let letters = letters(tree).and_then(|letters| useful(vec![letters]));
            letters.into_iter().collect()
        }
    }
}

/// Returns what a part of an expression stands for, in small letters, if that is one text in whatever letters.
fn letters(tree: &Hir) -> Option<Vec<u8>> {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Vec::new()),
        HirKind::Literal(literal) => Some(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Unicode(class)) => one_letter(class).map(|letter| vec![letter]),
        HirKind::Class(Class::Bytes(class)) => {
            one_letter(&class.to_unicode_class()?).map(|letter| vec![letter])
        }
        HirKind::Capture(capture) => letters(&capture.sub),
        _ => None,
    }
}

/// `[Aa]` is one letter. What Unicode takes for the same as an `s` or a `k` is another.
fn one_letter(class: &ClassUnicode) -> Option<u8> {
    let mut found = None;
    for range in class.ranges() {
        let is_single = range.start() == range.end() && range.start().is_ascii();
        let letter = u8::try_from(range.start().to_ascii_lowercase()).ok()?;
        if !is_single || found.is_some_and(|found| found != letter) {
            return None;
        }
        found = Some(letter);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{is_held, of};

    #[test]
    fn every_match_holds_what_is_needed() {
        for (pattern, text, expected) in [
            (r"^(?:printenv|env)(?: -0)?$", "printenv", true),
            (r"^(?:printenv|env)(?: -0)?$", "ENV", true),
            (r"^(?:printenv|env)(?: -0)?$", "ls .venv", false),
            (r"^aws(?: \S+)*? (?:delete|purge)", "aws s3 ls", false),
            (r"^aws(?: \S+)*? (?:delete|purge)", "aws s3 purge", true),
            (r"(?i)^git .*core\.hookspath", "git status", false),
            (r"(?i-u)^git [ -~]*core\.hookspath", "git status", false),
            (
                r"(?i-u)^git [ -~]*core\.hookspath",
                "GIT -c CORE.HooksPath=x",
                true,
            ),
            // A Kelvin sign and a long s, which stand for a k and an s in whatever letters.
            (r"(?i)xx.*hookspath", "xx hoo\u{212a}\u{17f}path", true),
            (r"(?i)truncate|flushall", "FLUSHALL", true),
            (r"(?i)truncate|flushall", "flush all", false),
            (r"a(?:bc)?d|x+yz", "xyz", true),
            (r"a(?:bc)?d|x+yz", "ad", true),
            (r"(?:bc)+d", "bcbcd", true),
            (r"(?:bc)+d", "bd", false),
            (r"(?:bc){0,3}", "", true),
            (r"", "", true),
            (r"[ab]{3}", "xaba", true),
            (r"[ab]{3}", "abc", false),
            (r"(?m)^drop", "a\ndrop", true),
            (r"drop", "dro", false),
            (r"drop", "", false),
        ] {
            assert_eq!(is_held(&of(pattern), text), expected, "{pattern} {text}");
            let is_match = regex::Regex::new(pattern).unwrap().is_match(text);
            assert!(!is_match || expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_known_keeps_nothing_from_matching() {
        for needed in [
            &b""[..],
            b"\x01",
            b"\x01\x05",
            b"\x07\x01",
            b"\x01\x01\x01\x09abc",
        ] {
            assert!(is_held(needed, "text"), "{needed:?}");
        }
    }
}
