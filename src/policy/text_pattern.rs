//! The regular expression of a `deny-command` rule: checked when the policy is read, compiled when a text is first tried.
//!
//! Compiling costs more than everything else that reading a rule does, and most calls hold no text for most rules.

pub(crate) mod needed;

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::cache::bytes::{Damaged, Reader, Writer};

/// Largest compiled expression, in bytes: a tenth of the default, so that a policy of bad will costs less time to read.
const SIZE_LIMIT: usize = 1024 * 1024;
/// Expressions of fewer steps than this stay below the limit whatever they hold.
const SURELY_SMALL: usize = 2_000;

/// One expression.
#[derive(Debug, Clone)]
pub struct TextPattern {
    text: String,
    /// `None` when it cannot be compiled after all.
    compiled: OnceLock<Option<Regex>>,
    /// What every text that it matches in holds.
    needed: OnceLock<Vec<u8>>,
}

/// How closely an expression is looked at before it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scrutiny {
    /// Not at all: tests do so for what is shipped.
    Trust,
    /// Its grammar, and its size unless that is small beyond doubt.
    Read,
    /// It is compiled at once.
    Compile,
}

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPatternError {
    /// First byte and length, where the mistake has a place.
    pub at: Option<(usize, usize)>,
    pub why: String,
    pub help: Option<&'static str>,
}

impl TextPattern {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is not valid, or too large.
    pub fn parse(text: &str, scrutiny: Scrutiny) -> Result<Self, TextPatternError> {
        let pattern = Self {
            text: text.to_owned(),
            compiled: OnceLock::new(),
            needed: OnceLock::new(),
        };
        if scrutiny == Scrutiny::Trust {
            return Ok(pattern);
        }
        let tree = regex_syntax::parse(text).map_err(|error| mistake(&error))?;
        if scrutiny == Scrutiny::Read && steps(&tree) < SURELY_SMALL {
            return Ok(pattern);
        }
        match compile(text) {
            Ok(regex) => {
                let _ = pattern.compiled.set(Some(regex));
                Ok(pattern)
            }
            Err(error) => Err(TextPatternError {
                at: None,
                why: if matches!(error, regex::Error::CompiledTooBig(_)) {
                    "too large once it is compiled".into()
                } else {
                    "it cannot be compiled".into()
                },
                help: None,
            }),
        }
    }

    pub(crate) fn write_to(&self, writer: &mut Writer) {
        writer.bytes(self.needed());
        writer.text(&self.text);
    }

    /// Reads an expression if what it needs of a text is there.
    pub(crate) fn read_if(
        reader: &mut Reader<'_>,
        is_wanted: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Option<Self>, Damaged> {
        let needed = reader.bytes().ok_or(Damaged)?;
        let text = reader.text().ok_or(Damaged)?;
        Ok(is_wanted(needed).then(|| Self {
            text: text.to_owned(),
            compiled: OnceLock::new(),
            needed: OnceLock::from(needed.to_vec()),
        }))
    }

    fn needed(&self) -> &[u8] {
        self.needed.get_or_init(|| needed::of(&self.text))
    }

    /// Returns the first part of a text that matches. What cannot be compiled matches everything: a rule must not fall silent.
    #[must_use]
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let compiled = self.compiled.get();
        if compiled.is_none() && !needed::is_held(self.needed(), text) {
            return None;
        }
        match self.compiled.get_or_init(|| compile(&self.text).ok()) {
            Some(regex) => regex.find(text).map(|found| found.as_str()),
            None => Some(text),
        }
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(SIZE_LIMIT).build()
}

/// Returns about how many steps a compiled expression has.
fn steps(tree: &Hir) -> usize {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // A range of letters beyond ASCII becomes a few ranges of bytes.
        HirKind::Class(Class::Unicode(class)) => class.ranges().len().saturating_mul(4),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(repetition.min);
            let times = usize::try_from(times)
                .unwrap_or(usize::MAX)
                .saturating_add(1);
            steps(&repetition.sub).saturating_mul(times)
        }
        HirKind::Capture(capture) => steps(&capture.sub).saturating_add(2),
        HirKind::Concat(all) | HirKind::Alternation(all) => {
            all.iter().map(steps).fold(1, usize::saturating_add)
        }
    }
}

/// Words what the parser of expressions complains about.
fn mistake(error: &regex_syntax::Error) -> TextPatternError {
    let (span, why) = match error {
        regex_syntax::Error::Parse(error) => (Some(*error.span()), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (Some(*error.span()), error.kind().to_string()),
        other => (None, other.to_string()),
    };
    let (why, help) = match why.as_str() {
        "unclosed group" => (
            "this group is never closed",
            Some("write `\\(` to match a parenthesis"),
        ),
        "unopened group" => (
            "no group is open here",
            Some("write `\\)` to match a parenthesis"),
        ),
        "unclosed character class" => (
            "this bracket is never closed",
            Some("write `\\[` to match a bracket"),
        ),
        other if other.contains("look-around") => (
            "looking ahead and behind is not supported",
            Some("say what must not match with `except`"),
        ),
        other => (other, None),
    };
    TextPatternError {
        at: span.map(|span| {
            let (start, end) = (span.start.offset, span.end.offset);
            (start, end.saturating_sub(start).max(1))
        }),
        why: why.to_owned(),
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::{Scrutiny, TextPattern};

    fn read(text: &str) -> TextPattern {
        TextPattern::parse(text, Scrutiny::Read).unwrap()
    }

    #[test]
    fn nothing_is_compiled_before_it_is_needed() {
        let pattern = read("drop table");
        assert!(pattern.compiled.get().is_none());
        assert_eq!(pattern.find("select 1"), None);
        assert!(pattern.compiled.get().is_none(), "no match begins so");
        assert_eq!(pattern.find("x; drop table a"), Some("drop table"));
        assert!(pattern.compiled.get().is_some());
    }

    #[test]
    fn beginnings_that_are_not_known_keep_nothing_from_matching() {
        for (pattern, text, found) in [
            (r"\bdrop\s+table", "a drop  table", Some("drop  table")),
            (r"(?i)\bDROP\b|x+y", "xxy", Some("xxy")),
            (r"(?i)truncate|flushall", "FlushAll", Some("FlushAll")),
            (r"", "anything", Some("")),
            (r"a?bc", "bc", Some("bc")),
            (r"^(?:printenv|env)$", "env", Some("env")),
            (r"^(?:printenv|env)$", "environment", None),
        ] {
            assert_eq!(read(pattern).find(text), found, "{pattern}");
        }
    }

    #[test]
    fn what_may_be_large_is_compiled_at_once() {
        for text in ["x{1000}{1000}{1000}", r"(?:\pL{80}){80}"] {
            let error = TextPattern::parse(text, Scrutiny::Read).unwrap_err();
            assert_eq!(
                (error.at, error.why.as_str()),
                (None, "too large once it is compiled")
            );
        }
        assert!(read(r"\pL{20}").compiled.get().is_some());
    }
}
