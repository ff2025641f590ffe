//! Rules as they are kept in a compiled policy: everything but their tests, which no hook call runs.

use std::time::Duration;

use super::bytes::{Reader, Writer};
use crate::call::{Access, Event};
use crate::policy::command_pattern::CommandPattern;
use crate::policy::path_pattern::PathPatterns;
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

pub(super) fn write(writer: &mut Writer, rule: &Rule) {
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
    match &rule.kind {
        RuleKind::ProtectPaths(paths) => {
            writer.byte(0);
            write_paths(writer, paths);
        }
        RuleKind::DenyCommand(command) => {
            writer.byte(1);
            write_command(writer, command);
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

pub(super) fn read(bytes: &[u8]) -> Option<Rule> {
    let mut reader = Reader::new(bytes);
    let rule = Rule {
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
        kind: read_kind(&mut reader)?,
        tests: RuleTests::default(),
    };
    reader.is_at_end().then_some(rule)
}

fn read_kind(reader: &mut Reader<'_>) -> Option<RuleKind> {
    Some(match reader.byte()? {
        0 => RuleKind::ProtectPaths(read_paths(reader)?),
        1 => RuleKind::DenyCommand(read_command(reader)?),
        2 => RuleKind::QualityGate(read_gate(reader)?),
        3 => RuleKind::AddContext(AddContext {
            on: reader.choice(&EVENTS)?,
            prompt_words: reader.strings()?,
            text: reader.string()?,
        }),
        4 => RuleKind::Record(Record {
            on: reader.list(|reader| reader.choice(&EVENTS))?,
            file: reader.string()?,
        }),
        _ => return None,
    })
}

fn write_paths(writer: &mut Writer, paths: &ProtectPaths) {
    paths.paths.write_to(writer);
    writer.flag(paths.outside_repository);
    paths.except.write_to(writer);
    writer.list(&paths.deny, |writer, access| {
        writer.choice(&ACCESSES, access);
    });
    writer.choice(&RESTORES, &paths.restore);
}

fn read_paths(reader: &mut Reader<'_>) -> Option<ProtectPaths> {
    Some(ProtectPaths {
        paths: PathPatterns::read_from(reader)?,
        outside_repository: reader.flag()?,
        except: PathPatterns::read_from(reader)?,
        deny: reader.list(|reader| reader.choice(&ACCESSES))?,
        restore: reader.choice(&RESTORES)?,
    })
}

fn write_command(writer: &mut Writer, command: &DenyCommand) {
    for patterns in [&command.patterns, &command.except] {
        writer.list(patterns, |writer, pattern| pattern.write_to(writer));
    }
    writer.optional(command.matches.as_ref(), |writer, matches| {
        matches.write_to(writer);
    });
    writer.choice(&SCOPES, &command.scope);
}

fn read_command(reader: &mut Reader<'_>) -> Option<DenyCommand> {
    Some(DenyCommand {
        patterns: reader.list(CommandPattern::read_from)?,
        except: reader.list(CommandPattern::read_from)?,
        matches: reader.optional(TextPattern::read_from).ok()?,
        scope: reader.choice(&SCOPES)?,
    })
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
