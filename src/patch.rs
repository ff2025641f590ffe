//! Which files a patch names, in the two forms that agents send: `*** Update File:` and unified diffs.
//!
//! Only the headers count. What stands in the body is content, whatever it looks like, so the body is walked as the tools that
//! apply such patches walk it. Nothing is applied here, and no file is looked at.

use crate::call::Access;

/// Headers of the form with stars. The blank after the colon is left out because some readers do not ask for it.
const HEADERS: [(&str, Header); 4] = [
    ("*** Add File:", Header::Add),
    ("*** Update File:", Header::Update),
    ("*** Delete File:", Header::Delete),
    ("*** Move to:", Header::Move),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    Add,
    Update,
    Delete,
    Move,
}

/// Returns every file that a patch names, and what happens to it; a file that moves is deleted here and written there.
/// Empty when the text is no patch.
#[must_use]
pub fn files(text: &str) -> Vec<(Access, &str)> {
    let files = starred(text);
    let mut files = if files.is_empty() {
        unified(text)
    } else {
        files
    };
    let mut seen = Vec::new();
    files.retain(|file| {
        !seen.contains(file) && {
            seen.push(*file);
            true
        }
    });
    files
}

fn starred(text: &str) -> Vec<(Access, &str)> {
    let mut files: Vec<(Access, &str)> = Vec::new();
    let mut inside = None;
    for line in text.lines() {
        // In an update, a line with a blank before it is context; elsewhere readers take it for a header.
        let line = if inside == Some(Header::Update) {
            line.trim_end()
        } else {
            line.trim()
        };
        let found = HEADERS.iter().find_map(|(start, header)| {
            let path = line.strip_prefix(start)?.trim();
            (!path.is_empty()).then_some((*header, path))
        });
        let Some((header, path)) = found else {
            continue;
        };
        match header {
            Header::Add | Header::Update => files.push((Access::Write, path)),
            Header::Delete => files.push((Access::Delete, path)),
            Header::Move => {
                if let Some((access, _)) = files.last_mut() {
                    *access = Access::Delete;
                }
                files.push((Access::Write, path));
            }
        }
        // After `Move to:` the update's body follows.
        inside = Some(if header == Header::Move {
            Header::Update
        } else {
            header
        });
    }
    files
}

fn unified(text: &str) -> Vec<(Access, &str)> {
    let mut files = Vec::new();
    let mut lines = text.lines().peekable();
    // Lines of the present hunk's body that are still to come, on both sides.
    let (mut old, mut new) = (0_usize, 0_usize);
    let mut git = None;
    while let Some(line) = lines.next() {
        if old > 0 || new > 0 {
            match line.as_bytes().first() {
                Some(b'-') => old = old.saturating_sub(1),
                Some(b'+') => new = new.saturating_sub(1),
                Some(b'\\') => {}
                _ => (old, new) = (old.saturating_sub(1), new.saturating_sub(1)),
            }
            continue;
        }
        if let Some(counts) = hunk(line) {
            (old, new) = counts;
        } else if let Some(paths) = line.strip_prefix("diff --git ") {
            git = same_on_both_sides(paths);
            files.extend(git.map(|path| (Access::Write, path)));
        } else if line.starts_with("deleted file mode") {
            files.extend(git.map(|path| (Access::Delete, path)));
        } else if let Some(path) = line.strip_prefix("rename from ") {
            files.push((Access::Delete, named(path)));
        } else if let Some(path) = line
            .strip_prefix("rename to ")
            .or_else(|| line.strip_prefix("copy to "))
        {
            files.push((Access::Write, named(path)));
        } else if let Some(path) = line.strip_prefix("copy from ") {
            files.push((Access::Read, named(path)));
        } else if let Some(from) = line.strip_prefix("--- ")
            && let Some(to) = lines.peek().and_then(|line| line.strip_prefix("+++ "))
        {
            files.extend(pair(named(from), named(to)));
            lines.next();
        }
    }
    files
}

/// What happens to the two files of a `---` and `+++` pair.
fn pair<'a>(from: &'a str, to: &'a str) -> Vec<(Access, &'a str)> {
    const NOWHERE: &str = "/dev/null";
    // Only git writes both letters; one alone is the name of a folder.
    let (from, to) = match (from.strip_prefix("a/"), to.strip_prefix("b/")) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) if to == NOWHERE => (from, to),
        (None, Some(to)) if from == NOWHERE => (from, to),
        _ => (from, to),
    };
    match (from == NOWHERE, to == NOWHERE) {
        (true, true) => Vec::new(),
        (true, false) => vec![(Access::Write, to)],
        (false, true) => vec![(Access::Delete, from)],
        // With two names it is up to the reader which one it changes.
        (false, false) => vec![(Access::Write, from), (Access::Write, to)],
    }
}

/// A path ends at the tab before its time, and git may quote it.
fn named(path: &str) -> &str {
    let path = path.split('\t').next().unwrap_or_default().trim();
    path.strip_prefix('"')
        .and_then(|path| path.strip_suffix('"'))
        .unwrap_or(path)
}

/// `a/PATH b/PATH`: the only case in which the line can be cut for sure, and the one without further headers.
fn same_on_both_sides(paths: &str) -> Option<&str> {
    let half = paths.len().checked_sub(1)? / 2;
    let (from, to) = (paths.get(..half)?, paths.get(half + 1..)?);
    let path = from.strip_prefix("a/")?;
    (to.strip_prefix("b/") == Some(path)).then_some(path)
}

/// Reads how many lines a hunk has on each side, from `@@ -1,2 +3,4 @@`.
fn hunk(line: &str) -> Option<(usize, usize)> {
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    let count = |word: Option<&str>, sign: char| {
        let range = word?.strip_prefix(sign)?;
        match range.split_once(',') {
            Some((_, count)) => count.parse().ok(),
            None => range.parse::<usize>().ok().map(|_| 1),
        }
    };
    Some((count(words.next(), '-')?, count(words.next(), '+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found: Vec<String> = files(text)
            .iter()
            .map(|(access, path)| format!("{} {path}", access.name()))
            .collect();
        assert_eq!(found.join(", "), expected, "{text}");
    }

    #[test]
    fn headers_with_stars_name_files() {
        check(
            "*** Begin Patch\n*** Add File: a\n+x\n*** Update File: b c\n@@\n-1\n+2\n*** Delete File: d\n*** End Patch\n",
            "write a, write b c, delete d",
        );
        check(
            "*** Update File: old\r\n*** Move to: new\r\n@@\r\n-1\r\n",
            "delete old, write new",
        );
        check("*** Update File:tight\n", "write tight");
        check("*** Add File: \n", "");
    }

    #[test]
    fn content_of_a_patch_names_no_file() {
        check(
            "*** Update File: a\n@@\n *** Delete File: b\n+*** Delete File: c\n-*** Delete File: d\n",
            "write a",
        );
        check("*** Add File: a\n+*** Delete File: b\n", "write a");
        // A reader that trims its headers sees this one, because content of a new file starts with a plus.
        check(
            "*** Add File: a\n  *** Delete File: b\n",
            "write a, delete b",
        );
    }

    #[test]
    fn unified_diffs_name_files() {
        check(
            "--- a/x y\t2026\n+++ b/x y\t2026\n@@ -1 +1 @@\n-1\n+2\n",
            "write x y",
        );
        check("--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+1\n", "write new");
        check(
            "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n",
            "delete gone",
        );
        check("--- one\n+++ two\n", "write one, write two");
        check(
            "diff --git a/p q b/p q\ndeleted file mode 100644\n",
            "write p q, delete p q",
        );
        check(
            "diff --git a/x b/y\nrename from x\nrename to y\n",
            "delete x, write y",
        );
        check("copy from x\ncopy to y\n", "read x, write y");
        check("--- \"a/q\"\n+++ \"b/q\"\n", "write q");
    }

    #[test]
    fn the_body_of_a_hunk_names_no_file() {
        check(
            "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/inner\n+++ b/inner\n same\n--- a/z\n+++ b/z\n",
            "write x, write z",
        );
        check("nothing here", "");
    }
}
