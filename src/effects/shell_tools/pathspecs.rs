//! What git calls pathspecs: `:/file` and `:(top)file` start at the root, `:!file` and `:(exclude)file` leave a file alone.

use std::borrow::Cow;
use std::path::Path;

use super::fields::Field;

/// Returns the path that a word means to git, from the folder it works in or absolute; an empty one for none.
pub(super) fn meant<'f>(field: &'f Field, root: &Path) -> Cow<'f, Field> {
    let Some(rest) = field.value.start().strip_prefix(':') else {
        return Cow::Borrowed(field);
    };
    let (path, is_from_root, is_left_out) = if let Some(inside) = rest.strip_prefix('(') {
        let Some((words, path)) = inside.split_once(')') else {
            return Cow::Borrowed(field);
        };
        let has = |wanted: &str| words.split(',').any(|word| word == wanted);
        (path, has("top"), has("exclude"))
    } else {
        let path = rest.trim_start_matches(['/', '!', '^']);
        let signs = rest.get(..rest.len() - path.len()).unwrap_or_default();
        if signs.is_empty() {
            return Cow::Borrowed(field);
        }
        (path, signs.contains('/'), signs.contains(['!', '^']))
    };
    let path = if is_left_out {
        String::new()
    } else if is_from_root {
        format!("{}/{path}", root.display())
    } else {
        path.to_owned()
    };
    Cow::Owned(field.map(|_| path.clone()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::meant;
    use crate::effects::Span;
    use crate::effects::shell_tools::fields::Field;

    #[test]
    fn signs_before_a_path_are_read() {
        for (written, expected) in [
            ("a/b", "a/b"),
            (":/a", "/r/a"),
            (":(top)a", "/r/a"),
            (":(top,glob)a/**", "/r/a/**"),
            (":(glob)a/**", "a/**"),
            (":!a", ""),
            (":(exclude)a", ""),
            (":a", ":a"),
        ] {
            let field = Field::known(written, Span::new(0, 1));
            assert_eq!(meant(&field, Path::new("/r")).value.start(), expected);
        }
    }
}
