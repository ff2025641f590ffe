//! Reads what a rule is about: one function per kind.

use super::gate;
use super::globs::{self, Use};
use super::reader::{Map, Reader, Text};
use crate::call::{Access, Event};
use crate::policy::command_pattern::CommandPattern;
use crate::policy::path_pattern::PathPatterns;
use crate::policy::problems::{shape, values};
use crate::policy::rules::{AddContext, DenyCommand, MatchScope, ProtectPaths, Record, RuleKind};
use crate::policy::text_pattern::TextPattern;
use crate::policy::yaml::Node;

const SCOPES: [(MatchScope, &str); 3] = [
    (MatchScope::Words, "words"),
    (MatchScope::Sql, "sql"),
    (MatchScope::Script, "script"),
];
const CONTEXT_EVENTS: [(Event, &str); 2] = [
    (Event::Prompt, "prompt"),
    (Event::SessionStart, "session-start"),
];

/// Reads the value under a kind's key.
pub(super) fn read(
    reader: &mut Reader<'_>,
    kind: &str,
    key: &Node,
    value: &Node,
    base: &str,
) -> Option<RuleKind> {
    match kind {
        "protect-paths" => protect_paths(reader, key, value).map(RuleKind::ProtectPaths),
        "deny-command" => deny_command(reader, key, value).map(RuleKind::DenyCommand),
        "quality-gate" => gate::read(reader, key, value, base).map(RuleKind::QualityGate),
        "add-context" => add_context(reader, key, value).map(RuleKind::AddContext),
        _ => record(reader, key, value, base).map(RuleKind::Record),
    }
}

fn protect_paths(reader: &mut Reader<'_>, key: &Node, value: &Node) -> Option<ProtectPaths> {
    let map = reader.map(
        value,
        "protect-paths",
        &["paths", "deny", "outside-repository", "except"],
    )?;
    let outside_repository = map
        .get("outside-repository")
        .and_then(|node| reader.flag(node, "outside-repository"))
        .unwrap_or_default();
    if map.get("paths").is_none() && !outside_repository {
        let help = "list globs under `paths`, or write `outside-repository: true`";
        missing(reader, key, "paths", help);
    }
    let paths = map
        .get("paths")
        .map(|node| globs::read(reader, node, "paths", Use::Anywhere))
        .unwrap_or_default();
    let except = match map.entry("except") {
        Some((_, node)) if outside_repository => globs::read(reader, node, "except", Use::Outside),
        Some((key, _)) => {
            let why = "it belongs to `outside-repository: true`";
            let help =
                "to except paths of the repository, add globs that begin with `!` to `paths`";
            let problem = shape::idle_key(reader.place(key), "except", why, help);
            reader.say(problem);
            PathPatterns::default()
        }
        None => PathPatterns::default(),
    };
    let words = Access::NAMES;
    let deny = map
        .get("deny")
        .and_then(|node| reader.words(node, "deny", &words, values::unknown_access))
        .unwrap_or_else(|| vec![Access::Write, Access::Delete]);
    Some(ProtectPaths {
        paths,
        outside_repository,
        except,
        deny,
    })
}

fn deny_command(reader: &mut Reader<'_>, key: &Node, value: &Node) -> Option<DenyCommand> {
    let map = reader.map(
        value,
        "deny-command",
        &["patterns", "except", "matches", "in"],
    )?;
    let patterns = command_patterns(reader, &map, "patterns");
    let except = command_patterns(reader, &map, "except");
    let matches = map
        .get("matches")
        .and_then(|node| reader.filled_text(node, "matches"))
        .and_then(|text| text_pattern(reader, text));
    if map.get("patterns").is_none() && map.get("matches").is_none() {
        let help = "list commands under `patterns`, or give a regular expression under `matches`";
        missing(reader, key, "patterns", help);
    }
    let scope = map.entry("in").and_then(|(key, node)| {
        if map.get("matches").is_none() {
            let why = "there is no `matches`";
            let help = "it says which text `matches` looks at";
            let problem = shape::idle_key(reader.place(key), "in", why, help);
            reader.say(problem);
        }
        reader.word(node, "in", &SCOPES, values::unknown_scope)
    });
    Some(DenyCommand {
        patterns,
        except,
        matches,
        scope: scope.unwrap_or_default(),
    })
}

fn command_patterns(reader: &mut Reader<'_>, map: &Map<'_>, key: &str) -> Vec<CommandPattern> {
    let items = map.get(key).and_then(|node| reader.items(node, key));
    let mut patterns = Vec::new();
    for item in items.unwrap_or_default() {
        // The pattern itself says what is wrong with an empty one.
        let Some(text) = reader.text(item, key) else {
            continue;
        };
        match CommandPattern::parse(text.text) {
            Ok(pattern) => {
                doubt(reader, text, &pattern);
                patterns.push(pattern);
            }
            Err(error) => {
                let place = reader.part(text, error.at, error.length);
                reader.say(values::bad_command(
                    place,
                    &error.message,
                    error.help.as_deref(),
                ));
            }
        }
    }
    patterns
}

/// Warns of what is most likely a slip of the pen. Only a person who checks a policy needs to know.
fn doubt(reader: &mut Reader<'_>, text: Text<'_>, pattern: &CommandPattern) {
    let doubt = reader.programs.and_then(|programs| pattern.doubt(programs));
    if let Some(doubt) = doubt {
        let place = reader.part(text, doubt.at, doubt.length);
        let problem = values::doubtful_command(place, &doubt.message, doubt.help.as_deref());
        reader.say(problem);
    }
}

fn text_pattern(reader: &mut Reader<'_>, text: Text<'_>) -> Option<TextPattern> {
    let error = match TextPattern::parse(text.text, reader.scrutiny) {
        Ok(pattern) => return Some(pattern),
        Err(error) => error,
    };
    let place = match error.at {
        Some((start, length)) => reader.part(text, start, length),
        None => reader.place(text.node),
    };
    reader.say(values::bad_regex(place, &error.why, error.help));
    None
}

fn add_context(reader: &mut Reader<'_>, key: &Node, value: &Node) -> Option<AddContext> {
    let map = reader.map(value, "add-context", &["on", "when", "text"])?;
    let on = need(
        reader,
        &map,
        key,
        "on",
        "write `on: prompt` or `on: session-start`",
    )
    .and_then(|node| reader.word(node, "on", &CONTEXT_EVENTS, values::unknown_event));
    let text = need(reader, &map, key, "text", "write what the model is to read")
        .and_then(|node| reader.filled_text(node, "text"));
    let prompt_words = map
        .entry("when")
        .map(|(key, node)| {
            if on == Some(Event::SessionStart) {
                let help = "write `on: prompt` to look at prompts, or delete this key";
                let problem = shape::idle_key(
                    reader.place(key),
                    "when",
                    "a session starts without a prompt",
                    help,
                );
                reader.say(problem);
            }
            prompt_words(reader, node)
        })
        .unwrap_or_default();
    Some(AddContext {
        on: on?,
        prompt_words,
        text: text?.text.trim_end().to_owned(),
    })
}

fn prompt_words(reader: &mut Reader<'_>, node: &Node) -> Vec<String> {
    let map = reader.map(node, "when", &["prompt"]);
    let words = map
        .and_then(|map| map.get("prompt"))
        .and_then(|node| reader.texts(node, "prompt"));
    words
        .unwrap_or_default()
        .iter()
        .map(|word| word.text.to_owned())
        .collect()
}

fn record(reader: &mut Reader<'_>, key: &Node, value: &Node, base: &str) -> Option<Record> {
    let map = reader.map(value, "record", &["on", "file"])?;
    let events: Vec<(Event, &str)> = Event::NAMES
        .into_iter()
        .filter(|(event, _)| *event != Event::Other)
        .collect();
    let on = need(
        reader,
        &map,
        key,
        "on",
        "name the events, as in `on: [session-end]`",
    )
    .and_then(|node| reader.words(node, "on", &events, values::unknown_event));
    let file = need(
        reader,
        &map,
        key,
        "file",
        "name a file of the repository, as in `file: reports/audit.log`",
    )
    .and_then(|node| {
        reader
            .filled_text(node, "file")
            .and_then(|text| globs::inside(reader, text, "file", base))
    });
    Some(Record {
        on: on?,
        file: file?,
    })
}

/// Returns the value of a key that a rule of this kind must have.
pub(super) fn need<'n>(
    reader: &mut Reader<'_>,
    map: &Map<'n>,
    kind: &Node,
    key: &str,
    help: &str,
) -> Option<&'n Node> {
    let node = map.get(key);
    if node.is_none() {
        missing(reader, kind, key, help);
    }
    node
}

/// Reports a key that is not there, at the key that names the rule's kind.
fn missing(reader: &mut Reader<'_>, kind: &Node, key: &str, help: &str) {
    let name = kind.scalar().map_or("", |scalar| scalar.text.as_str());
    let problem = shape::missing_key(reader.place(kind), key, &format!("`{name}`"), help);
    reader.say(problem);
}
