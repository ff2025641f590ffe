//! Splits a pattern into words, and says what can never stand in one.

use super::PatternError;
use super::operand;

/// Splits a pattern at blanks; quotes and backslashes keep blanks and signs of the shell in a word. Returns each word with the
/// byte it begins at.
pub(super) fn words(text: &str) -> Result<Vec<(usize, String)>, PatternError> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut open_braces: Vec<usize> = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() {
            closed(&mut open_braces)?;
            words.extend(word.take());
            continue;
        }
        let is_first = word.is_none();
        let (_, current) = word.get_or_insert((at, String::new()));
        match letter {
            '\'' | '"' => loop {
                match letters.next() {
                    Some((_, end)) if end == letter => break,
                    Some((_, inner)) => current.push(inner),
                    None => {
                        return Err(PatternError::new(
                            at,
                            "this quote is never closed",
                            "close it, or write `\\` before it to mean the letter",
                        ));
                    }
                }
            },
            '\\' => {
                let escaped = letters.next_if(|(_, next)| "|&;<>()$`'\" ".contains(*next));
                current.push(escaped.map_or('\\', |(_, next)| next));
            }
            '<' if is_first => {
                let rest = text.get(at..).unwrap_or_default();
                let name = place(rest).ok_or_else(|| redirection(at))?;
                current.push_str(name);
                for _ in 1..name.chars().count() {
                    letters.next();
                }
            }
            '{' => {
                open_braces.push(at);
                current.push(letter);
            }
            '}' => {
                if open_braces.pop().is_none() {
                    return Err(PatternError::new(
                        at,
                        "no brace is open here",
                        "write `{a,b}` for either of two texts, or quote the word",
                    ));
                }
                current.push(letter);
            }
            _ => {
                refuse(at, letter)?;
                current.push(letter);
            }
        }
    }
    closed(&mut open_braces)?;
    words.extend(word);
    Ok(words)
}

/// Returns the `<word>` that a text begins with.
fn place(rest: &str) -> Option<&str> {
    let end = rest.find([' ', '\t', '\n']).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    (word.len() > 2 && word.find('>')? > 1).then_some(word)
}

fn closed(open: &mut Vec<usize>) -> Result<(), PatternError> {
    match open.pop() {
        None => Ok(()),
        Some(at) => Err(PatternError::new(
            at,
            "this brace is never closed",
            "write `{a,b}` for either of two texts, or quote the word",
        )),
    }
}

fn redirection(at: usize) -> PatternError {
    PatternError::new(
        at,
        "a pattern has no redirections",
        "`protect-paths` judges what a command writes and reads; quote the sign to mean the letter",
    )
}

/// Refuses what a shell would take out of a command before the program sees it.
fn refuse(at: usize, letter: char) -> Result<(), PatternError> {
    let (message, help) = match letter {
        '<' | '>' => return Err(redirection(at)),
        '|' | '&' | ';' => (
            "a pattern is one command",
            "every command of a line is judged by itself: write each as a pattern of its own; quote the sign to mean the letter",
        ),
        '$' => (
            "a pattern has no variables",
            "they are replaced before a command is judged; write `*` for any word, `<home>` for the home folder; quote the sign to mean the letter",
        ),
        '`' => (
            "a pattern has no substitutions",
            "write `*` for a word that is not known; quote the sign to mean the letter",
        ),
        _ => return Ok(()),
    };
    Err(PatternError::new(at, message, help))
}

/// Says what is wrong with the words after the program, if anything.
pub(super) fn check(words: &[(usize, String)]) -> Result<(), PatternError> {
    for (at, word) in words {
        operand::check(word).map_err(|(message, help)| PatternError::new(*at, message, help))?;
        let name = word.split('=').next().unwrap_or_default();
        let is_option = name.starts_with("--") && name.len() > 2;
        if is_option && let Some(wild) = name.find(['*', '?']) {
            return Err(PatternError::new(
                at + wild,
                "an option's name has no wildcards",
                "name the option, or several as in `--{force,mirror}`",
            ));
        }
    }
    Ok(())
}

/// Returns name and value of a word that sets a variable for the command after it.
pub(super) fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let valid = name
        .bytes()
        .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    (valid && !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()))
        .then_some((name, value))
}

/// Commands are known by their names, wherever the program lies.
pub(super) fn base_name(program: &str) -> &str {
    match program.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => name,
        _ => program,
    }
}
