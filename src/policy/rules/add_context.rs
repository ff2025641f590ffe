//! `add-context`: says whether its text is to be given.

use super::AddContext;
use crate::call::Event;

/// Returns whether the event, and for prompts the person's words, call for the text.
pub(crate) fn applies(context: &AddContext, event: Event, prompt: Option<&str>) -> bool {
    if context.on != event {
        return false;
    }
    if event != Event::Prompt || context.prompt_words.is_empty() {
        return true;
    }
    let Some(prompt) = prompt else { return false };
    let prompt = prompt.to_lowercase();
    context
        .prompt_words
        .iter()
        .any(|word| holds_word(&prompt, &word.to_lowercase()))
}

/// Returns whether a text holds a word, or a longer one that begins with it: `refund` finds "refunds" and "refunded".
fn holds_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::holds_word;

    #[test]
    fn words_match_at_their_beginning_only() {
        assert!(holds_word("please refund order 7", "refund"));
        assert!(holds_word("two refunds, please", "refund"));
        assert!(holds_word("the \"refund\" button", "refund"));
        assert!(!holds_word("a nonrefund case", "refund"));
        assert!(holds_word("nonrefund and refund", "refund"));
        assert!(holds_word("übergabe der rückzahlung", "rückzahlung"));
    }
}
