//! Writes an answer as the exact bytes that a runtime acts on.
//!
//! One rule of templates: a member whose whole value is a slot without text is left out, and so is an object that has
//! nothing left by that. The event's name alone is nothing: it only labels what else is there.

use std::borrow::Cow;

use super::table::{Adapter, Cannot, Instead, Node, Piece, ReplyRow, ReplyTemplate, Slot};
use super::visible::sendable;
use crate::call::Event;
use crate::decision::{Answer, Answered, Verdict};
use crate::quote;

/// What the hook process leaves behind. Empty texts mean that nothing is printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    pub stdout: String,
    pub stderr: String,
    pub exit: u8,
}

/// Stands in for a reason that nobody gave: some runtimes ignore a block without text.
const NO_REASON: &str = "hookgate: no reason was given";

/// Exit code of the last resort, where not even the runtime is known; most clients take it as a block.
const UNKNOWN_RUNTIME_EXIT: u8 = 2;

/// Returns the reply that says this answer, or what the table declares to be said instead.
#[must_use]
pub fn encode(adapter: &Adapter, answered: Answered, answer: &Answer) -> Reply {
    let mut texts = Texts::new(answered.native, answer);
    if let Some(template) = template(adapter, answered, answer.verdict) {
        return texts.reply(&template);
    }
    let Some(cannot) = cannot(adapter, answered.event, answer.verdict) else {
        // A neutral answer where the runtime hears nothing. The build refuses a table in which another verdict gets here.
        return if answer.verdict == Verdict::Neutral {
            Reply::default()
        } else {
            texts.reply(&adapter.fallback)
        };
    };
    let verdict = match cannot.instead {
        Instead::Deny => Verdict::Deny,
        Instead::Context => {
            texts.context = joined(&texts.reason, &answer.context);
            Verdict::Neutral
        }
        Instead::Notice => {
            texts.notice = joined(&texts.reason, &answer.notice);
            Verdict::Neutral
        }
        Instead::Neutral => Verdict::Neutral,
    };
    template(adapter, answered, verdict)
        .map_or_else(Reply::default, |template| texts.reply(&template))
}

/// Returns the reply when the event, or even the runtime, could not be known.
#[must_use]
pub fn fallback(adapter: Option<&Adapter>, reason: &str) -> Reply {
    let answer = Answer {
        verdict: Verdict::Deny,
        reason: reason.to_owned(),
        ..Answer::default()
    };
    let texts = Texts::new("", &answer);
    let mut reply = match adapter {
        Some(adapter) => texts.reply(&adapter.fallback),
        None => Reply {
            stdout: String::new(),
            stderr: texts.reason.into_owned(),
            exit: UNKNOWN_RUNTIME_EXIT,
        },
    };
    if !reply.stderr.is_empty() && !reply.stderr.ends_with('\n') {
        reply.stderr.push('\n');
    }
    reply
}

/// Returns what the table says about a verdict that this event cannot express.
pub(super) fn cannot(adapter: &Adapter, event: Event, verdict: Verdict) -> Option<&'static Cannot> {
    adapter
        .cannot
        .iter()
        .find(|entry| entry.event == event && entry.verdicts.contains(&verdict))
}

/// Returns the template for a verdict; a row for the native event goes before one for the shared event.
fn template(adapter: &Adapter, answered: Answered, verdict: Verdict) -> Option<ReplyTemplate> {
    let rows = || {
        adapter
            .replies
            .iter()
            .filter(|row| row.event == answered.event)
    };
    let pick = |row: &ReplyRow| match verdict {
        Verdict::Neutral => row.neutral,
        Verdict::Allow => row.allow,
        Verdict::Ask => row.ask,
        Verdict::Deny => row.deny,
    };
    let native = rows()
        .find(|row| row.native.contains(&answered.native))
        .and_then(pick);
    native.or_else(|| rows().find(|row| row.native.is_empty()).and_then(pick))
}

/// Returns whether a neutral reply to this event has a place for the model's context.
pub(super) fn has_context(adapter: &Adapter, answered: Answered) -> bool {
    template(adapter, answered, Verdict::Neutral).is_some_and(|template| {
        let slot = |piece: &Piece| matches!(piece, Piece::Slot(Slot::Context));
        template
            .stdout
            .is_some_and(|node| names(&node, Slot::Context))
            || template.text.iter().any(slot)
            || template.stderr.iter().any(slot)
    })
}

/// Returns whether a reply has a place for what the person is told.
pub(super) fn has_notice(adapter: &Adapter, answered: Answered, verdict: Verdict) -> bool {
    template(adapter, answered, verdict)
        .and_then(|template| template.stdout)
        .is_some_and(|node| names(&node, Slot::Notice))
}

fn names(node: &Node, wanted: Slot) -> bool {
    match node {
        Node::Object(members) => members.iter().any(|(_, member)| names(member, wanted)),
        Node::List(items) => items.iter().any(|item| names(item, wanted)),
        Node::Slot(slot) => *slot == wanted,
        Node::Text(pieces) => pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Slot(slot) if *slot == wanted)),
        Node::Literal(_) => false,
    }
}

fn joined(reason: &str, rest: &str) -> Cow<'static, str> {
    let text = if rest.is_empty() {
        reason.to_owned()
    } else {
        format!("{reason}\n\n{rest}")
    };
    Cow::Owned(sendable(&text).into_owned())
}

/// The texts of one reply, fit to be sent.
struct Texts<'a> {
    event: &'a str,
    reason: Cow<'a, str>,
    context: Cow<'a, str>,
    notice: Cow<'a, str>,
}

impl<'a> Texts<'a> {
    fn new(event: &'a str, answer: &'a Answer) -> Self {
        let unsaid = answer.reason.trim().is_empty() && answer.verdict != Verdict::Neutral;
        let reason = if unsaid { NO_REASON } else { &answer.reason };
        Self {
            event,
            reason: sendable(reason),
            context: sendable(&answer.context),
            notice: sendable(&answer.notice),
        }
    }

    fn get(&self, slot: Slot) -> &str {
        match slot {
            Slot::Event => self.event,
            Slot::Reason => &self.reason,
            Slot::Context => &self.context,
            Slot::Notice => &self.notice,
        }
    }

    fn reply(&self, template: &ReplyTemplate) -> Reply {
        let mut stdout = String::new();
        if template
            .stdout
            .is_some_and(|node| self.write(&node, &mut stdout) == Wrote::Content)
        {
            stdout.push('\n');
        } else {
            stdout.clear();
        }
        if !template.text.is_empty() {
            let text = self.text(template.text);
            stdout.extend(text.trim_end().lines().flat_map(|line| [line, "\n"]));
        }
        Reply {
            stdout,
            // A slot at the end may have had no text.
            stderr: self.text(template.stderr).trim_end().to_owned(),
            exit: template.exit,
        }
    }

    fn text(&self, pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Slot(slot) => self.get(*slot),
            })
            .collect()
    }

    /// Writes a part of the reply as JSON and says whether there was anything to write.
    fn write(&self, node: &Node, out: &mut String) -> Wrote {
        match node {
            Node::Literal(json) => {
                out.push_str(json);
                Wrote::Content
            }
            Node::Text(pieces) => {
                quote::push(&self.text(pieces), out);
                Wrote::Content
            }
            Node::Slot(slot) => {
                let text = self.get(*slot);
                if text.is_empty() {
                    return Wrote::Nothing;
                }
                quote::push(text, out);
                match slot {
                    Slot::Event => Wrote::Label,
                    Slot::Reason | Slot::Context | Slot::Notice => Wrote::Content,
                }
            }
            Node::List(items) => {
                self.write_all(items.iter().map(|item| ("", item)), ('[', ']'), out)
            }
            Node::Object(members) => {
                let members = members.iter().map(|(key, member)| (*key, member));
                self.write_all(members, ('{', '}'), out)
            }
        }
    }

    /// Writes what is left of a list's or an object's parts, between its brackets.
    fn write_all<'n>(
        &self,
        parts: impl Iterator<Item = (&'static str, &'n Node)>,
        (open, close): (char, char),
        out: &mut String,
    ) -> Wrote {
        out.push(open);
        let start = out.len();
        let (mut content, mut count) = (false, 0);
        for (key, part) in parts {
            count += 1;
            let mark = out.len();
            if mark > start {
                out.push(',');
            }
            if !key.is_empty() {
                out.push_str(key);
                out.push(':');
            }
            match self.write(part, out) {
                Wrote::Content => content = true,
                Wrote::Label => {}
                Wrote::Nothing => out.truncate(mark),
            }
        }
        out.push(close);
        // What was written empty, such as `{}`, is meant.
        if content || count == 0 {
            Wrote::Content
        } else {
            Wrote::Nothing
        }
    }
}

/// Whether a part of a reply has something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrote {
    Content,
    /// Only the event's name, which labels what else is there.
    Label,
    Nothing,
}
