//! What hookgate decided about a call, and how several rules combine: the strictest wins and every reason is kept.
//!
//! A [`Decision`] is data; `adapter` turns it into a runtime's reply, `report` into text for a person.

use crate::call::Event;

/// The answer to a call, from weakest to strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// No opinion: the runtime goes on as if there were no hook.
    #[default]
    Neutral,
    /// A grant. Only sent where a person's exception says so, because it can remove the runtime's own prompt.
    Allow,
    /// A person is to decide.
    Ask,
    /// No. On stop events: go on working.
    Deny,
}

impl Verdict {
    /// Returns the public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// What the rules said about one call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    pub verdict: Verdict,
    /// One entry per rule that matched, in the policy's order.
    pub findings: Vec<Finding>,
    /// Text for the model, from `add-context` rules and warnings.
    pub context: Vec<Context>,
    /// Text for the person.
    pub notices: Vec<String>,
    /// Said before the reasons of a stop that is blocked for the last time.
    pub last_word: Option<String>,
    /// In `mode: observe`: what the verdict would have been.
    pub would: Option<Verdict>,
}

/// Text that a rule adds for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub rule: String,
    pub text: String,
}

/// One rule's objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: String,
    /// Where the rule is written, as `file:line`; `None` for what holds without a rule.
    pub origin: Option<String>,
    pub verdict: Verdict,
    /// What [`Verdict::Ask`] becomes where the runtime cannot ask.
    pub unless_asked: Verdict,
    /// What the call would do, with the resolved path or command: "writes `generated/api_client.py`".
    pub what: String,
    /// Why not, from the policy.
    pub reason: Option<String>,
    /// What to do instead, from the policy.
    pub instead: Option<String>,
    /// The bytes of the shell command that made the rule match.
    pub span: Option<(usize, usize)>,
    /// What a pattern found in a text that the command is given, such as SQL; it may stand behind the command's own words.
    pub part: Option<String>,
}

/// What an adapter needs to write a reply: one verdict and three texts, each possibly empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    pub verdict: Verdict,
    /// For the model. INVARIANT: not empty when the verdict is ask or deny; some runtimes ignore a block without text.
    pub reason: String,
    /// More text for the model.
    pub context: String,
    /// For the person.
    pub notice: String,
}

/// The event that a reply answers: shared name and the runtime's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered<'a> {
    pub event: Event,
    pub native: &'a str,
}

/// Longest text that is sent to a model, in bytes. The smallest limit of the runtimes lies near 10,000 characters.
pub const TEXT_LIMIT: usize = 9_000;
