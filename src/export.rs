//! A policy in a runtime's own language for permissions: a second layer that holds without hookgate.
//!
//! Such languages say less. What one cannot say is left out and reported, and so is what it could only say by denying more
//! than the policy does: where an entry is stricter all the same, the report says so.

mod commands;
mod globs;
pub mod place;
mod rules;

pub use rules::rules;

use crate::adapter::{Language, Paths};

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub rule: String,
    /// Where it is written.
    pub origin: String,
    pub entries: Vec<Entry>,
    pub lost: Vec<Loss>,
    /// Where they deny more than the policy does.
    pub more: Vec<&'static str>,
}

/// What the entries of a rule miss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Parts of the rule, as written; empty: all of them.
    pub what: Vec<String>,
    pub why: String,
}

/// One entry of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The list or map that it stands in, as a pointer.
    pub at: String,
    pub text: String,
    /// The language's word for what it does, as JSON.
    pub verdict: &'static str,
}

/// How much of a rule is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Part,
    Nothing,
}

impl Said {
    #[must_use]
    pub fn extent(&self) -> Extent {
        match (self.entries.is_empty(), self.lost.is_empty()) {
            (true, _) => Extent::Nothing,
            (false, true) => Extent::Whole,
            (false, false) => Extent::Part,
        }
    }

    /// Notes a loss that all of the rule has.
    fn lose(&mut self, why: impl Into<String>) {
        self.lose_part(None, why.into());
    }

    /// Notes a loss; parts that are lost for the same reason stand together.
    fn lose_part(&mut self, part: Option<String>, why: String) {
        let same = |loss: &&mut Loss| loss.why == why && loss.what.is_empty() == part.is_none();
        let Some(known) = self.lost.iter_mut().find(same) else {
            let what = part.into_iter().collect();
            return self.lost.push(Loss { what, why });
        };
        known
            .what
            .extend(part.filter(|part| !known.what.contains(part)));
    }

    fn add(&mut self, entry: Entry) {
        if !self.entries.contains(&entry) {
            self.entries.push(entry);
        }
    }
}

impl std::fmt::Display for Loss {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.what.is_empty() {
            write!(formatter, "`{}`: ", self.what.join("`, `"))?;
        }
        formatter.write_str(&self.why)
    }
}

impl Extent {
    /// The word that people and programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Whole => "said",
            Self::Part => "partly",
            Self::Nothing => "not said",
        }
    }
}

/// The word of a language for a verdict, and the reason that goes with it: what every entry of a rule has.
#[derive(Debug, Clone, Copy)]
struct Wording<'a> {
    verdict: &'static str,
    reason: &'a str,
}

impl Wording<'_> {
    /// Fills an entry's template.
    fn entry(&self, at: &str, template: &str, slot: &str, value: &str) -> Entry {
        let verdict = self.verdict.trim_matches('"');
        let reason = serde_json::Value::from(self.reason).to_string();
        // What is filled in comes last: a value may look like a slot.
        let text = template.replace("{verdict}", verdict);
        let (before, after) = text.split_once(slot).unwrap_or((text.as_str(), ""));
        let fill = |part: &str| part.replace("{reason}", &reason);
        Entry {
            at: at.replace("{verdict}", verdict),
            text: format!("{}{value}{}", fill(before), fill(after)),
            verdict: self.verdict,
        }
    }
}

/// The parts of a language that name files, by what an agent does to them.
fn paths(language: &Language, writes: bool) -> Option<&Paths> {
    if writes {
        language.write.as_ref()
    } else {
        language.read.as_ref()
    }
}

#[cfg(test)]
mod tests;
