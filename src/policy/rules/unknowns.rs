//! `on-unknown`: what to do where the effects of a call cannot be known before it runs.

use crate::call::Access;
use crate::decision::{Finding, Verdict};
use crate::effects::{Effects, Span, UnknownKind};
use crate::policy::{PolicySet, RuleKind};

/// Id under which these findings are reported.
pub(crate) const ID: &str = "on-unknown";
/// Letters of a text that are repeated.
const LONGEST: usize = 300;

/// Returns an objection for each unknown that the policy does not let pass.
pub(crate) fn judge(set: &PolicySet, effects: &Effects) -> Vec<Finding> {
    effects
        .unknowns
        .iter()
        .filter_map(|unknown| {
            let (verdict, what) = match unknown.kind {
                UnknownKind::OpaqueCode => (
                    set.on_unknown.opaque_code,
                    "runs code that cannot be looked into",
                ),
                UnknownKind::Script => (
                    set.on_unknown.script,
                    "runs a script or program that is not looked into",
                ),
                UnknownKind::Path(access) if protects(set, access) => (
                    set.on_unknown.path,
                    match access {
                        Access::Read => "reads a path that is only known when it runs",
                        Access::Write => "writes a path that is only known when it runs",
                        Access::Delete => "deletes a path that is only known when it runs",
                    },
                ),
                UnknownKind::Path(_) => return None,
                UnknownKind::Unparsable => (
                    set.on_unknown.unparsable,
                    "is a command line that cannot be read as a shell would",
                ),
            };
            (verdict != Verdict::Neutral).then(|| Finding {
                rule: ID.into(),
                origin: None,
                verdict,
                unless_asked: Verdict::Deny,
                what: match unknown.kind {
                    // It says where, with an excerpt.
                    UnknownKind::Unparsable => format!("{what}: {}", shortened(&unknown.written)),
                    _ => format!("{what}: `{}`", shortened(&unknown.written)),
                },
                reason: Some("the policy cannot judge what it cannot see".into()),
                instead: Some("write the command out, one step at a time".into()),
                span: unknown.span.map(Span::bytes),
                part: None,
            })
        })
        .collect()
}

/// Cuts a text that would fill the reply.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Returns whether any rule protects paths against this access; otherwise an unknown path harms nothing.
fn protects(set: &PolicySet, access: Access) -> bool {
    set.rules.iter().any(|rule| match &rule.kind {
        RuleKind::ProtectPaths(protect) => protect.deny.contains(&access),
        _ => false,
    })
}
