//! Rules as they are kept in a compiled policy: everything but their tests, which no hook call runs.

use std::time::Duration;

use super::bytes::{Damaged, Reader, Writer};
use super::triggers::{Table, of_handle};
use super::wanted::Wanted;
use crate::call::{Access, Event};
use crate::policy::command_pattern::CommandPattern;
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::policy::problems::Place;
use crate::policy::rules::{
    AddContext, DenyCommand, GateCommand, GateEvent, MatchScope, Need, ProtectPaths, QualityGate,
    Record, Restore, RuleKind,
};
use crate::policy::text_pattern::TextPattern;
use crate::policy::{Action, IfNoAsk, Origin, Rule, RuleTests};

const ACTIONS: [Action; 3] = [Action::Deny, Action::Ask, Action::Warn];
const WITHOUT_ASK: [IfNoAsk; 2] = [IfNoAsk::Deny, IfNoAsk::Neutral];
const ACCESSES: [Access; 3] = [Access::Read, Access::Write, Access::Delete];
const RESTORES: [Restore; 2] = [Restore::ByHand, Restore::Auto];
const SCOPES: [MatchScope; 3] = [MatchScope::Words, MatchScope::Sql, MatchScope::Script];
const GATE_EVENTS: [GateEvent; 2] = [GateEvent::AfterEdit, GateEvent::Stop];
const EVENTS: [Event; 7] = [
    Event::SessionStart,
    Event::Prompt,
    Event::BeforeTool,
    Event::AfterTool,
    Event::Stop,
    Event::SessionEnd,
    Event::Other,
];

pub(super) fn write(writer: &mut Writer, rule: &Rule, programs: Table) {
    write_kind(writer, &rule.kind, programs);
    writer.text(&rule.id);
    writer.choice(&ACTIONS, &rule.action);
    writer.choice(&WITHOUT_ASK, &rule.if_no_ask);
    for text in [&rule.reason, &rule.instead] {
        writer.optional(text.as_ref(), |writer, text| writer.text(text));
    }
    writer.text(&rule.base);
    writer.text(&rule.origin.file);
    writer.number(rule.origin.line as u64);
    writer.number(rule.origin.column as u64);
}

fn write_kind(writer: &mut Writer, kind: &RuleKind, programs: Table) {
    match kind {
        RuleKind::ProtectPaths(paths) => {
            writer.byte(0);
            write_paths(writer, paths);
        }
        RuleKind::DenyCommand(command) => {
            writer.byte(1);
            write_command(writer, command, programs);
        }
        RuleKind::QualityGate(gate) => {
            writer.byte(2);
            write_gate(writer, gate);
        }
        RuleKind::AddContext(context) => {
            writer.byte(3);
            writer.choice(&EVENTS, &context.on);
            writer.texts(&context.prompt_words);
            writer.text(&context.text);
        }
        RuleKind::Record(record) => {
            writer.byte(4);
            writer.list(&record.on, |writer, event| writer.choice(&EVENTS, event));
            writer.text(&record.file);
        }
    }
}

/// Reads a rule as far as it is wanted: all of it where nothing is said, and nothing where a call has nothing to do with it.
///
/// # Errors
/// Damage.
pub(super) fn read(bytes: &[u8], wanted: Option<&Wanted<'_>>) -> Result<Option<Rule>, Damaged> {
    let mut reader = Reader::new(bytes);
    let kind = read_kind(&mut reader, wanted)?;
    let rule = kind.map(|kind| read_rest(&mut reader, kind).ok_or(Damaged));
    rule.transpose()
}

fn read_rest(reader: &mut Reader<'_>, kind: RuleKind) -> Option<Rule> {
    let rule = Rule {
        kind,
        id: reader.string()?,
        action: reader.choice(&ACTIONS)?,
        if_no_ask: reader.choice(&WITHOUT_ASK)?,
        reason: reader.optional(Reader::string).ok()?,
        instead: reader.optional(Reader::string).ok()?,
        base: reader.string()?,
        origin: Origin {
            file: reader.string()?,
            line: reader.size()?,
            column: reader.size()?,
        },
        tests: RuleTests::default(),
    };
    reader.is_at_end().then_some(rule)
}

fn read_kind(
    reader: &mut Reader<'_>,
    wanted: Option<&Wanted<'_>>,
) -> Result<Option<RuleKind>, Damaged> {
    let kind = match reader.byte() {
        Some(0) => read_paths(reader, wanted).map(RuleKind::ProtectPaths),
        Some(1) => return Ok(read_command(reader, wanted)?.map(RuleKind::DenyCommand)),
        Some(2) => read_gate(reader).map(RuleKind::QualityGate),
        Some(3) => read_context(reader).map(RuleKind::AddContext),
        Some(4) => read_record(reader).map(RuleKind::Record),
        _ => None,
    };
    kind.map(Some).ok_or(Damaged)
}

fn read_context(reader: &mut Reader<'_>) -> Option<AddContext> {
    Some(AddContext {
        on: reader.choice(&EVENTS)?,
        prompt_words: reader.strings()?,
        text: reader.string()?,
    })
}

fn read_record(reader: &mut Reader<'_>) -> Option<Record> {
    Some(Record {
        on: reader.list(|reader| reader.choice(&EVENTS))?,
        file: reader.string()?,
    })
}

fn write_paths(writer: &mut Writer, paths: &ProtectPaths) {
    let globs: Vec<&PathPattern> = paths.paths.iter().collect();
    writer.list(&globs, |writer, glob| {
        let ways: Vec<_> = glob.ways().collect();
        writer.list(&ways, |writer, way| {
            writer.list(way, |writer, handle| {
                writer.fixed(&of_handle(handle).to_le_bytes());
            });
        });
        let mut one = Writer::default();
        glob.write_to(&mut one);
        writer.bytes(&one.bytes);
    });
    writer.flag(paths.outside_repository);
    paths.except.write_to(writer);
    writer.list(&paths.deny, |writer, access| {
        writer.choice(&ACCESSES, access);
    });
    writer.choice(&RESTORES, &paths.restore);
}

fn read_paths(reader: &mut Reader<'_>, wanted: Option<&Wanted<'_>>) -> Option<ProtectPaths> {
    Some(ProtectPaths {
        paths: read_globs(reader, wanted.filter(|wanted| !wanted.takes_all_globs()))?,
        outside_repository: reader.flag()?,
        except: PathPatterns::read_from(reader)?,
        deny: reader.list(|reader| reader.choice(&ACCESSES))?,
        restore: reader.choice(&RESTORES)?,
    })
}

/// Reads the globs that match something wanted, exceptions included: the last that matches decides, whichever do not.
fn read_globs(reader: &mut Reader<'_>, wanted: Option<&Wanted<'_>>) -> Option<PathPatterns> {
    let globs = (0..reader.size()?).map(|_| {
        let mut is_wanted = wanted.is_none();
        for _ in 0..reader.size()? {
            let mut is_way = true;
            for _ in 0..reader.size()? {
                let key = u64::from_le_bytes(reader.fixed()?);
                is_way = is_way && wanted.is_some_and(|wanted| wanted.has(key));
            }
            is_wanted = is_wanted || is_way;
        }
        let mut one = Reader::new(reader.bytes()?);
        Some(if is_wanted {
            Some(PathPattern::read_from(&mut one)?)
        } else {
            None
        })
    });
    let globs: Option<Vec<Option<PathPattern>>> = globs.collect();
    Some(globs?.into_iter().flatten().collect())
}

fn write_command(writer: &mut Writer, command: &DenyCommand, programs: Table) {
    writer.choice(&SCOPES, &command.scope);
    writer.optional(command.matches.as_ref(), |writer, matches| {
        matches.write_to(writer);
    });
    for patterns in [&command.patterns, &command.except] {
        writer.list(patterns, |writer, pattern| {
            writer.list(&programs.pattern(pattern), |writer, key| {
                writer.fixed(&key.to_le_bytes());
            });
            let mut one = Writer::default();
            pattern.write_to(&mut one);
            writer.bytes(&one.bytes);
        });
    }
}

/// Reads what of a rule describes commands that are wanted; nothing when there is nothing such.
fn read_command(
    reader: &mut Reader<'_>,
    wanted: Option<&Wanted<'_>>,
) -> Result<Option<DenyCommand>, Damaged> {
    let scope = reader.choice(&SCOPES).ok_or(Damaged)?;
    let wants = |needed: &[u8]| wanted.is_none_or(|wanted| wanted.may_match(needed, scope));
    let matches = if reader.flag().ok_or(Damaged)? {
        TextPattern::read_if(reader, wants)?
    } else {
        None
    };
    let patterns = read_patterns(reader, wanted).ok_or(Damaged)?;
    if wanted.is_some() && patterns.is_empty() && matches.is_none() {
        return Ok(None);
    }
    Ok(Some(DenyCommand {
        patterns,
        except: read_patterns(reader, wanted).ok_or(Damaged)?,
        matches,
        scope,
    }))
}

/// Reads the patterns that share a key with what is wanted: no other describes any of its commands.
fn read_patterns(
    reader: &mut Reader<'_>,
    wanted: Option<&Wanted<'_>>,
) -> Option<Vec<CommandPattern>> {
    let mut patterns = Vec::new();
    for _ in 0..reader.size()? {
        let mut is_wanted = wanted.is_none();
        for _ in 0..reader.size()? {
            let key = u64::from_le_bytes(reader.fixed()?);
            is_wanted = is_wanted || wanted.is_some_and(|wanted| wanted.has(key));
        }
        let mut one = Reader::new(reader.bytes()?);
        if is_wanted {
            patterns.push(CommandPattern::read_from(&mut one)?);
        }
    }
    Some(patterns)
}

fn write_gate(writer: &mut Writer, gate: &QualityGate) {
    match &gate.run {
        GateCommand::Shell(line) => {
            writer.byte(0);
            writer.text(line);
        }
        GateCommand::Words(words) => {
            writer.byte(1);
            writer.texts(words);
        }
    }
    gate.inputs.write_to(writer);
    writer.list(&gate.on, |writer, event| writer.choice(&GATE_EVENTS, event));
    writer.number(gate.timeout.as_secs());
    writer.number(u64::from(gate.timeout.subsec_nanos()));
    writer.list(&gate.env, |writer, (name, value)| {
        writer.text(name);
        writer.text(value);
    });
    writer.optional(gate.working_directory.as_ref(), |writer, folder| {
        writer.text(folder);
    });
    writer.flag(gate.run_on_stop);
    writer.list(&gate.needs, |writer, need| writer.text(&need.id));
    writer.texts(&gate.tool_versions);
}

fn read_gate(reader: &mut Reader<'_>) -> Option<QualityGate> {
    Some(QualityGate {
        run: match reader.byte()? {
            0 => GateCommand::Shell(reader.string()?),
            1 => GateCommand::Words(reader.strings()?),
            _ => return None,
        },
        inputs: PathPatterns::read_from(reader)?,
        on: reader.list(|reader| reader.choice(&GATE_EVENTS))?,
        timeout: {
            let seconds = reader.number()?;
            let rest = u32::try_from(reader.number()?).ok()?;
            (rest < 1_000_000_000).then(|| Duration::new(seconds, rest))?
        },
        env: reader.list(|reader| Some((reader.string()?, reader.string()?)))?,
        working_directory: reader.optional(Reader::string).ok()?,
        run_on_stop: reader.flag()?,
        needs: reader.list(|reader| {
            Some(Need {
                id: reader.string()?,
                // Only problems point there, and a policy with problems is not kept.
                at: Place::default(),
            })
        })?,
        tool_versions: reader.strings()?,
    })
}
