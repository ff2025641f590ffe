//! Every complaint about a policy file: one function and one stable code each.
//!
//! A [`Problem`] is data: what is wrong, where, and what to write instead. [`Problems`] collects them with the texts they
//! point into; `report` prints the same facts for people, as JSON and as GitHub annotations. The functions that word the
//! messages are in `form` (the file as YAML), `shape` (keys and types), `values` and `layers`.

mod code;
pub mod form;
mod github;
mod human;
mod json;
pub mod layers;
pub(crate) mod nearest;
mod quote;
pub mod shape;
pub mod values;

use super::WhenBroken;
use super::yaml::Span;
pub use code::Code;
pub(crate) use nearest::nearest;

/// Most problems that are kept. The rest is only counted, so that a broken file of 4 MiB stays cheap.
pub const LIMIT: usize = 1_000;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The policy is not used at all.
    Error,
    /// The policy is used, and something in it does not do what it seems to say.
    Warning,
}

impl Severity {
    /// Returns the public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One of the files that a [`Problems`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(usize);

/// A stretch of text in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    pub file: FileId,
    pub span: Span,
}

impl Place {
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    /// What is wrong: lowercase, no full stop, the user's text in backticks.
    pub title: String,
    pub place: Place,
    /// Stands at the place; may be empty.
    pub label: String,
    /// A second place that the first one clashes with.
    pub related: Option<(Place, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    fn new(code: Code, place: Place, title: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code,
            title: title.into(),
            place,
            label: label.into(),
            related: None,
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related = Some((place, label.into()));
        self
    }

    /// Returns how bad it is; the code decides.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// A file that problems point into.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    name: String,
    /// Empty when the file could not be read.
    text: String,
}

/// Everything that is wrong with a policy and the files it is made of.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    files: Vec<File>,
    list: Vec<Problem>,
    errors: usize,
    warnings: usize,
    when_broken: WhenBroken,
}

impl Problems {
    /// Adds a file. Problems are ordered by file in the order of these calls.
    pub fn add_file(&mut self, name: impl Into<String>) -> FileId {
        self.files.push(File {
            name: name.into(),
            text: String::new(),
        });
        FileId(self.files.len() - 1)
    }

    /// Sets the text that a file's places point into.
    pub fn set_text(&mut self, file: FileId, text: impl Into<String>) {
        if let Some(known) = self.files.get_mut(file.0) {
            known.text = text.into();
        }
    }

    /// Sets what calls are answered with while there are errors, for the summary.
    pub fn set_when_broken(&mut self, when_broken: WhenBroken) {
        self.when_broken = when_broken;
    }

    /// Adds a problem. Places of several lines are cut to their first, and a problem that is already there is dropped:
    /// what an alias repeats is said once.
    pub fn push(&mut self, mut problem: Problem) {
        problem.place = self.first_line(problem.place);
        if let Some((place, _)) = &mut problem.related {
            *place = self.first_line(*place);
        }
        let key = (problem.place.file, problem.place.span.start);
        let at = self
            .list
            .partition_point(|known| (known.place.file, known.place.span.start) <= key);
        let same_place = self.list.get(..at).unwrap_or_default().iter().rev();
        if same_place
            .take_while(|known| (known.place.file, known.place.span.start) == key)
            .any(|known| *known == problem)
        {
            return;
        }
        match problem.severity() {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        // An error always finds room, so that it is never hidden behind warnings.
        if self.list.len() < LIMIT || (self.errors == 1 && problem.severity() == Severity::Error) {
            self.list.insert(at, problem);
        }
    }

    /// Returns the problems in the order of files and positions.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.errors + self.warnings == 0
    }

    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Returns how many errors and warnings there are, those beyond [`LIMIT`] included.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.errors, self.warnings)
    }

    /// Returns a file's name as shown to people.
    #[must_use]
    pub fn file_name(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| file.name.as_str())
    }

    fn text(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| file.text.as_str())
    }

    /// Returns the empty place at a file's start.
    #[must_use]
    pub fn start_of(&self, file: FileId) -> Place {
        self.place_at(file, 0, 0)
    }

    /// Returns the place of some bytes of a file.
    #[must_use]
    pub fn place_at(&self, file: FileId, start: usize, end: usize) -> Place {
        let before = self.text(file).get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let span = Span {
            start,
            end,
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        };
        Place::new(file, span)
    }

    /// Returns the place of `needle` where it ends at most a few bytes behind `place`, or stands before it; otherwise
    /// `place`. The parser puts some positions behind what they are about.
    pub(in crate::policy) fn near(&self, place: Place, needle: &str) -> Place {
        let text = self.text(place.file);
        let from = place.span.start.saturating_sub(needle.len() + 8);
        let from = (from..=place.span.start).find(|at| text.is_char_boundary(*at));
        let to = (place.span.start + needle.len()).min(text.len());
        let Some((from, window)) = from.and_then(|from| Some((from, text.get(from..to)?))) else {
            return place;
        };
        let Some(at) = window.rfind(needle).map(|at| from + at) else {
            return place;
        };
        let (first, last) = (at.min(place.span.start), at.max(place.span.start));
        let between = text.get(first..last).unwrap_or_default();
        if between.contains('\n') {
            return place;
        }
        let moved = between.chars().count();
        let column = if at < place.span.start {
            place.span.column.saturating_sub(moved)
        } else {
            place.span.column + moved
        };
        let span = Span {
            start: at,
            end: at + needle.len(),
            line: place.span.line,
            column,
        };
        Place::new(place.file, span)
    }

    /// Returns the place of some bytes inside a scalar's text, where the file shows that text as it is; otherwise the
    /// whole scalar's place. `at` and `len` count bytes of `scalar`.
    pub(in crate::policy) fn part(
        &self,
        whole: Place,
        scalar: &str,
        at: usize,
        len: usize,
    ) -> Place {
        let text = self.text(whole.file);
        let written = text
            .get(whole.span.start..whole.span.end)
            .unwrap_or_default();
        let found = written.find(scalar.trim_end_matches('\n'));
        let Some(found) = found.filter(|_| !scalar.is_empty()) else {
            return whole;
        };
        let start = (whole.span.start + found + at).min(whole.span.end);
        let end = (start + len).min(whole.span.end);
        let (Some(before), Some(_)) = (text.get(whole.span.start..start), text.get(start..end))
        else {
            return whole;
        };
        let lines = before.matches('\n').count();
        let last_line = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let span = Span {
            start,
            end,
            line: whole.span.line + lines,
            column: last_line + if lines == 0 { whole.span.column } else { 1 },
        };
        Place::new(whole.file, span)
    }

    /// Cuts a place to its first line.
    fn first_line(&self, place: Place) -> Place {
        let mut place = place;
        let inside = self
            .text(place.file)
            .get(place.span.start..place.span.end)
            .unwrap_or_default();
        if let Some(end) = inside.find('\n') {
            let line = inside.get(..end).unwrap_or_default().trim_end();
            place.span.end = place.span.start + line.len();
        }
        place
    }

    /// Returns line and column of a place's end, counted from 1. A place never spans lines.
    fn end_of(&self, place: Place) -> (usize, usize) {
        let inside = self
            .text(place.file)
            .get(place.span.start..place.span.end)
            .unwrap_or_default();
        (
            place.span.line.max(1),
            place.span.column.max(1) + inside.chars().count(),
        )
    }
}

/// How problems are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human(Colour),
    /// One JSON object, versioned.
    Json,
    /// One workflow command a line.
    Github,
}

/// Whether text for people has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Plain,
    Coloured,
}

/// Returns every problem in one text that ends with a line end; empty when there is nothing to say.
#[must_use]
pub fn report(problems: &Problems, format: Format) -> String {
    match format {
        Format::Human(colour) => human::report(problems, colour),
        Format::Json => {
            let mut text = problems.to_json().to_string();
            text.push('\n');
            text
        }
        Format::Github => github::report(problems),
    }
}

#[cfg(test)]
mod tests;
