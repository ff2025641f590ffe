//! The texts of a decision: what the model reads, what the person reads.

use crate::decision::{Answer, Decision, Finding, Verdict};

/// Findings told at most; a model needs the first few to change course.
const TOLD: usize = 5;
/// As much as most paragraphs need, in bytes.
const PARAGRAPH: usize = 240;

/// Returns what an adapter writes a reply from.
#[must_use]
pub fn answer(decision: &Decision) -> Answer {
    Answer {
        verdict: decision.verdict,
        reason: reason(decision),
        context: context(decision),
        notice: decision.notices.join("\n"),
    }
}

/// Has the model tell the person what no reply of this runtime can.
pub(super) fn pass_on_notice(answer: &mut Answer) {
    if !answer.notice.is_empty() {
        answer.reason.push_str("\nFor the person: ");
        answer.reason.push_str(&answer.notice);
    }
}

/// Returns why the verdict is what it is: one paragraph a rule. Empty when the verdict is neutral.
#[must_use]
pub fn reason(decision: &Decision) -> String {
    if decision.verdict < Verdict::Ask {
        return String::new();
    }
    let mut told: Vec<String> = Vec::new();
    for finding in &decision.findings {
        let text = paragraph(finding);
        if finding.verdict == decision.verdict && !told.contains(&text) {
            told.push(text);
        }
    }
    let rest = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    if rest > 0 {
        told.push(format!("and {rest} more"));
    }
    // First, because a long text is cut at its end.
    told.splice(0..0, decision.last_word.clone());
    told.join("\n")
}

/// Returns what the model is told besides: context of the policy, and findings that do not block.
#[must_use]
pub fn context(decision: &Decision) -> String {
    let warnings = decision
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Neutral && decision.would.is_none())
        .map(paragraph);
    let mut texts: Vec<String> = Vec::new();
    let contexts = decision.context.iter().map(|context| context.text.clone());
    for text in contexts.chain(warnings) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.join("\n\n")
}

/// "rule: what. Reason: why. Instead: what else."
fn paragraph(finding: &Finding) -> String {
    let gap = if finding.what.contains('\n') {
        '\n'
    } else {
        ' '
    };
    let mut text = String::with_capacity(PARAGRAPH);
    text.push_str(&finding.rule);
    text.push_str(": ");
    push_ended(&finding.what, &mut text);
    let further = [
        ("Reason: ", &finding.reason),
        ("Instead: ", &finding.instead),
    ];
    for (heading, more) in further {
        if let Some(more) = more {
            text.push(gap);
            text.push_str(heading);
            push_ended(more, &mut text);
        }
    }
    text
}

/// Adds a sentence with its end, unless it ends already.
fn push_ended(sentence: &str, text: &mut String) {
    let sentence = sentence.trim();
    text.push_str(sentence);
    let is_ended = sentence.ends_with(['.', '!', '?', '…']) || sentence.contains('\n');
    if !is_ended {
        text.push('.');
    }
}
