//! Problems as workflow commands, which GitHub shows beside the lines of a pull request.

use std::fmt::Write as _;

use super::{Problems, quote};

/// Returns one `::error` or `::warning` a problem.
pub(super) fn report(problems: &Problems) -> String {
    let mut text = String::new();
    for problem in problems.iter() {
        let span = problem.place.span;
        let (end_line, end_column) = problems.end_of(problem.place);
        let mut message = problem.title.clone();
        for part in [Some(&problem.label), problem.help.as_ref()]
            .into_iter()
            .flatten()
        {
            if !part.is_empty() {
                message.push_str("; ");
                message.push_str(part);
            }
        }
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "::{severity} file={file},line={line},col={column},endLine={end_line},endColumn={end_column},title={title}::{message}",
            severity = problem.severity().name(),
            file = property(&quote::escaped(problems.file_name(problem.place.file))),
            line = span.line.max(1),
            column = span.column.max(1),
            title = property(problem.code.name()),
            message = data(&message),
        );
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
