//! SQL that a database client is given, and the files that it names: `\\i x.sql`, `.read x.sql`.

use super::Walker;
use super::fields::Field;
use super::program::Started;
use super::state::State;
use crate::call::Access;
use crate::effects::UnknownKind;
use crate::repo::Follow;

/// Files that name further files.
const DEPTH: usize = 4;
/// Words of clients that read a file.
const READERS: [&str; 8] = [
    "\\i",
    "\\ir",
    "\\include",
    "\\include_relative",
    ".read",
    "source",
    "SOURCE",
    "\\.",
];

impl Walker<'_> {
    /// Keeps SQL for the rules that look at it.
    pub(super) fn sql(&mut self, started: &Started<'_>, text: &Field, state: &State) {
        if !is_passing(started, text.value.start()) {
            self.note(started, text, |invocation| &mut invocation.sql);
        }
        let mut pending = vec![(text.value.start().to_owned(), 0)];
        while let Some((text, depth)) = pending.pop() {
            self.asked(started, &text, state);
            for path in included(&text) {
                let field = Field::known(path, started.span);
                self.path(
                    Access::Read,
                    &field,
                    Follow::All,
                    false,
                    &started.name,
                    state,
                );
                let Some(text) = self.text_of_file(path, state).filter(|_| depth < DEPTH) else {
                    self.unknown(UnknownKind::Script, path, Some(started.span));
                    continue;
                };
                let field = Field::known(&text, started.span);
                self.note(started, &field, |invocation| &mut invocation.sql);
                pending.push((text, depth + 1));
            }
        }
    }
}

/// Whether a database is only in memory, and gone with its client.
fn is_passing(started: &Started<'_>, sql: &str) -> bool {
    let is_memory = |field: &Field| field.value.known() == Some(":memory:");
    started.fields.iter().any(is_memory)
        && !sql.to_ascii_lowercase().contains("attach")
        && !sql.contains(".open")
}

impl Walker<'_> {
    /// Adds what the client itself is asked to write or run.
    fn asked(&mut self, started: &Started<'_>, text: &str, state: &State) {
        for line in text.lines() {
            match asked_by(line, &started.name) {
                Some(Asked::Writes(path)) => {
                    let field = Field::known(path, started.span);
                    let by = &started.name;
                    self.path(Access::Write, &field, Follow::All, false, by, state);
                }
                Some(Asked::Reads(path)) => {
                    let field = Field::known(path, started.span);
                    let by = &started.name;
                    self.path(Access::Read, &field, Follow::All, false, by, state);
                }
                Some(Asked::Runs(script)) => {
                    let field = Field::known(script, started.span);
                    self.script_text(started, &field, state);
                }
                None => {}
            }
        }
    }
}

/// What a line asks of the client.
#[derive(Debug, PartialEq)]
enum Asked<'t> {
    Writes(&'t str),
    Reads(&'t str),
    Runs(&'t str),
}

/// Reads commands of clients: `\\o file`, `.once file`, `tee file`, `\\! command`, `COPY … TO 'file'`.
fn asked_by<'t>(line: &'t str, client: &str) -> Option<Asked<'t>> {
    let bare = |text: &'t str| text.trim().trim_end_matches(';').trim_matches(['\'', '"']);
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let last = || {
        let whole = rest
            .rsplit(char::is_whitespace)
            .next()
            .filter(|_| !rest.contains('|'));
        bare(whole.unwrap_or(rest))
    };
    // Commands of psql may stand behind a statement: `select 1 \g file`.
    let behind = ["\\g ", "\\gx ", "\\o ", "\\w "].iter().find_map(|mark| {
        let (_, path) = line.split_once(mark)?;
        Some(path)
    });
    let written = match word {
        "\\!" | ".shell" | ".system" | "system" => return Some(Asked::Runs(rest.trim())),
        ".output" | ".once" | ".log" | ".trace" | ".save" | ".backup" | ".clone" | ".excel"
        | "tee" | "\\T" => last(),
        "\\copy" => return copied(rest, client, true),
        ".import" | ".restore" => {
            let mut words = rest
                .split_whitespace()
                .filter(|word| !word.starts_with('-'));
            return words.next().map(|path| Asked::Reads(bare(path)));
        }
        _ if behind.is_some() => bare(behind?),
        _ => return copied(line, client, false),
    };
    if let Some(script) = written.strip_prefix('|') {
        let whole = rest.split_once('|').map_or(script, |(_, script)| script);
        return Some(Asked::Runs(whole.trim_end_matches(['\'', '"'])));
    }
    let is_file = !written.is_empty() && !matches!(written, "stdout" | "stderr" | "on" | "off");
    is_file.then_some(Asked::Writes(written))
}

/// `\\copy t to 'file'`, and the statements that write files where the client is the server, too.
fn copied<'t>(text: &'t str, client: &str, is_of_client: bool) -> Option<Asked<'t>> {
    let is_own = matches!(
        client,
        "duckdb" | "sqlite3" | "sqlite" | "litecli" | "clickhouse-local"
    );
    let lower = text.to_ascii_lowercase();
    let is_postgres = matches!(client, "psql" | "pgcli");
    let marks: &[&str] = if is_postgres && is_of_client {
        &[" to ", " from program "]
    } else if is_postgres {
        // What the server writes lies there.
        &[]
    } else if is_own {
        &[
            "copy ",
            "vacuum into ",
            " into outfile ",
            "export database ",
            "attach database ",
            "attach ",
            "writefile(",
        ]
    } else {
        &[" into outfile ", " into dumpfile "]
    };
    let (mark, at) = marks
        .iter()
        .find_map(|mark| Some((*mark, lower.rfind(mark)?)))?;
    let mut rest = text.get(at + mark.len()..)?.trim();
    if mark == "copy " {
        rest = rest
            .get(rest.to_ascii_lowercase().rfind(" to ")? + 4..)?
            .trim();
    }
    let is_program = rest.to_ascii_lowercase().starts_with("program ");
    let rest = if is_program {
        rest.get(8..)?.trim()
    } else {
        rest
    };
    let quote = rest
        .chars()
        .next()
        .filter(|letter| matches!(letter, '\'' | '"'));
    let value = match quote {
        Some(quote) => rest.get(1..)?.split(quote).next()?,
        None => rest.split([' ', ';']).next()?,
    };
    if is_program || mark.contains("program") {
        return Some(Asked::Runs(value));
    }
    let is_path = !value.is_empty() && (quote.is_some() || !is_own);
    (is_path && !matches!(value, "stdout" | "pstdout" | "stdin")).then_some(Asked::Writes(value))
}

/// Returns the files that a text of SQL reads.
fn included(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .filter(|line| line.trim_start().starts_with(['\\', '.', 's', 'S']));
    lines
        .filter_map(|line| {
            let (word, path) = line.trim().split_once(char::is_whitespace)?;
            let path = path.trim().trim_end_matches(';').trim_matches(['\'', '"']);
            (READERS.contains(&word) && !path.is_empty() && !path.contains(['(', '|']))
                .then_some(path)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked_by};

    #[test]
    fn clients_write_and_run_what_they_are_asked_to() {
        for (client, line, expected) in [
            (
                "psql",
                "\\copy t to out/t.csv",
                Some(Asked::Writes("out/t.csv")),
            ),
            (
                "psql",
                "\\copy (select 1) to 'a b.csv' csv",
                Some(Asked::Writes("a b.csv")),
            ),
            (
                "psql",
                "\\copy t from program 'ls'",
                Some(Asked::Runs("ls")),
            ),
            (
                "psql",
                "\\copy t to program 'tee x'",
                Some(Asked::Runs("tee x")),
            ),
            ("psql", "\\copy t to stdout", None),
            ("psql", "\\o x.txt", Some(Asked::Writes("x.txt"))),
            ("psql", "select 1 \\g x.txt", Some(Asked::Writes("x.txt"))),
            ("psql", "\\o | tee x", Some(Asked::Runs(" tee x"))),
            ("psql", "\\! rm x", Some(Asked::Runs("rm x"))),
            ("psql", "grant all on t to 'x'", None),
            ("psql", "select count(*) from t", None),
            ("sqlite3", ".output a.sql", Some(Asked::Writes("a.sql"))),
            ("sqlite3", ".output stdout", None),
            (
                "sqlite3",
                ".import --csv a.csv t",
                Some(Asked::Reads("a.csv")),
            ),
            ("sqlite3", ".once '|tee x'", Some(Asked::Runs("tee x"))),
            ("sqlite3", ".shell rm x", Some(Asked::Runs("rm x"))),
            ("sqlite3", "vacuum into 'b.db'", Some(Asked::Writes("b.db"))),
            (
                "duckdb",
                "copy t to 'o.csv' (header)",
                Some(Asked::Writes("o.csv")),
            ),
            ("duckdb", "copy t from 'o.csv'", None),
            (
                "mysql",
                "select * from t into outfile '/x/y'",
                Some(Asked::Writes("/x/y")),
            ),
            ("mysql", "tee log.txt", Some(Asked::Writes("log.txt"))),
        ] {
            assert_eq!(asked_by(line, client), expected, "{client}: {line}");
        }
    }
}
