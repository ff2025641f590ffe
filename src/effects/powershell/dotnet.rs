//! Calls of .NET methods that touch files or run something, as far as their arguments are texts.

use poshtree::v2::{Node, NodeKind};

use super::command::Arg;
use super::state::State;
use super::values::joined;
use super::{Items, Source, Walker, known, unknown};
use crate::call::Access::{self, Delete, Read, Write};
use crate::effects::{UnknownKind, Value};

/// See [`USES`].
type Use = (&'static str, &'static str, &'static [(Access, usize)]);

/// Class without its namespace, method or the beginning of one, what happens to which arguments.
const USES: [Use; 33] = [
    ("file", "write", &[(Write, 0)]),
    ("file", "append", &[(Write, 0)]),
    ("file", "create", &[(Write, 0)]),
    ("file", "openwrite", &[(Write, 0)]),
    ("file", "openread", &[(Read, 0)]),
    ("file", "opentext", &[(Read, 0)]),
    ("file", "open", &[(Read, 0), (Write, 0)]),
    ("file", "read", &[(Read, 0)]),
    ("file", "delete", &[(Delete, 0)]),
    ("file", "move", &[(Read, 0), (Delete, 0), (Write, 1)]),
    ("file", "copy", &[(Read, 0), (Write, 1)]),
    (
        "file",
        "replace",
        &[(Read, 0), (Delete, 0), (Write, 1), (Write, 2)],
    ),
    ("file", "set", &[(Write, 0)]),
    ("file", "encrypt", &[(Write, 0)]),
    ("file", "decrypt", &[(Write, 0)]),
    ("directory", "create", &[(Write, 0)]),
    ("directory", "delete", &[(Delete, 0)]),
    ("directory", "move", &[(Read, 0), (Delete, 0), (Write, 1)]),
    ("directory", "get", &[(Read, 0)]),
    ("directory", "enumerate", &[(Read, 0)]),
    ("streamwriter", "new", &[(Write, 0)]),
    ("streamreader", "new", &[(Read, 0)]),
    ("filestream", "new", &[(Read, 0), (Write, 0)]),
    ("zipfile", "createfromdirectory", &[(Read, 0), (Write, 1)]),
    ("zipfile", "extracttodirectory", &[(Read, 0), (Write, 1)]),
    ("filesystem", "deletefile", &[(Delete, 0)]),
    ("filesystem", "deletedirectory", &[(Delete, 0)]),
    ("filesystem", "write", &[(Write, 0)]),
    ("filesystem", "copy", &[(Read, 0), (Write, 1)]),
    ("filesystem", "move", &[(Read, 0), (Delete, 0), (Write, 1)]),
    // Whatever the object is.
    ("", "downloadfile", &[(Write, 1)]),
    ("", "uploadfile", &[(Read, 1)]),
    ("xmldocument", "load", &[(Read, 0)]),
];

/// Methods of an object that stands for a file: what happens to it, and to the first argument.
const OF_FILES: [(&str, Option<Access>, Option<Access>); 10] = [
    ("delete", Some(Delete), None),
    ("moveto", Some(Delete), Some(Write)),
    ("copyto", Some(Read), Some(Write)),
    ("replace", None, None),
    ("create", Some(Write), None),
    ("createtext", Some(Write), None),
    ("appendtext", Some(Write), None),
    ("openwrite", Some(Write), None),
    ("save", None, Some(Write)),
    ("load", None, Some(Read)),
];

/// Returns what a method does to its arguments.
pub(super) fn uses(class: &str, method: &str) -> &'static [(Access, usize)] {
    let class = class.trim_matches(['[', ']']).to_lowercase();
    let class = class.rsplit('.').next().unwrap_or_default();
    let method = method.to_lowercase();
    let found = USES
        .iter()
        .find(|(of, name, _)| (*of == class || of.is_empty()) && method.starts_with(name));
    found.map_or(&[], |(_, _, uses)| *uses)
}

impl Walker<'_> {
    /// Follows `[Class]::Method(…)` and `$object.Method(…)`.
    pub(super) fn method(
        &mut self,
        node: &Node,
        target: &Node,
        (method, is_static): (&str, bool),
        args: &[Node],
        source: Source<'_>,
        state: &mut State,
    ) -> Items {
        let span = source.part(&(node.span.start..node.span.end)).span();
        let receiver = self.eval(target, source, state);
        let args = match args {
            [one] => match &one.kind {
                NodeKind::ArrayLiteral(list) => list.as_slice(),
                _ => args,
            },
            _ => args,
        };
        let given: Vec<Items> = args
            .iter()
            .map(|arg| self.eval(arg, source, state))
            .collect();
        let class = match &target.kind {
            NodeKind::TypeExpression(class) => class.as_str(),
            _ => "",
        };
        let lower = method.to_lowercase();
        for (access, at) in uses(class, method) {
            for item in given.get(*at).into_iter().flatten() {
                self.touch(
                    (*access, *access == Delete),
                    item,
                    true,
                    method,
                    span,
                    state,
                );
            }
        }
        if !is_static {
            self.of_file(&lower, &receiver, given.first(), span, state);
        }
        match (short(class).as_str(), lower.as_str()) {
            ("path", "combine" | "join") => {
                let slash = known("/");
                let mut parts = given.into_iter();
                let first = parts.next().unwrap_or_else(unknown);
                parts.fold(first, |path, part| joined(&joined(&path, &slash), &part))
            }
            ("path", "getfullpath") | ("convert", "tostring") => {
                given.into_iter().next().unwrap_or_else(unknown)
            }
            ("scriptblock", "create") | ("", "invokescript" | "addscript") => {
                for items in given {
                    self.code(
                        &items,
                        source.part(&(node.span.start..node.span.end)),
                        state,
                    );
                }
                unknown()
            }
            ("process", "start") => {
                let words: Vec<Arg<'_>> = given
                    .iter()
                    .skip(1)
                    .flatten()
                    .flat_map(|item| match item {
                        Value::Known(text) => text
                            .split_whitespace()
                            .map(|word| Arg::of(known(word)))
                            .collect(),
                        Value::Starts(_) => vec![Arg::of(unknown())],
                    })
                    .collect();
                for name in given.first().into_iter().flatten() {
                    if let Some(name) = name.known() {
                        self.program(name, &words, None, span, state)
                    } else {
                        self.unknown(UnknownKind::OpaqueCode, source.text, span);
                        unknown()
                    };
                }
                unknown()
            }
            ("environment", "getfolderpath") => match given.first().map(Vec::as_slice) {
                Some([Value::Known(name)]) if name.eq_ignore_ascii_case("userprofile") => {
                    self.variable("home", state)
                }
                _ => unknown(),
            },
            ("", "tostring" | "trim" | "trimend" | "trimstart") if given.is_empty() => receiver,
            _ => unknown(),
        }
    }

    fn of_file(
        &mut self,
        method: &str,
        receiver: &Items,
        first: Option<&Items>,
        span: crate::effects::Span,
        state: &State,
    ) {
        let Some((_, itself, other)) = OF_FILES.iter().find(|(name, _, _)| *name == method) else {
            return;
        };
        if let Some(access) = itself {
            for item in receiver {
                self.touch(
                    (*access, *access == Delete),
                    item,
                    false,
                    method,
                    span,
                    state,
                );
            }
        }
        if let Some(access) = other {
            for item in first.into_iter().flatten() {
                self.touch((*access, false), item, true, method, span, state);
            }
        }
    }
}

fn short(class: &str) -> String {
    let class = class.trim_matches(['[', ']']).to_lowercase();
    class.rsplit('.').next().unwrap_or_default().to_owned()
}
