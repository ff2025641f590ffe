//! Problems as text for people, in the form of the Rust compiler's errors.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::quote::escaped;
use super::{Colour, FileId, Place, Problem, Problems, Severity};
use crate::decision::Verdict;

/// Longest line that is shown whole, in bytes; of longer ones the part around the place is shown.
const LONGEST_LINE: usize = 2_000;

/// Returns every problem, and a last line that counts them and says what they mean for protection.
pub(super) fn report(problems: &Problems, colour: Colour) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Coloured => Renderer::styled(),
    };
    let mut text = String::new();
    for problem in problems.iter() {
        text.push_str(&renderer.render(&[group(problems, problem)]));
        text.push_str("\n\n");
    }
    text.push_str(&summary(problems));
    text.push('\n');
    text
}

fn group<'p>(problems: &'p Problems, problem: &'p Problem) -> Group<'p> {
    let level = match problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(problem.title.as_str())
            .id(problem.code.name()),
    );
    let near = problem
        .related
        .as_ref()
        .filter(|(place, _)| place.file == problem.place.file)
        .map(|(place, label)| (*place, label.as_str()));
    group = match snippet(problems, problem.place, &problem.label, near) {
        Some(snippet) => group.element(snippet),
        None => group.element(Origin::path(escaped(
            problems.file_name(problem.place.file),
        ))),
    };
    let far = problem
        .related
        .as_ref()
        .filter(|(place, _)| place.file != problem.place.file);
    if let Some((place, label)) = far {
        let other = excerpt(problems.text(place.file), place.span.start, place.span.end);
        let mark = AnnotationKind::Context
            .span(other.inside(*place))
            .label(label.as_str());
        group = group.element(
            Snippet::source(other.text)
                .line_start(other.line)
                .path(escaped(problems.file_name(place.file)))
                .annotation(mark),
        );
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// Returns the lines around a place with its labels; `None` when the file has no text to show.
fn snippet<'p>(
    problems: &'p Problems,
    place: Place,
    label: &'p str,
    near: Option<(Place, &'p str)>,
) -> Option<Snippet<'p, annotate_snippets::Annotation<'p>>> {
    let text = problems.text(place.file);
    if text.is_empty() {
        return None;
    }
    let spans = [Some(place), near.map(|(place, _)| place)];
    let start = spans.iter().flatten().map(|place| place.span.start).min()?;
    let end = spans.iter().flatten().map(|place| place.span.end).max()?;
    let shown = excerpt(text, start, end);
    let mut mark = AnnotationKind::Primary.span(shown.inside(place));
    if !label.is_empty() {
        mark = mark.label(label);
    }
    let mut snippet = Snippet::source(shown.text)
        .line_start(shown.line)
        .path(escaped(problems.file_name(place.file)))
        .annotation(mark);
    if let Some((place, label)) = near {
        snippet = snippet.annotation(
            AnnotationKind::Context
                .span(shown.inside(place))
                .label(label),
        );
    }
    Some(snippet)
}

/// The lines of a file that a message shows. The renderer looks at all it is given, so it is not given whole files.
struct Excerpt<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
}

impl Excerpt<'_> {
    fn inside(&self, place: Place) -> std::ops::Range<usize> {
        let start = place
            .span
            .start
            .saturating_sub(self.offset)
            .min(self.text.len());
        let end = place
            .span
            .end
            .saturating_sub(self.offset)
            .min(self.text.len());
        start..end.max(start)
    }
}

fn excerpt(text: &str, start: usize, end: usize) -> Excerpt<'_> {
    let start = start.min(text.len());
    let end = end.clamp(start, text.len());
    let line_start = text
        .get(..start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let line_end = text
        .get(end..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |at| end + at);
    let mut from = line_start;
    let mut to = line_end;
    if start - line_start > LONGEST_LINE {
        from = (start - LONGEST_LINE / 2..=start)
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(start);
    }
    if line_end - end > LONGEST_LINE {
        to = (end..=end + LONGEST_LINE / 2)
            .rfind(|at| text.is_char_boundary(*at))
            .unwrap_or(end);
    }
    Excerpt {
        text: text.get(from..to).unwrap_or_default(),
        offset: from,
        line: text.get(..from).unwrap_or_default().matches('\n').count() + 1,
    }
}

/// Returns "3 errors and 1 warning in FILE; ..." with what that means for protection.
fn summary(problems: &Problems) -> String {
    let (errors, warnings) = problems.counts();
    let counted = match (errors, warnings) {
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!(
            "{} and {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    };
    let kept = problems.list.len();
    let cut = if kept < errors + warnings {
        format!(" (the first {kept} are shown)")
    } else {
        String::new()
    };
    let mut files: Vec<FileId> = problems.iter().map(|problem| problem.place.file).collect();
    files.dedup();
    let place = match files.as_slice() {
        [one] => escaped(problems.file_name(*one)),
        several => plural(several.len(), "file"),
    };
    format!("{counted} in {place}{cut}; {}", meaning(problems))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

/// Returns what the problems mean for protection.
fn meaning(problems: &Problems) -> String {
    if !problems.has_errors() {
        return "the policy is in force".into();
    }
    let word = |verdict: Verdict| {
        if verdict == Verdict::Deny {
            "deny"
        } else {
            "allow"
        }
    };
    let answers = problems.when_broken;
    format!(
        "no rule of this policy is in force, and until it loads calls are answered as `when-broken` says: \
         {} before tools, {} on stop, {} otherwise",
        word(answers.before_tool),
        word(answers.stop),
        word(answers.otherwise),
    )
}
