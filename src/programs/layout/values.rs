//! Roles that depend on the text of the value: `@file`, `host:path`, `file://…`, `-` for a standard stream.

use crate::programs::reading::{At, Word};
use crate::programs::table::{Program, Role};

/// Looks at values as one program does.
pub(super) struct Values<'w, W> {
    words: &'w [W],
    remote_paths: bool,
    reads_after: Option<&'static str>,
}

/// Whether a value in this role is a path of this machine.
pub(super) fn is_path(role: Role) -> bool {
    matches!(
        role,
        Role::Argument
            | Role::Read
            | Role::Write
            | Role::Edit
            | Role::WriteInto
            | Role::Output
            | Role::Target
            | Role::Mirror
            | Role::Delete
            | Role::Move
            | Role::Link
            | Role::LinkTarget
            | Role::Database
            | Role::ScriptFile
    )
}

impl<'w, W: Word> Values<'w, W> {
    pub(super) fn new(program: &Program, words: &'w [W]) -> Self {
        Self {
            words,
            remote_paths: program.remote_paths,
            reads_after: program.reads_after,
        }
    }

    /// Whether a module's name is that of a listed program, which then reads the words after it.
    pub(super) fn is_program(&self, at: At) -> bool {
        crate::programs::find(at.text(self.words)).is_some()
    }

    /// Returns the role that a value has in the end, and which bytes of it are meant.
    pub(super) fn resolve(&self, role: Role, at: At) -> (Role, At) {
        let text = at.text(self.words);
        let from = |skip: usize| At {
            from: at.from + skip,
            ..at
        };
        if let Some(start) = self.reads_after
            && text.starts_with(start)
        {
            return (Role::Read, from(start.len()));
        }
        match role {
            Role::ReadAt if text.starts_with('@') && text != "@-" => (Role::Read, from(1)),
            Role::ReadForm => form_file(text, at),
            Role::RevisionPath => match text.find(':') {
                Some(colon) => (Role::Read, from(colon + 1)),
                None => (Role::RevisionPath, at),
            },
            Role::Url => match text.get(..7) {
                Some(scheme) if scheme.eq_ignore_ascii_case("file://") => (Role::Read, from(7)),
                _ => (Role::Url, at),
            },
            Role::Mount => mount(text, at),
            Role::ReadAt => (Role::Plain, at),
            Role::Read | Role::Write | Role::Edit | Role::ScriptFile
                if is_standard_stream(text) && self.is_whole(at) =>
            {
                (Role::Plain, at)
            }
            _ if self.remote_paths && is_path(role) && is_remote(text) => (Role::Remote, at),
            _ => (role, at),
        }
    }

    fn is_whole(&self, at: At) -> bool {
        self.words.get(at.word).is_some_and(Word::is_whole)
    }
}

fn is_standard_stream(text: &str) -> bool {
    matches!(
        text,
        "-" | "/dev/stdin"
            | "/dev/fd/0"
            | "/proc/self/fd/0"
            | "/dev/stdout"
            | "/dev/stderr"
            | "/dev/fd/1"
            | "/dev/fd/2"
    )
}

/// `name=@file`, `name=<file`, perhaps with `;type=…` after it.
fn form_file(text: &str, at: At) -> (Role, At) {
    if text.starts_with('@') {
        return (
            Role::Read,
            At {
                from: at.from + 1,
                ..at
            },
        );
    }
    let Some(sign) = text.find("=@").or_else(|| text.find("=<")) else {
        return (Role::Plain, at);
    };
    let start = at.from + sign + 2;
    let end = text
        .get(sign..)
        .and_then(|file| file.find(';'))
        .map(|length| at.from + sign + length);
    (
        Role::Read,
        At {
            from: start,
            to: end,
            ..at
        },
    )
}

/// `host:path`, `user@host:path` or a URL; not `C:\path`, not `./a:b`.
fn is_remote(text: &str) -> bool {
    if text.contains("://") {
        return true;
    }
    text.split_once(':')
        .is_some_and(|(host, _)| host.len() > 1 && !host.contains(['/', '\\']))
}

/// `HOST:INSIDE[:ro]`, or `type=bind,source=HOST,target=INSIDE`. A name without a slash is a volume and no path.
fn mount(text: &str, at: At) -> (Role, At) {
    let (start, rest) = match ["source=", "src="]
        .iter()
        .find_map(|key| Some((text.find(key)?, *key)))
    {
        Some((index, key)) => (
            index + key.len(),
            text.get(index + key.len()..).unwrap_or_default(),
        ),
        None if text.starts_with("type=") => return (Role::Plain, at),
        None => (0, text),
    };
    let end = rest.find([':', ',']);
    let host = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    if !host.starts_with(['/', '.', '~', '$']) && !host.contains('/') && !host.is_empty() {
        return (Role::Plain, at);
    }
    let inside = end.and_then(|end| rest.get(end..)).unwrap_or_default();
    let read_only = inside
        .split([':', ','])
        .any(|word| matches!(word, "ro" | "readonly" | "readonly=true"));
    let from = at.from + start;
    let place = At {
        from,
        to: end.map(|end| from + end),
        ..at
    };
    (if read_only { Role::Read } else { Role::Mount }, place)
}
