//! Patches: `git apply`, `git am` and `patch` write the files that a patch names.
//!
//! A patch that is known is read for its targets; of any other it is only known that it writes somewhere.

use std::path::Path;

use super::Walker;
use super::fields::Field;
use super::program::{Started, piece};
use super::simple::joined;
use super::stages::Input;
use super::state::State;
use crate::call::Access;
use crate::effects::UnknownKind;
use crate::programs::Reading;
use crate::programs::reading::PartKind;
use crate::repo::Follow;

/// Files of one patch that are kept.
const TARGETS: usize = 500;

/// What applies a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Git,
    Patch,
}

impl Walker<'_> {
    /// Adds what a patch writes that this command applies; `false` when it applies none.
    pub(super) fn patch(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) -> bool {
        let tool = match (started.name.as_str(), reading.subcommand.as_slice()) {
            ("patch" | "gpatch", _) => Tool::Patch,
            ("git", ["apply" | "am"]) => Tool::Git,
            _ => return false,
        };
        let folder = reading
            .options
            .iter()
            .find(|option| option.name == "--directory")
            .and_then(|option| Some(piece(started, option.value?).value.start().to_owned()));
        let folder = folder.unwrap_or_else(|| ".".to_owned());
        let strip = reading
            .options
            .iter()
            .find(|option| option.name == "-p")
            .and_then(|option| piece(started, option.value?).value.start().parse().ok());
        let texts = self.patches(started, reading, tool, state);
        let mut is_sure = !texts.is_empty();
        for text in texts {
            let found = text.map(|text| targets(&text)).unwrap_or_default();
            is_sure &= !found.is_empty() && found.len() < TARGETS;
            for (access, path) in found {
                self.patched(started, tool, (access, &path), strip, &folder, state);
            }
        }
        if !is_sure {
            self.saved_diffs(state);
            let written = format!("{} …", started.name);
            self.unknown(
                UnknownKind::Path(Access::Write),
                &written,
                Some(started.span),
            );
            // Below the root of the repository a patch stays in its folder.
            if folder != "." || self.is_subfolder(state) {
                let field = Field::known(&folder, started.span);
                self.path(
                    Access::Write,
                    &field,
                    Follow::All,
                    true,
                    &started.name,
                    state,
                );
            }
        }
        true
    }

    /// Returns the texts of the patches; `None` for one that is not known.
    fn patches(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        tool: Tool,
        state: &State,
    ) -> Vec<Option<String>> {
        let options = reading.options.iter();
        let given = options
            .filter(|option| tool == Tool::Patch && option.name == "-i")
            .filter_map(|option| option.value);
        let operands = reading
            .parts
            .iter()
            .filter(|part| part.kind == PartKind::Operand)
            .map(|part| part.at);
        let paths: Vec<Field> = given.chain(operands).map(|at| piece(started, at)).collect();
        let mut texts = Vec::new();
        for field in paths
            .iter()
            .filter(|field| field.value.known() != Some("-"))
        {
            texts.push(
                field
                    .value
                    .known()
                    .and_then(|path| self.text_of_file(path, state)),
            );
        }
        if texts.is_empty() && *started.input != Input::Inherited {
            texts.push(self.text_of_input(started.input));
        }
        texts
    }

    fn patched(
        &mut self,
        started: &Started<'_>,
        tool: Tool,
        (access, path): (Access, &str),
        strip: Option<usize>,
        folder: &str,
        state: &State,
    ) {
        // Without a number `patch` takes the name alone, unless the folders are there.
        let strips: Vec<usize> = match (tool, strip) {
            (_, Some(strip)) => vec![strip],
            (Tool::Git, None) => vec![1],
            (Tool::Patch, None) => vec![0, 1, path.matches('/').count()],
        };
        for strip in strips {
            let Some(path) = stripped(path, strip) else {
                continue;
            };
            let mut inside = state.clone();
            if tool == Tool::Git {
                for folder in &mut inside.folders {
                    *folder = folder.as_deref().map(top_level);
                }
            }
            let target = if folder == "." {
                path.to_owned()
            } else {
                format!("{folder}/{path}")
            };
            let field = Field::known(&target, started.span);
            let follow = if access == Access::Delete {
                Follow::AllButLast
            } else {
                Follow::All
            };
            self.path(access, &field, follow, false, &started.name, &inside);
        }
    }

    /// Returns the text of a file that the line wrote, or of one on the disk.
    pub(super) fn text_of_file(&mut self, path: &str, state: &State) -> Option<String> {
        if let Some(input) = self.content(path, state) {
            return self.text_of_input(&input);
        }
        let (mut files, is_sure) = self.stored(path, state);
        let file = files.pop().filter(|_| is_sure && files.is_empty());
        file.map(|file| file.text)
    }

    /// Returns the text that a command reads.
    pub(super) fn text_of_input(&mut self, input: &Input) -> Option<String> {
        match input {
            Input::Known(text) => Some(text.clone()),
            Input::File(path) => self.text_at(path),
            _ => None,
        }
    }
}

/// Returns the checkout that holds a folder; paths in patches start there.
fn top_level(folder: &str) -> String {
    let mut folders = Path::new(folder).ancestors();
    let found = folders.find(|folder| folder.join(".git").symlink_metadata().is_ok());
    let found = found.and_then(|found| found.to_str()).unwrap_or(folder);
    joined(Some(found), ".").unwrap_or_else(|| folder.to_owned())
}

/// Leaves out the first folders of a path.
fn stripped(path: &str, count: usize) -> Option<&str> {
    let mut rest = path;
    for _ in 0..count {
        rest = rest.split_once('/')?.1.trim_start_matches('/');
    }
    (!rest.is_empty()).then_some(rest)
}

/// Returns the files that a patch changes, with their first folders (`a/`, `b/`) still there.
fn targets(text: &str) -> Vec<(Access, String)> {
    let mut found: Vec<(Access, String)> = Vec::new();
    let mut add = |access, path: &str| {
        let path = unquoted(path);
        let one = (access, path);
        if one.1 != "/dev/null"
            && !one.1.is_empty()
            && found.len() < TARGETS
            && !found.contains(&one)
        {
            found.push(one);
        }
    };
    let mut lines = text.lines().peekable();
    // Lines of the present hunk that are still to come, of the old file and of the new one.
    let mut hunk = (0_usize, 0_usize);
    while let Some(line) = lines.next() {
        if hunk != (0, 0) {
            match line.bytes().next() {
                Some(b'-') => hunk.0 = hunk.0.saturating_sub(1),
                Some(b'+') => hunk.1 = hunk.1.saturating_sub(1),
                Some(b'\\') => {}
                _ => hunk = (hunk.0.saturating_sub(1), hunk.1.saturating_sub(1)),
            }
            continue;
        }
        if let Some(counts) = line.strip_prefix("@@ ") {
            hunk = counted(counts);
        } else if let Some(old) = line
            .strip_prefix("--- ")
            .or_else(|| line.strip_prefix("*** "))
        {
            let new = lines.peek().and_then(|next| {
                next.strip_prefix("+++ ")
                    .or_else(|| next.strip_prefix("--- "))
            });
            let Some(new) = new else {
                continue;
            };
            let is_deleted = name_of(new) == "/dev/null";
            add(
                if is_deleted {
                    Access::Delete
                } else {
                    Access::Write
                },
                name_of(old),
            );
            add(Access::Write, name_of(new));
            lines.next();
        } else if let Some(names) = line.strip_prefix("diff --git ") {
            if let Some((one, other)) = both(names) {
                add(Access::Write, one);
                add(Access::Write, other);
            }
        } else if let Some(path) = line.strip_prefix("rename from ") {
            add(Access::Delete, &format!("a/{}", unquoted(path)));
        } else if let Some(path) = line
            .strip_prefix("rename to ")
            .or_else(|| line.strip_prefix("copy to "))
        {
            add(Access::Write, &format!("b/{}", unquoted(path)));
        } else if let Some(path) = line.strip_prefix("Index: ") {
            add(Access::Write, path.trim());
        }
    }
    found
}

/// Reads `-1,4 +1,5 @@`: how many lines of each file follow.
fn counted(text: &str) -> (usize, usize) {
    let count = |part: Option<&str>| match part.and_then(|part| part.split_once(',')) {
        Some((_, count)) => count.parse().unwrap_or(0),
        None => 1,
    };
    let mut parts = text.split_whitespace();
    (count(parts.next()), count(parts.next()))
}

/// A name ends at a tab, behind which stands a date.
fn name_of(text: &str) -> &str {
    text.split('\t').next().unwrap_or(text).trim_end()
}

/// Splits `a/x b/x`; names may hold blanks, and both are mostly the same.
fn both(names: &str) -> Option<(&str, &str)> {
    if names.starts_with('"') {
        return names.split_once("\" ");
    }
    let same = names.match_indices(' ').find_map(|(at, _)| {
        let (one, other) = (names.get(..at)?, names.get(at + 1..)?);
        (one.split_once('/')?.1 == other.split_once('/')?.1).then_some((one, other))
    });
    same.or_else(|| names.split_once(' '))
}

/// Reads a name as git writes it: in quotes where it holds letters beyond ASCII.
fn unquoted(name: &str) -> String {
    let Some(inside) = name.strip_prefix('"') else {
        return name.to_owned();
    };
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let mut code = 0_u32;
        let mut digits = 0;
        while digits < 3
            && let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte))
        {
            code = code * 8 + u32::from(digit - b'0');
            digits += 1;
        }
        match digits {
            0 => bytes.extend(rest.next()),
            _ => bytes.push(u8::try_from(code).unwrap_or(b'?')),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::targets;

    fn named(text: &str) -> Vec<String> {
        let all = targets(text).into_iter();
        all.map(|(access, path)| format!("{access:?} {path}"))
            .collect()
    }

    #[test]
    fn a_patch_names_what_it_changes() {
        for (text, expected) in [
            (
                "--- a/x\t2020-01-01\n+++ b/x\t2020-01-01\n@@ -1 +1 @@\n-a\n+b\n",
                &["Write a/x", "Write b/x"][..],
            ),
            (
                "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n",
                &["Write b/x"],
            ),
            (
                "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n",
                &["Delete a/x"],
            ),
            // A line that is removed may look like the head of a file.
            (
                "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n+++ b/y\n c\n",
                &["Write a/x", "Write b/x"],
            ),
            (
                "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
                &["Write a/x", "Write b/x"],
            ),
            (
                "diff --git a/x y b/x y\nnew file mode 100644\n",
                &["Write a/x y", "Write b/x y"],
            ),
            (
                "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n",
                &["Write a/x", "Write b/y", "Delete a/x"],
            ),
            (
                "diff --git \"a/\\303\\274\" \"b/\\303\\274\"\n",
                &["Write a/ü", "Write b/ü"],
            ),
            (
                "*** x.orig\t2020\n--- x\t2020\n***************\n*** 1,2 ****\n",
                &["Write x.orig", "Write x"],
            ),
            ("Index: x\n====\n", &["Write x"]),
            ("Subject: --- a/x\n\nno patch\n", &[]),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
