//! The file that an export goes into, and what becomes of it.

use std::path::{Path, PathBuf};

use super::{Entry, Said};
use crate::adapter::{Adapter, Form, Language};
use crate::wiring::file;
use crate::wiring::json::{self, Left, Section, Sections};
use crate::wiring::place::Change;
use crate::wiring::problem::Problem;

/// Where a language is written, with what is to be written.
#[derive(Debug)]
pub struct Place {
    adapter: &'static Adapter,
    language: &'static Language,
    root: PathBuf,
    /// As people read it.
    pub shown: &'static str,
    entries: Vec<Entry>,
}

/// How a file differs from what the policy would give.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Drift {
    pub missing: Vec<String>,
    pub surplus: Vec<String>,
    /// The same is said, but not as hookgate writes it.
    pub reworded: bool,
}

impl Drift {
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.surplus.is_empty() && !self.reworded
    }
}

impl Place {
    /// Returns where entries go; `None` where no file holds them.
    #[must_use]
    pub fn of(
        adapter: &'static Adapter,
        language: &'static Language,
        root: &Path,
        said: &[Said],
    ) -> Option<Self> {
        let mut files = language.files.iter();
        let there = files.find(|file| root.join(file).symlink_metadata().is_ok());
        let shown = there.or(language.files.first())?;
        Some(Self {
            adapter,
            language,
            root: root.to_path_buf(),
            shown,
            entries: entries(said),
        })
    }

    /// Returns the entries as a file that holds nothing else.
    #[must_use]
    pub fn alone(&self) -> String {
        self.sections().map_or_else(
            || whole(self.language, &self.entries),
            |sections| sections.new_file(),
        )
    }

    /// The folder that nothing is written outside of.
    #[must_use]
    pub fn inside(&self) -> &Path {
        &self.root
    }

    /// Says what the file becomes when the entries are written.
    ///
    /// # Errors
    /// Why the file is left alone.
    pub fn put(&self) -> Result<Change, Problem> {
        let found = file::read(&self.root.join(self.shown), &self.root)?;
        let after = match (self.sections(), found.text.as_deref()) {
            (None, Some(text)) if !self.is_own(text) => {
                return Err(Problem::of_file("is there and not hookgate's"));
            }
            (None, _) => (!self.entries.is_empty()).then(|| whole(self.language, &self.entries)),
            (Some(sections), None) => (!self.entries.is_empty()).then(|| sections.new_file()),
            (Some(sections), Some(text)) => {
                self.readable(text)?;
                let after = sections.put(text)?;
                reversible(&sections, text, &after)?;
                Some(after)
            }
        };
        Ok(self.change(found, after))
    }

    /// Says what the file becomes when they are taken out.
    ///
    /// # Errors
    /// Why the file is left alone.
    pub fn take(&self) -> Result<Change, Problem> {
        let found = file::read(&self.root.join(self.shown), &self.root)?;
        let after = match (self.sections(), &found.text) {
            (_, None) => None,
            (None, Some(text)) => (!self.is_own(text)).then(|| text.clone()),
            (Some(sections), Some(text)) => match sections.taken(text)? {
                Left::Text(text) => Some(text),
                Left::Nothing => None,
            },
        };
        Ok(self.change(found, after))
    }

    /// Says how the file differs from what the policy would give.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn drift(&self) -> Result<Drift, Problem> {
        let change = self.put()?;
        if change.before == change.after {
            return Ok(Drift::default());
        }
        let text = change.before.as_deref().unwrap_or_default();
        let there = match self.sections() {
            None => pieces(text),
            Some(_) if change.before.is_none() => Vec::new(),
            Some(sections) => flat(&sections.there(text)?),
        };
        let wanted = match self.sections() {
            None => pieces(change.after.as_deref().unwrap_or_default()),
            Some(sections) => flat(&sections.wanted),
        };
        let without = |all: &[String], others: &[String]| {
            let only = all.iter().filter(|one| !others.contains(one));
            only.cloned().collect::<Vec<_>>()
        };
        let (missing, surplus) = (without(&wanted, &there), without(&there, &wanted));
        Ok(Drift {
            reworded: missing.is_empty() && surplus.is_empty(),
            missing,
            surplus,
        })
    }

    /// What stands in a file that others write in too.
    fn sections(&self) -> Option<Sections> {
        let (first, last) = self.language.marks?;
        let mut sections = Sections {
            marks: (first.to_owned(), last.to_owned()),
            places: places(self.language),
            wanted: Vec::new(),
        };
        for entry in &self.entries {
            let value = (self.language.form == Form::Map).then(|| value(entry));
            let own = (entry.text.clone(), value);
            match sections
                .wanted
                .iter_mut()
                .find(|section| section.at == entry.at)
            {
                Some(section) => section.entries.push(own),
                None => sections.wanted.push(Section {
                    at: entry.at.clone(),
                    entries: vec![own],
                }),
            }
        }
        Some(sections)
    }

    fn is_own(&self, text: &str) -> bool {
        text.starts_with(self.language.header)
    }

    /// A runtime that drops the whole file for a comment would drop the entries with it.
    fn readable(&self, text: &str) -> Result<(), Problem> {
        let document = json::parse(text)?;
        let title = self.adapter.title;
        if let Some((start, _)) = document.comments.first()
            && !self.language.comments
        {
            let what = format!("{title} ignores the whole file as long as it holds a comment");
            return Err(Problem::at(text, *start, what));
        }
        if let Some(comma) = document.trailing_comma(text)
            && !self.language.comments
        {
            let what =
                format!("{title} does not take a file with a comma before a closing bracket");
            return Err(Problem::at(text, comma, what));
        }
        Ok(())
    }

    fn change(&self, found: file::Found, after: Option<String>) -> Change {
        Change {
            path: found.path,
            shown: self.shown.to_owned(),
            is_edited: match (&found.text, self.language.form) {
                (Some(text), Form::OwnFile) => *text != whole(self.language, &self.entries),
                _ => after.is_some(),
            },
            before: found.text,
            after,
        }
    }
}

/// Everything that is said, once.
#[must_use]
pub fn entries(said: &[Said]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for entry in said.iter().flat_map(|said| &said.entries) {
        let same = |known: &Entry| known.at == entry.at && known.text == entry.text;
        if !entries.iter().any(same) {
            entries.push(entry.clone());
        }
    }
    entries
}

/// Writes entries without any file around them.
#[must_use]
pub fn native(language: &Language, entries: &[Entry]) -> String {
    if language.form == Form::Flags {
        let quoted = entries.iter().map(|entry| format!("'{}'\n", entry.text));
        return quoted.collect();
    }
    whole(language, entries)
}

/// Writes a file of hookgate's own.
fn whole(language: &Language, entries: &[Entry]) -> String {
    let mut text = format!("{}\n", language.header);
    for entry in entries {
        text.push('\n');
        text.push_str(&entry.text);
    }
    text
}

/// The entries of such a file.
fn pieces(text: &str) -> Vec<String> {
    let pieces = text
        .split("\n\n")
        .skip(1)
        .map(|piece| piece.trim().to_owned());
    pieces.filter(|piece| !piece.is_empty()).collect()
}

fn flat(sections: &[Section]) -> Vec<String> {
    let entries = sections.iter().flat_map(|section| {
        let at = section.at.trim_start_matches('/').replace('/', ".");
        section
            .entries
            .iter()
            .map(move |(text, _)| format!("{at}: {text}"))
    });
    entries.collect()
}

fn value(entry: &Entry) -> serde_json::Value {
    serde_json::from_str(entry.verdict).unwrap_or_else(|_| entry.verdict.into())
}

/// Every list or map that a language may write in.
fn places(language: &Language) -> Vec<String> {
    let ats = [
        language.commands.map(|commands| commands.at),
        language.write.map(|paths| paths.at),
        language.read.map(|paths| paths.at),
    ];
    let words = [Some(language.deny), language.ask];
    let mut places = Vec::new();
    for at in ats.into_iter().flatten() {
        for word in words.into_iter().flatten() {
            let place = at.replace("{verdict}", word.trim_matches('"'));
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// What is written can be taken out again, or it is not written.
fn reversible(sections: &Sections, text: &str, after: &str) -> Result<(), Problem> {
    let (before, back) = (sections.taken(text)?, sections.taken(after)?);
    if before == back {
        return Ok(());
    }
    Err(Problem::of_file(
        "is laid out in a way that hookgate could not restore",
    ))
}
