//! Translates between a runtime and the shared model: a payload becomes a [`Call`], an [`Answer`] becomes a [`Reply`].
//!
//! Every runtime is one table of data (`adapters/<name>/adapter.yaml`), compiled into the program; the code here
//! interprets tables and knows no runtime. It decides nothing, reads no file and no variable, and never panics: a payload
//! that cannot be understood is a [`PayloadError`] that still says, as far as it can be known, which event it was about.
//!
//! [`Call`]: crate::call::Call
//! [`Answer`]: crate::decision::Answer

use crate::call::Event;
use crate::decision::{Answered, Verdict};

mod decode;
mod decoders;
mod encode;
mod foreign;
mod hook_files;
mod json;
mod language;
pub(crate) mod shipped;
mod table;
mod tool_call;
mod visible;

#[cfg(test)]
mod tests;

pub use decode::{PAYLOAD_LIMIT, PayloadError, PayloadProblem, decode};
pub use encode::{Reply, encode, fallback};
pub use hook_files::HookFiles;
pub use language::{Commands, Form, Language, Paths, Spelling, Style};
pub use table::{
    Adapter, Against, Checked, Condition, ConfigFile, Manual, Matchers, Pointer, Scope, Setup,
    Switch, Tables, TimeUnit, Timeouts, ToolRow, Transcripts, Trusted, Wiring,
};
pub use visible::visible;

use table::{Instead, Weaker};

/// Returns the adapter with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Adapter> {
    all().iter().copied().find(|adapter| adapter.name == name)
}

/// Returns every shipped adapter.
#[must_use]
pub fn all() -> &'static [&'static Adapter] {
    shipped::ALL
}

/// Returns the adapters of the first and of the second tier.
#[must_use]
pub fn tiers() -> (&'static [&'static Adapter], &'static [&'static Adapter]) {
    shipped::ALL.split_at(shipped::FIRST_TIER.min(shipped::ALL.len()))
}

/// Returns the shared event that a name stands for: a shared name, or the runtime's own.
#[must_use]
pub fn event_named(adapter: &Adapter, name: &str) -> Option<Event> {
    decode::named(adapter, name)
}

/// Returns the runtime's first name for a shared event; empty when it has none.
#[must_use]
pub fn native_name(adapter: &Adapter, event: Event) -> &'static str {
    decode::native_of(adapter, event)
}

/// Returns the variables by which other runtimes give themselves away: a hook of this one is run without them.
#[must_use]
pub fn foreign_variables(adapter: &Adapter) -> Vec<&'static str> {
    let marks = || shipped::MARKS.iter();
    let own = |name: &str| {
        let mut own = marks().filter(|mark| mark.runtime == adapter.name);
        own.any(|mark| mark.env.contains(&name)) || adapter.start_folder_env == Some(name)
    };
    let names = marks().flat_map(|mark| mark.env.iter().copied());
    names.filter(|name| !own(name)).collect()
}

/// How far a runtime honours a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    Enforced,
    /// Something less, or something else, happens; the text says what.
    Weaker(&'static str),
    /// Nothing happens; the text says why.
    Impossible(&'static str),
    /// Nobody has seen what happens; the text says what is missing.
    Unknown(&'static str),
}

/// Returns what becomes of a verdict on an event in this runtime.
#[must_use]
pub fn capability(adapter: &Adapter, event: Event, verdict: Verdict) -> Capability {
    if let Some(cannot) = encode::cannot(adapter, event, verdict) {
        return match cannot.instead {
            Instead::Deny | Instead::Context => Capability::Weaker(cannot.because),
            Instead::Notice | Instead::Neutral => Capability::Impossible(cannot.because),
        };
    }
    let about = |entry: &&Weaker| entry.event == event && entry.verdicts.contains(&verdict);
    if let Some(entry) = adapter.weaker.iter().find(about) {
        return Capability::Weaker(entry.because);
    }
    match adapter.unknown.iter().find(about) {
        Some(entry) => Capability::Unknown(entry.because),
        None => Capability::Enforced,
    }
}

/// Returns what becomes of a verdict that cannot be said; `None` when it can.
#[must_use]
pub fn replacement(adapter: &Adapter, event: Event, verdict: Verdict) -> Option<&'static str> {
    let cannot = encode::cannot(adapter, event, verdict)?;
    Some(match cannot.instead {
        Instead::Deny => "denied",
        Instead::Context => "said as context",
        Instead::Notice => "told to the person",
        Instead::Neutral => "not said",
    })
}

/// Returns whether a reply with this verdict can tell the person anything.
#[must_use]
pub fn has_notice(adapter: &Adapter, answered: Answered, verdict: Verdict) -> bool {
    encode::has_notice(adapter, answered, verdict)
}

/// Returns whether a text for the model reaches it on an event that is not objected to.
#[must_use]
pub fn context_capability(adapter: &Adapter, event: Event) -> Capability {
    let answered = Answered {
        event,
        native: native_name(adapter, event),
    };
    if encode::has_context(adapter, answered) {
        capability(adapter, event, Verdict::Neutral)
    } else {
        Capability::Impossible("this event has no way to tell the model anything")
    }
}
