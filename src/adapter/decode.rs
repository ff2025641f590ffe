//! Reads a payload into a [`Call`], strictly where a decision rests on it and tolerantly everywhere else.

use super::json::{self, Json, JsonError};
use super::table::{Adapter, Condition, EventRow, Pointer};
use super::tool_call::{self, Strictness};
use super::{foreign, shipped};
use crate::call::{Call, Event, Outcome, StopState};

/// A payload that cannot be judged, with what is known of it all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct PayloadError {
    /// The shared event that the payload was about; `None` when that could not be known.
    pub event: Option<Event>,
    /// The runtime's own name of the event; empty when unknown.
    pub native: String,
    /// Name of another runtime that the payload looks like.
    pub foreign: Option<&'static str>,
    pub problem: PayloadProblem,
}

/// What is wrong with a payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadProblem {
    #[error("the payload is empty")]
    Empty,
    #[error("the payload is larger than 64 MiB")]
    TooLarge,
    #[error("the payload is not JSON: {what} at byte {at}")]
    NotJson { at: usize, what: String },
    #[error("the payload is nested too deeply")]
    TooDeep,
    #[error("the payload is {found}, not an object")]
    NotAnObject { found: &'static str },
    #[error("the payload has no {pointer}")]
    Missing { pointer: String },
    #[error("the payload's {pointer} is {found}, not {expected}")]
    WrongType {
        pointer: String,
        expected: &'static str,
        found: &'static str,
    },
    #[error("the payload's {pointer} names no file that it would change")]
    NoFile { pointer: String },
    #[error("there is no event called `{name}`")]
    UnknownEvent { name: String },
    #[error("neither the payload nor the command line names the event")]
    NoEvent,
}

/// How far the event is looked for in bytes that are no payload.
const SCAN_LIMIT: usize = 1024 * 1024;

/// Largest payload that is judged, in bytes.
pub const PAYLOAD_LIMIT: usize = 64 * 1024 * 1024;

/// Reads a payload.
///
/// `event` is the event from the command line, by its shared or its native name; it wins over the payload. `env` says
/// whether a variable is set; it only helps to notice a payload of another runtime.
///
/// # Errors
///
/// When the payload cannot be read, or when it is about a tool call that is yet to be judged and does not say what the call
/// would do.
pub fn decode(
    adapter: &Adapter,
    payload: &[u8],
    event: Option<&str>,
    env: &dyn Fn(&str) -> bool,
) -> Result<Call, PayloadError> {
    if payload.len() > PAYLOAD_LIMIT {
        return Err(unreadable(
            adapter,
            payload,
            event,
            PayloadProblem::TooLarge,
        ));
    }
    let mut mended = Vec::new();
    let mut value = match json::parse(payload, &mut mended) {
        Ok(value @ Json::Object(_)) => value,
        Ok(other) => {
            let problem = PayloadProblem::NotAnObject {
                found: json::type_name(&other),
            };
            return Err(unreadable(adapter, payload, event, problem));
        }
        Err(error) => {
            let problem = match error {
                JsonError::Empty => PayloadProblem::Empty,
                JsonError::TooDeep => PayloadProblem::TooDeep,
                JsonError::Broken { at, what } => PayloadProblem::NotJson { at, what },
            };
            return Err(unreadable(adapter, payload, event, problem));
        }
    };
    let foreign = foreign::recognise(shipped::MARKS, adapter.name, &value, env);
    let sent = text(&value, adapter.fields.event).filter(|name| !name.is_empty());
    let fired = fired(
        adapter,
        event,
        sent.as_deref(),
        has_tool_call(adapter, &value),
    );
    fired
        .map(|fired| fired.or_observed(&value))
        .and_then(|fired| {
            let call = call(adapter, &mut value, &fired, foreign);
            call.map_err(|problem| (Some(fired.event), problem))
        })
        .map_err(|(event, problem)| PayloadError {
            event,
            native: native_name(adapter, event, sent),
            foreign,
            problem,
        })
}

/// What is known of the event that fired.
struct Fired {
    event: Event,
    native: String,
    /// The table's row for the native event, unless the command line names another shared event.
    row: Option<&'static EventRow>,
}

impl Fired {
    /// Makes an event that need not be answered an observed one. A tool that is yet to run is always judged.
    fn or_observed(self, value: &Json<'_>) -> Self {
        let holds = |condition: &Condition| {
            let found = json::one(value, condition.at.steps);
            found.is_some_and(|found| {
                let text = found.as_str().unwrap_or_default();
                condition.any_of.is_empty() || condition.any_of.contains(&text)
            })
        };
        let is_observed = self
            .row
            .is_some_and(|row| row.observed_when.iter().any(holds));
        if is_observed && self.event != Event::BeforeTool {
            return Self {
                event: Event::Other,
                ..self
            };
        }
        self
    }
}

/// Combines what the command line and the payload say about the event.
fn fired(
    adapter: &Adapter,
    flag: Option<&str>,
    sent: Option<&str>,
    has_tool_call: bool,
) -> Result<Fired, (Option<Event>, PayloadProblem)> {
    let row = sent.and_then(|name| native_row(adapter, name));
    let event = match (flag, sent) {
        // A line that is wired to another event must not let a tool pass unjudged.
        (Some(_), _) if row.is_some_and(|row| row.event == Event::BeforeTool) => Event::BeforeTool,
        (Some(flag), _) => named(adapter, flag).ok_or_else(|| {
            let problem = PayloadProblem::UnknownEvent {
                name: flag.to_owned(),
            };
            (row.map(|row| row.event), problem)
        })?,
        (None, Some(name)) => match row {
            Some(row) => row.event,
            // A new kind of tool event may be one that can still stop the call, so it is treated as such.
            None if has_tool_call => {
                let problem = PayloadProblem::UnknownEvent {
                    name: name.to_owned(),
                };
                return Err((Some(Event::BeforeTool), problem));
            }
            None => Event::Other,
        },
        (None, None) => return Err((None, PayloadProblem::NoEvent)),
    };
    let flagged = flag.and_then(|flag| native_row(adapter, flag));
    let native = match (sent, flagged) {
        (Some(name), _) => name.to_owned(),
        (None, Some(row)) => row.native.to_owned(),
        (None, None) => native_name(adapter, Some(event), None),
    };
    let row = row.or(flagged).filter(|row| row.event == event);
    Ok(Fired { event, native, row })
}

/// Returns the shared event for a name from the command line, shared or native.
pub(super) fn named(adapter: &Adapter, name: &str) -> Option<Event> {
    Event::from_name(name).or_else(|| native_row(adapter, name).map(|row| row.event))
}

pub(super) fn native_row(adapter: &Adapter, name: &str) -> Option<&'static EventRow> {
    adapter.events.iter().find(|row| row.native == name)
}

/// Returns the native name as sent, or else the runtime's first name for the shared event.
fn native_name(adapter: &Adapter, event: Option<Event>, sent: Option<String>) -> String {
    sent.unwrap_or_else(|| {
        let native = event.map(|event| native_of(adapter, event));
        native.unwrap_or_default().to_owned()
    })
}

/// Returns the runtime's first name for a shared event; empty when it has none.
pub(super) fn native_of(adapter: &Adapter, event: Event) -> &'static str {
    let mut rows = adapter.events.iter();
    let row = rows.find(|row| row.event == event && event != Event::Other);
    row.map_or("", |row| row.native)
}

/// Builds the error for bytes that are not an object: the event is the flag's, or else picked from the raw bytes.
fn unreadable(
    adapter: &Adapter,
    payload: &[u8],
    flag: Option<&str>,
    problem: PayloadProblem,
) -> PayloadError {
    let beginning = payload.get(..SCAN_LIMIT).unwrap_or(payload);
    let picked = adapter
        .fields
        .event
        .iter()
        .find_map(|pointer| json::scan(beginning, pointer));
    let picked = picked.filter(|name| !name.is_empty());
    let row = picked.as_deref().and_then(|name| native_row(adapter, name));
    let flagged = flag.and_then(|flag| named(adapter, flag));
    let event = flagged.or_else(|| row.map(|row| row.event));
    PayloadError {
        event,
        native: native_name(adapter, event, picked),
        foreign: None,
        problem,
    }
}

fn has_tool_call(adapter: &Adapter, value: &Json<'_>) -> bool {
    json::first(value, adapter.fields.tool_name).is_some()
        && json::first(value, adapter.fields.tool_input).is_some()
}

fn call(
    adapter: &Adapter,
    value: &mut Json<'_>,
    fired: &Fired,
    foreign: Option<&'static str>,
) -> Result<Call, PayloadProblem> {
    let fields = &adapter.fields;
    let strictness = if fired.event == Event::BeforeTool {
        Strictness::Strict
    } else {
        Strictness::Tolerant
    };
    let prompt = text(value, fields.prompt).filter(|_| fired.event == Event::Prompt);
    let agent = text(value, fields.agent);
    let by_machine = prompt.as_deref().is_some_and(|prompt| {
        let mut beginnings = adapter.machine_prompts.iter();
        // What a sub-agent is told are its parent's words.
        agent.is_some() || beginnings.any(|beginning| prompt.trim_start().starts_with(beginning))
    });
    let tool = tool_call::read(adapter, value, fired.row, strictness)?;
    Ok(Call {
        event: fired.event,
        native_event: fired.native.clone(),
        session: text(value, fields.session),
        turn: text(value, fields.turn),
        agent,
        cwd: folder(value, fields.cwd),
        roots: roots(value, fields.roots),
        permission_mode: text(value, fields.permission_mode),
        detail: fired.row.and_then(|row| text(value, row.detail)),
        changed_config: fired.row.and_then(|row| text(value, row.changed_config)),
        prompt,
        by_machine,
        tool,
        outcome: outcome(value, fired.row),
        stop: stop(adapter, value),
        stops_before: stops_before(adapter, value),
        foreign,
    })
}

/// Whether the agent goes on already because a stop was blocked: by the runtime's flag, or by how often that was.
fn stop(adapter: &Adapter, value: &Json<'_>) -> StopState {
    let flag = json::first(value, adapter.fields.stop_flag).and_then(|(flag, _)| flag.as_bool());
    let count = stops_before(adapter, value);
    match flag.or_else(|| count.map(|count| count > 0)) {
        Some(true) => StopState::Continuing,
        Some(false) => StopState::First,
        None => StopState::Unknown,
    }
}

fn stops_before(adapter: &Adapter, value: &Json<'_>) -> Option<u64> {
    let (count, _) = json::first(value, adapter.fields.stop_count)?;
    count.as_u64()
}

/// Returns the first folder that is named. Some runtimes leave one empty and name it elsewhere; where it is named nowhere
/// else it stays empty, because an empty folder is no missing one.
fn folder(value: &Json<'_>, pointers: &[Pointer]) -> Option<String> {
    let found = || {
        let all = pointers.iter();
        let all = all.flat_map(|pointer| json::each(value, pointer.steps));
        all.filter_map(|found| found.as_str())
    };
    let named = found().find(|folder| !folder.is_empty());
    named.or_else(|| found().next()).map(str::to_owned)
}

fn roots(value: &Json<'_>, pointers: &[Pointer]) -> Vec<String> {
    let found = pointers
        .iter()
        .flat_map(|pointer| json::each(value, pointer.steps));
    found
        .filter_map(|root| root.as_str().map(str::to_owned))
        .collect()
}

fn outcome(value: &Json<'_>, row: Option<&EventRow>) -> Outcome {
    let Some(row) = row else {
        return Outcome::Unknown;
    };
    let interrupted = json::first(value, row.interrupted).and_then(|(flag, _)| flag.as_bool());
    if interrupted == Some(true) {
        Outcome::Interrupted
    } else {
        row.outcome
    }
}

pub(super) fn text(value: &Json<'_>, pointers: &[Pointer]) -> Option<String> {
    json::first(value, pointers)
        .and_then(|(found, _)| found.as_str())
        .map(str::to_owned)
}
