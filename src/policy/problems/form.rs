//! What is wrong with a file as text and as YAML.

use super::quote::quoted;
use super::{Code, Place, Problem};

#[must_use]
pub fn unreadable_file(at: Place, why: &str) -> Problem {
    Problem::new(
        Code::UnreadableFile,
        at,
        format!("this policy file cannot be read: {why}"),
        "",
    )
    .help("a policy file that is there must be readable; repair or remove it")
}

#[must_use]
pub fn too_large(at: Place, limit: usize) -> Problem {
    let megabytes = limit / (1024 * 1024);
    Problem::new(
        Code::TooLarge,
        at,
        format!("this file is larger than {megabytes} MiB"),
        "",
    )
    .help("split it, and name the parts under `extends`")
}

#[must_use]
pub fn not_utf8(at: Place) -> Problem {
    Problem::new(
        Code::NotUtf8,
        at,
        "this file is not UTF-8 text",
        "the first byte that is not UTF-8 is here",
    )
    .help("save the file as UTF-8")
}

#[must_use]
pub fn control_character(at: Place, character: char) -> Problem {
    Problem::new(
        Code::ControlCharacter,
        at,
        format!(
            "there is a control character {} in this file",
            quoted(&character.to_string())
        ),
        "not allowed in YAML",
    )
    .help("delete it; inside double quotes it can be written as an escape such as `\\x1b`")
}

/// Words a complaint of the YAML parser.
#[must_use]
pub fn syntax(at: Place, info: &str, text: &str) -> Problem {
    let rest = text.get(at.span.start..).unwrap_or_default();
    let problem = Problem::new(Code::Syntax, at, "this is not valid YAML", quoteless(info));
    let first = rest.chars().next();
    match first {
        Some('*') => problem.help("a value that begins with `*` must be in quotes, as in '*.pem'"),
        Some(mark @ ('&' | '@' | '`' | '%' | '!' | '|' | '>')) => problem.help(format!(
            "a value that begins with {} must be in quotes",
            quoted(&mark.to_string())
        )),
        Some('\t') => problem.help("indent with blanks, not with tabs"),
        _ if info.contains("tab") => problem.help("indent with blanks, not with tabs"),
        _ if info.contains("mapping values are not allowed") => {
            problem.help("put text that holds `: ` in quotes, or check the indentation")
        }
        _ => problem.help(
            "a bracket or quote above may not be closed; nothing after this place was checked",
        ),
    }
}

/// The parser's words in the style of a label.
fn quoteless(info: &str) -> String {
    let mut text = super::quote::escaped(info.trim().trim_end_matches('.'));
    if text.starts_with(|c: char| c.is_ascii_uppercase()) && !text.starts_with("YAML") {
        text.get_mut(..1)
            .map(str::make_ascii_lowercase)
            .unwrap_or_default();
    }
    text
}

#[must_use]
pub fn unsupported_tag(at: Place, tag: &str) -> Problem {
    let problem = Problem::new(
        Code::UnsupportedTag,
        at,
        format!("{} is read as a YAML tag, not as text", quoted(tag)),
        "tags have no meaning here",
    );
    if tag.starts_with("!!") {
        problem.help("delete the tag")
    } else {
        problem.help(format!(
            "a value that begins with `!` must be in quotes: '{}'",
            super::quote::clean(tag)
        ))
    }
}

#[must_use]
pub fn alias_inside_itself(at: Place) -> Problem {
    Problem::new(
        Code::AliasInsideItself,
        at,
        "this alias stands inside what it stands for",
        "never ends",
    )
    .help("write the value out")
}

#[must_use]
pub fn too_deep(at: Place, limit: usize) -> Problem {
    Problem::new(
        Code::TooDeep,
        at,
        format!("lists and maps are nested more than {limit} levels deep"),
        "too deep from here",
    )
    .help("a policy needs six levels")
}

#[must_use]
pub fn too_many_values(at: Place, limit: usize) -> Problem {
    Problem::new(
        Code::TooManyValues,
        at,
        format!("this file has more than {limit} values"),
        "too many from here",
    )
    .help("what an alias stands for counts each time; split the file, and name the parts under `extends`")
}

#[must_use]
pub fn several_documents(at: Place) -> Problem {
    Problem::new(
        Code::SeveralDocuments,
        at,
        "this file holds more than one YAML document",
        "a second document begins here",
    )
    .help("a policy file is one document; move the other to a file of its own and name it under `extends`")
}

#[must_use]
pub fn duplicate_key(at: Place, key: &str, first: Place) -> Problem {
    Problem::new(
        Code::DuplicateKey,
        at,
        format!("the key {} is there twice", quoted(key)),
        "used again here",
    )
    .related(first, "first used here")
    .help("keep one of the two, or join their values")
}
