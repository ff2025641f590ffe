//! Reads the tool call of a payload: which tool, and the paths, command and addresses that its input names.

use super::decode::{PayloadProblem, text};
use super::decoders;
use super::json::{self, Json};
use super::table::{Adapter, EventRow, Pointer, ToolRow};
use crate::call::{Access, McpTool, ShellCommand, Target, Tool, ToolKind};
use crate::patch;

/// Whether a tool call that does not say what it would do is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    Strict,
    Tolerant,
}

impl Strictness {
    /// Returns the problem where it counts, and otherwise what stands for "not there".
    fn refuse<T: Default>(
        self,
        problem: impl FnOnce() -> PayloadProblem,
    ) -> Result<T, PayloadProblem> {
        match self {
            Self::Strict => Err(problem()),
            Self::Tolerant => Ok(T::default()),
        }
    }
}

/// Takes the tool call out of a payload, if it has one.
pub(super) fn read(
    adapter: &Adapter,
    value: &mut Json<'_>,
    event: Option<&EventRow>,
    strictness: Strictness,
) -> Result<Option<Tool>, PayloadProblem> {
    let fields = &adapter.fields;
    let own = event.and_then(|event| event.tool);
    let name = match json::first(value, fields.tool_name) {
        Some((Json::Text(name), _)) if !name.is_empty() => name.clone().into_owned(),
        None if own.is_some() => own.unwrap_or_default().to_owned(),
        Some((Json::Text(_), _)) | None => {
            return strictness.refuse(|| missing("", fields.tool_name));
        }
        Some((other, pointer)) => return strictness.refuse(|| wrong("", pointer, "a text", other)),
    };
    let row = adapter.tools.iter().find(|row| row.name == name);
    let taken = if own.is_some() {
        // The payload's other members are still to be read.
        Some((value.clone(), WHOLE))
    } else {
        json::take(value, fields.tool_input)
    };
    let (input, base) = match taken {
        Some((input, pointer)) => {
            let input = decoders::apply(fields.tool_input_decoder, input);
            let is_patch = input.as_str().is_some() && row.is_some_and(takes_a_bare_patch);
            let is_object = matches!(input, Json::Object(_));
            if !is_object && !is_patch && strictness == Strictness::Strict {
                return Err(wrong("", pointer, "an object", &input));
            }
            (input, pointer.text)
        }
        None => (
            Json::Null,
            fields.tool_input.first().map_or("", |pointer| pointer.text),
        ),
    };
    let mcp = if row.is_none() {
        mcp(adapter, value, &name)
    } else {
        None
    };
    let kind = match (row, &mcp) {
        (Some(row), _) => row.kind,
        (None, Some(_)) => ToolKind::Mcp,
        (None, None) => ToolKind::Other,
    };
    let mut tool = Tool {
        name,
        kind,
        mcp,
        call_id: text(value, fields.call_id),
        ..Tool::default()
    };
    if let Some(row) = row {
        read_input(
            &mut tool,
            row,
            &Input {
                value: &input,
                base,
                strictness,
            },
        )?;
    }
    if matches!(kind, ToolKind::Mcp | ToolKind::Other) {
        tool.input = input.into_value();
    }
    Ok(Some(tool))
}

/// The whole input, or the whole payload.
const WHOLE: Pointer = Pointer {
    text: "",
    steps: &[],
};

/// Whether the tool's input may be the patch itself instead of an object.
fn takes_a_bare_patch(row: &ToolRow) -> bool {
    row.patch.iter().any(|pointer| pointer.steps.is_empty())
}

/// Fills in what a known tool's call would touch.
fn read_input(tool: &mut Tool, row: &ToolRow, input: &Input) -> Result<(), PayloadProblem> {
    for (pointers, access) in [
        (row.reads, Access::Read),
        (row.writes, Access::Write),
        (row.deletes, Access::Delete),
    ] {
        for path in input.texts(pointers)? {
            tool.targets.push(Target { path, access });
        }
    }
    for pointer in row.patch {
        for text in input.patches(*pointer)? {
            let files = patch::files(text);
            if files.is_empty() {
                let pointer = format!("{}{}", input.base, pointer.text);
                input
                    .strictness
                    .refuse::<()>(|| PayloadProblem::NoFile { pointer })?;
            }
            let targets = files.into_iter().map(|(access, path)| Target {
                path: path.to_owned(),
                access,
            });
            tool.targets.extend(targets);
        }
    }
    let lines = input.texts(row.command)?;
    if !lines.is_empty() {
        let cwd = input.texts(row.command_cwd)?.into_iter().next();
        let command = |text| ShellCommand {
            text,
            cwd: cwd.clone(),
            dialect: row.dialect,
        };
        tool.commands = lines.into_iter().map(command).collect();
    }
    tool.urls = input.texts(row.urls)?;

    match row.kind {
        _ if row.optional => Ok(()),
        ToolKind::Shell if tool.commands.is_empty() => {
            input.strictness.refuse(|| missing(input.base, row.command))
        }
        ToolKind::Write | ToolKind::Edit | ToolKind::Patch | ToolKind::Delete | ToolKind::Read
            if tool.targets.is_empty() =>
        {
            let paths = || [row.reads, row.writes, row.deletes, row.patch].concat();
            input.strictness.refuse(|| missing(input.base, &paths()))
        }
        _ => Ok(()),
    }
}

/// A tool's input and how strictly it is read.
struct Input<'a> {
    value: &'a Json<'a>,
    /// Where the input is in the payload, for messages.
    base: &'static str,
    strictness: Strictness,
}

impl Input<'_> {
    /// Returns the texts that the pointers lead to. An empty text is as good as none.
    fn texts(&self, pointers: &[Pointer]) -> Result<Vec<String>, PayloadProblem> {
        let mut texts = Vec::new();
        for pointer in pointers {
            for found in json::each(self.value, pointer.steps) {
                match found {
                    Json::Text(text) if text.is_empty() => {}
                    Json::Text(text) => texts.push(text.clone().into_owned()),
                    other => self
                        .strictness
                        .refuse(|| wrong(self.base, *pointer, "a text", other))?,
                }
            }
        }
        Ok(texts)
    }

    /// Returns the patches that a pointer leads to. An input that may be a patch as a whole is otherwise an object.
    fn patches(&self, pointer: Pointer) -> Result<Vec<&str>, PayloadProblem> {
        let mut patches = Vec::new();
        for found in json::each(self.value, pointer.steps) {
            match found {
                Json::Text(text) if text.is_empty() => {}
                Json::Text(text) => patches.push(&**text),
                Json::Object(_) if pointer.steps.is_empty() => {}
                other => self
                    .strictness
                    .refuse(|| wrong(self.base, pointer, "a text", other))?,
            }
        }
        Ok(patches)
    }
}

/// Takes an MCP tool's name apart.
fn mcp(adapter: &Adapter, value: &Json<'_>, name: &str) -> Option<McpTool> {
    let names = adapter.mcp?;
    let rest = name.strip_prefix(names.prefix)?;
    // The server's own name may hold the separator, so what the payload says goes first.
    let stated = text(value, names.server).and_then(|server| {
        if names.separator.is_empty() {
            let tool = rest.to_owned();
            return Some(McpTool { server, tool });
        }
        let tool = rest
            .strip_prefix(server.as_str())?
            .strip_prefix(names.separator)?
            .to_owned();
        Some(McpTool { server, tool })
    });
    stated.or_else(|| {
        let (server, tool) = match rest.split_once(names.separator) {
            // Nothing in the name says that it is one.
            Some(_) if names.prefix.is_empty() && names.separator.is_empty() => return None,
            Some(parts) => parts,
            // Without a prefix only the separator tells an MCP tool from one of the runtime's own.
            None if names.prefix.is_empty() => return None,
            None => (rest, ""),
        };
        Some(McpTool {
            server: server.to_owned(),
            tool: tool.to_owned(),
        })
    })
}

fn missing(base: &str, pointers: &[Pointer]) -> PayloadProblem {
    let pointer = pointers.first().map_or("", |pointer| pointer.text);
    PayloadProblem::Missing {
        pointer: format!("{base}{pointer}"),
    }
}

fn wrong(base: &str, pointer: Pointer, expected: &'static str, found: &Json<'_>) -> PayloadProblem {
    PayloadProblem::WrongType {
        pointer: format!("{base}{}", pointer.text),
        expected,
        found: json::type_name(found),
    }
}
