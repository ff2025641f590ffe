//! SQL as its server reads it: what stands in a literal or a comment is not a statement.
//!
//! Servers differ in what quotes and ends a literal. Where a text holds anything that they read differently, or that runs what
//! a literal holds, all of it counts.

use std::ops::Range;

use crate::policy::text_pattern::TextPattern;

/// Letters that quote, escape or begin a comment for some servers only.
const ODD: [char; 6] = ['\\', '`', '[', '$', '#', '\r'];
/// Words of what may run a literal, or of another way to write one.
const RUNS: [&str; 7] = [
    "exec",
    "prepare",
    "immediate",
    "dblink",
    "query_to",
    "eval",
    "q'",
];

/// How clients of `MySQL` begin.
const MYSQL: [&str; 3] = ["mysql", "mariadb", "mycli"];
/// Commands of psql that take the rest of their line and run nothing.
const ASIDES: [&str; 16] = [
    "timing", "x", "pset", "echo", "qecho", "warn", "l", "c", "connect", "conninfo", "encoding",
    "q", "a", "t", "H", "prompt",
];

/// Whose SQL a text is, as far as that changes what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `--` begins a comment only before a blank, and `#` does.
    Mysql,
    /// `$$…$$` is a literal, and a word after a backslash is for the client.
    Postgres,
    /// Any other, or several.
    Other,
}

impl Dialect {
    /// Returns the dialect of a client's server.
    pub(super) fn of(client: &str) -> Self {
        if MYSQL.iter().any(|start| client.starts_with(start)) {
            Self::Mysql
        } else if matches!(client, "psql" | "pgcli") {
            Self::Postgres
        } else {
            Self::Other
        }
    }

    fn is_odd(self, letter: char) -> bool {
        match self {
            Self::Mysql => letter != '#' && ODD.contains(&letter),
            // Told apart where they stand.
            Self::Postgres => letter == '\r',
            Self::Other => ODD.contains(&letter),
        }
    }
}

/// Returns the part of a statement that a pattern finds.
pub(super) fn found(regex: &TextPattern, sql: &str, dialect: Dialect) -> Option<String> {
    let Some((text, literals)) = statements(sql, dialect) else {
        let all = regex.find(sql).map(str::to_owned);
        return all.or_else(|| regex.find(&without_comments(sql)).map(str::to_owned));
    };
    let explained = explained(&text, &literals);
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let part = regex.find(rest)?;
        let at = from + (part.as_ptr().addr() - rest.as_ptr().addr());
        let mut passed = literals.iter().chain(&explained);
        let Some(passed) = passed.find(|range| range.contains(&at)) else {
            return Some(part.to_owned());
        };
        from = passed.end;
    }
}

/// Returns where the statements are that are only explained: `EXPLAIN` without `ANALYZE` runs nothing.
fn explained(text: &str, literals: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let ends = text.match_indices(';').map(|(at, _)| at);
    let is_end = |at: &usize| !literals.iter().any(|literal| literal.contains(at));
    for end in ends.filter(is_end).chain([text.len()]) {
        let statement = text.get(start..end).unwrap_or_default().to_lowercase();
        let mut words = statement.split_whitespace();
        // Clients know other ways to end a statement, each on a line of its own.
        let mut lines = statement.lines().map(str::trim);
        let is_one =
            lines.all(|line| !matches!(line, "go" | "/") && !line.starts_with("delimiter"));
        if words.next() == Some("explain") && is_one && !statement.contains("analy") {
            found.push(start..end);
        }
        start = end + 1;
    }
    found
}

/// Returns a text with a blank for each comment, and where its literals are; `None` where servers read it differently.
fn statements(sql: &str, dialect: Dialect) -> Option<(String, Vec<Range<usize>>)> {
    let lower = sql.to_lowercase();
    if sql.contains(|letter| dialect.is_odd(letter)) || RUNS.iter().any(|word| lower.contains(word))
    {
        return None;
    }
    let mut text = String::with_capacity(sql.len());
    let mut literals = Vec::new();
    let mut rest = sql;
    // Where the present statement begins.
    let mut start = 0;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..)?;
        if letter == '\'' || letter == '"' {
            let (inner, behind) = after.split_once(letter)?;
            // In some literals of Postgres a backslash takes the quote behind it.
            if inner.contains('\\') {
                return None;
            }
            text.push(letter);
            literals.push(text.len()..text.len() + inner.len());
            text.push_str(inner);
            text.push(letter);
            rest = behind;
        } else if letter == '$' && dialect == Dialect::Postgres {
            let (mark, inner, behind) = in_dollars(rest)?;
            // What follows `do` and `as` is code in another language.
            if runs_literals(text.get(start..)?) {
                return None;
            }
            text.push_str(mark);
            literals.push(text.len()..text.len() + inner.len());
            text.push_str(inner);
            text.push_str(mark);
            rest = behind;
        } else if letter == '\\' {
            rest = behind_aside(after).filter(|_| text.is_empty() || text.ends_with('\n'))?;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let (inner, behind) = comment.split_once("*/")?;
            // Some servers run what stands in `/*! … */`, and some nest comments.
            if inner.starts_with(['!', 'M']) || inner.contains("/*") {
                return None;
            }
            text.push(' ');
            rest = behind;
        } else if let Some(comment) = to_the_end_of_its_line(rest, dialect) {
            text.push(' ');
            rest = comment
                .find('\n')
                .and_then(|end| comment.get(end..))
                .unwrap_or_default();
        } else {
            text.push(letter);
            rest = after;
            if letter == ';' {
                start = text.len();
            }
        }
    }
    Some((text, literals))
}

/// Splits `$mark$ text $mark$ rest` into its mark, text and rest.
fn in_dollars(sql: &str) -> Option<(&str, &str, &str)> {
    let end = sql.get(1..)?.find('$')? + 2;
    let (mark, rest) = sql.split_at_checked(end)?;
    let name = mark.trim_matches('$');
    let is_name = !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name
            .chars()
            .all(|letter| letter == '_' || letter.is_alphanumeric());
    let (inner, behind) = rest.split_once(mark).filter(|_| is_name)?;
    Some((mark, inner, behind))
}

/// Whether a statement that begins so runs, now or later, what a literal in it holds.
fn runs_literals(statement: &str) -> bool {
    let mut words = statement.split_whitespace();
    words.next().is_none_or(|first| {
        ![
            "select", "insert", "update", "delete", "comment", "values", "with", "copy",
        ]
        .iter()
        .any(|plain| first.eq_ignore_ascii_case(plain))
    })
}

/// Returns what follows the line of a command of psql that runs nothing. A second backslash may end it within its line.
fn behind_aside(after: &str) -> Option<&str> {
    let end = after.find('\n').unwrap_or(after.len());
    let (line, rest) = after.split_at_checked(end)?;
    let name = line.split_whitespace().next()?;
    let shows = name.starts_with('d')
        && name
            .bytes()
            .all(|letter| letter.is_ascii_alphabetic() || letter == b'+' || letter == b'S');
    let is_aside = shows || ASIDES.contains(&name.trim_end_matches('+'));
    (is_aside && !line.contains(['\\', '`'])).then_some(rest)
}

/// Returns what stands behind the mark of a comment that ends with its line.
fn to_the_end_of_its_line(rest: &str, dialect: Dialect) -> Option<&str> {
    let is_mysql = dialect == Dialect::Mysql;
    if let Some(comment) = rest.strip_prefix('#').filter(|_| is_mysql) {
        return Some(comment);
    }
    let comment = rest.strip_prefix("--")?;
    let counts = !is_mysql || comment.is_empty() || comment.starts_with(char::is_whitespace);
    counts.then_some(comment)
}

/// Leaves comments out of a text that is not read any closer.
fn without_comments(sql: &str) -> String {
    let mut bare = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find("--").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at_checked(at).unwrap_or((rest, ""));
        bare.push_str(before);
        bare.push(' ');
        let end = if comment.starts_with("/*") {
            "*/"
        } else {
            "\n"
        };
        rest = comment.split_once(end).map_or("", |(_, rest)| rest);
    }
    bare + rest
}

#[cfg(test)]
mod tests {
    use super::{Dialect, found};
    use crate::policy::text_pattern::{Scrutiny, TextPattern};

    fn finds_by(sql: &str, dialect: Dialect) -> bool {
        let regex = TextPattern::parse(r"(?i)\bdrop\s+table\b", Scrutiny::Read);
        found(&regex.ok().unwrap(), sql, dialect).is_some()
    }

    fn finds(sql: &str, is_mysql: bool) -> bool {
        let dialect = if is_mysql {
            Dialect::Mysql
        } else {
            Dialect::Other
        };
        finds_by(sql, dialect)
    }

    #[test]
    fn dollars_quote_in_postgres_but_for_code() {
        for sql in [
            "comment on table t is $$do not drop table x$$",
            "select $a$ it's $$ drop table x $a$, $$drop table y$$",
            "\\timing on\nselect 1; -- drop table x",
            "\\d+ t\n\\x\nselect 'drop table x', tags[1] from t",
            "\\echo drop table x",
        ] {
            assert!(!finds_by(sql, Dialect::Postgres), "{sql}");
        }
        for sql in [
            "select $$it's$$; drop table x; --'",
            "select $a$x$a$; drop table x",
            "do $$ begin drop table x; end $$",
            "DO LANGUAGE plpgsql $$ begin drop table x; end $$",
            "select 1; do $$ begin drop table x; end $$",
            "create function f() returns void as $$ drop table x $$ language sql",
            "select $1; drop table x",
            "\\timing on \\\\ drop table x",
            "\\x `echo`\ndrop table x",
            "\\set q 'drop table x'\n:q",
            "select 'drop table x' \\gexec",
            "select e'\\'; drop table x; --'",
            "select $$drop table x",
            "\\timing on\ndrop table x",
        ] {
            assert!(finds_by(sql, Dialect::Postgres), "{sql}");
        }
        assert!(finds("select $$drop table x$$", false));
    }

    #[test]
    fn literals_and_comments_are_no_statements() {
        for sql in [
            "select 'drop table x'",
            "select 'it''s a drop table x'",
            "select \"drop table\" from notes",
            "select 1 -- drop table x",
            "select 1; -- drop table x\nselect 2",
            "select /* drop table x */ 1",
            "insert into notes values ('drop table x'); select 'drop table y'",
            "explain drop table x",
            "select 1;\n EXPLAIN (format json) drop table x; select 2",
        ] {
            assert!(!finds(sql, false), "{sql}");
            assert!(!finds(sql, true), "{sql}");
        }
        assert!(!finds("select 1 # it's a drop table x", true));
    }

    #[test]
    fn what_some_server_would_run_is_a_statement() {
        for sql in [
            "drop table x",
            "select 'x'; drop table x",
            "select ''; drop table x; select ''",
            "drop/**/table x",
            "/*!50000 drop table x */",
            "/* /* */ ' */; drop table x; -- '",
            "select '\\'; drop table x; --'",
            "select $$it's$$; drop table x; --'",
            "select [it's]; drop table x; --'",
            "select 1 # it's\n; drop table x; -- '",
            "do $$ begin drop table x; end $$",
            "execute 'drop table x'",
            "select 'drop table x' \\gexec",
            "prepare s from 'drop table x'",
            "select 'drop table x",
        ] {
            assert!(finds(sql, false), "{sql}");
        }
        for sql in [
            "explain analyze select 1; drop table x",
            "explain select 1; drop table x",
            "explain select ';'; drop table x",
            "explain select 1\nGO\ndrop table x",
            "explain plan for select 1\n/\ndrop table x",
            "explain (analyse) drop table x",
            "select 1 explain drop table x",
            "explain select '\\'; drop table x; --'",
        ] {
            assert!(finds(sql, false), "{sql}");
        }
        assert!(finds("select 1 # x\n; drop table x", true));
        assert!(finds("select 1 --1; drop table x", true));
        assert!(!finds("select 1 --1; drop table x", false));
    }
}
