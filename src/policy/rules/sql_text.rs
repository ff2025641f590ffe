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

/// How far back the head of a statement is looked for, and how many `$$` are told from code.
const HEAD: usize = 1_024;
const DOLLARS: usize = 16;

/// Returns the part of a statement that a pattern finds. `is_mysql`: `--` begins a comment only before a blank.
pub(super) fn found(regex: &TextPattern, sql: &str, is_mysql: bool) -> Option<String> {
    let Some((text, literals)) = statements(sql, is_mysql) else {
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
fn statements(sql: &str, is_mysql: bool) -> Option<(String, Vec<Range<usize>>)> {
    let lower = sql.to_lowercase();
    let is_odd = |letter: char| ODD.contains(&letter) && letter != if is_mysql { '#' } else { '$' };
    if sql.contains(is_odd) || RUNS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let mut text = String::with_capacity(sql.len());
    let mut literals = Vec::new();
    let mut dollars = 0;
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..)?;
        if letter == '\'' || letter == '"' {
            let (inner, behind) = after.split_once(letter)?;
            text.push(letter);
            literals.push(text.len()..text.len() + inner.len());
            text.push_str(inner);
            text.push(letter);
            rest = behind;
        } else if letter == '$' {
            // `$$text$$`, `$tag$text$tag$`; a block that is run, or kept as a function, is no literal.
            let (tag, _) = after.split_once('$')?;
            let mark = rest.get(..tag.len() + 2)?;
            let (inner, behind) = rest.get(mark.len()..)?.split_once(mark)?;
            let is_tag = tag
                .chars()
                .all(|letter| letter == '_' || letter.is_alphanumeric());
            dollars += 1;
            if !is_tag || dollars > DOLLARS || is_name(text.chars().last()) || holds_blocks(&text) {
                return None;
            }
            text.push_str(mark);
            literals.push(text.len()..text.len() + inner.len());
            text.push_str(inner);
            text.push_str(mark);
            rest = behind;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let (inner, behind) = comment.split_once("*/")?;
            // Some servers run what stands in `/*! … */`, and some nest comments.
            if inner.starts_with(['!', 'M']) || inner.contains("/*") {
                return None;
            }
            text.push(' ');
            rest = behind;
        } else if let Some(comment) = to_the_end_of_its_line(rest, is_mysql) {
            text.push(' ');
            rest = comment
                .find('\n')
                .and_then(|end| comment.get(end..))
                .unwrap_or_default();
        } else {
            text.push(letter);
            rest = after;
        }
    }
    Some((text, literals))
}

fn is_name(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letter == '_' || letter == '$' || letter.is_alphanumeric())
}

/// Whether the statement that a text ends with is one whose literals are code: `DO $$ … $$`, `CREATE FUNCTION … AS $$ … $$`.
fn holds_blocks(text: &str) -> bool {
    let start = text.len().saturating_sub(HEAD);
    let near = text.as_bytes().get(start..).unwrap_or_default();
    let end = near.iter().rposition(|byte| *byte == b';');
    let Some(statement) = end.map_or_else(
        || text.get(..text.len().min(HEAD)).filter(|_| start == 0),
        |end| text.get(start + end + 1..),
    ) else {
        return true;
    };
    let mut words = statement.split_whitespace();
    let first = words.next().unwrap_or_default().to_lowercase();
    matches!(
        first.as_str(),
        "do" | "create" | "alter" | "call" | "begin" | "declare"
    ) || words.any(|word| matches!(word.to_lowercase().as_str(), "do" | "as" | "call"))
}

/// Returns what stands behind the mark of a comment that ends with its line.
fn to_the_end_of_its_line(rest: &str, is_mysql: bool) -> Option<&str> {
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
    use super::found;
    use crate::policy::text_pattern::{Scrutiny, TextPattern};

    fn finds(sql: &str, is_mysql: bool) -> bool {
        let regex = TextPattern::parse(r"(?i)\bdrop\s+table\b", Scrutiny::Read);
        found(&regex.ok().unwrap(), sql, is_mysql).is_some()
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
        assert!(!finds("select $$drop table x$$, $a$drop table y$a$", false));
        assert!(!finds("comment on table t is $$drop table x$$", false));
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
            "select 1; do $a$ begin drop table x; end $a$",
            "create function f() returns int as $$ drop table x $$",
            "select x$$, 1; drop table x; select y$$",
            "select $$; drop table x",
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
