//! The two small notations inside entries of programs, with the place of every word: lists of options, lists of operands.

use crate::policy::load::reader::{Reader, Text};
use crate::policy::problems::values;
use crate::policy::yaml::Node;
use crate::programs::table::{Opt, Role, Slot, Takes, Test};

/// A word of a text, with where it stands.
#[derive(Clone, Copy)]
pub(super) struct Token<'n> {
    pub(super) text: &'n str,
    at: usize,
    whole: Text<'n>,
}

/// Keeps a list as long as the process lives.
pub(super) fn keep<T>(list: Vec<T>) -> &'static [T] {
    if list.is_empty() {
        return &[];
    }
    Box::leak(list.into_boxed_slice())
}

/// Keeps a text as long as the process lives.
pub(super) fn keep_text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Returns the words of a text or a list of texts.
pub(super) fn tokens<'n>(reader: &mut Reader<'_>, node: &'n Node, key: &str) -> Vec<Token<'n>> {
    let texts = reader.texts(node, key).unwrap_or_default();
    texts.into_iter().flat_map(words).collect()
}

fn words(whole: Text<'_>) -> impl Iterator<Item = Token<'_>> {
    whole.text.split_whitespace().map(move |text| Token {
        text,
        at: offset(whole.text, text),
        whole,
    })
}

/// Returns where a part of a text begins.
fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

impl Token<'_> {
    /// Reports that this word cannot be used.
    pub(super) fn refuse(&self, reader: &mut Reader<'_>, why: &str, help: &str) {
        let place = reader.part(self.whole, self.at, self.text.len());
        reader.say(values::bad_program(place, why, help));
    }
}

/// Reads switches. Several letters after one dash are as many switches, unless long options have one dash.
pub(super) fn switches(
    reader: &mut Reader<'_>,
    tokens: &[Token<'_>],
    is_single: bool,
    options: &mut Vec<Opt>,
) {
    for token in tokens {
        let letters = token.text.strip_prefix('-').unwrap_or_default();
        let is_bundle = !is_single
            && letters.chars().count() > 1
            && !letters.starts_with('-')
            && !token.text.contains('/');
        let names: Vec<Vec<String>> = if is_bundle {
            letters
                .chars()
                .map(|letter| vec![format!("-{letter}")])
                .collect()
        } else {
            vec![token.text.split('/').map(str::to_owned).collect()]
        };
        for names in names {
            add(
                reader,
                token,
                &names,
                (Takes::Nothing, Role::Plain),
                options,
            );
        }
    }
}

/// Reads options with values. `?` marks a value that must be attached, `~` one that BSD programs take from the next word, `!`
/// one that is always the next word, `=2` one of two words.
pub(super) fn with_values(
    reader: &mut Reader<'_>,
    tokens: &[Token<'_>],
    role: Role,
    options: &mut Vec<Opt>,
) {
    const MARKS: [(&str, Takes); 4] = [
        ("?", Takes::Attached),
        ("~", Takes::AttachedOrNext),
        ("!", Takes::Next),
        ("=2", Takes::Two),
    ];
    for token in tokens {
        let marked = MARKS
            .iter()
            .find_map(|(mark, takes)| Some((token.text.strip_suffix(mark)?, *takes)));
        let (names, takes) = marked.unwrap_or((token.text, Takes::Value));
        let names: Vec<String> = names.split('/').map(str::to_owned).collect();
        add(reader, token, &names, (takes, role), options);
    }
}

fn add(
    reader: &mut Reader<'_>,
    token: &Token<'_>,
    names: &[String],
    (takes, role): (Takes, Role),
    options: &mut Vec<Opt>,
) {
    let is_listed = |name: &str| options.iter().any(|option| option.names.contains(&name));
    for name in names {
        if is_listed(name) {
            return token.refuse(
                reader,
                "this option is listed twice",
                "keep it where its value is described best",
            );
        }
        if name.contains(['=', '?', '~', '!', ',']) {
            return token.refuse(
                reader,
                "this cannot be an option's name",
                "separate options by blanks and spellings by `/`, as in `-o/--output -q`",
            );
        }
        let bare = name.trim_start_matches(['-', '+']);
        if bare.len() == name.len() || (bare.is_empty() && name != "-") {
            return token.refuse(
                reader,
                "this is not written like an option",
                "write it with its dashes, as in `-o/--output`",
            );
        }
    }
    let names = names.iter().map(|name| keep_text(name)).collect();
    options.push(Opt {
        names: keep(names),
        takes,
        role,
    });
}

/// The options that count at one place: an entry's own, then those of the programs above it.
pub(super) type Scope<'s> = [&'s [Opt]];

/// Returns the canonical name of an option; one that is not listed is a problem.
pub(super) fn canonical(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    token: &Token<'_>,
    name: &str,
) -> Option<&'static str> {
    if name == "--" {
        return Some("--");
    }
    let mut options = scope.iter().rev().flat_map(|options| options.iter());
    let found = options.find(|option| option.names.contains(&name));
    if let Some(option) = found {
        return Some(option.canonical());
    }
    let all = scope.iter().flat_map(|options| options.iter());
    let known: Vec<&str> = all
        .flat_map(|option| option.names.iter().copied())
        .collect();
    let place = reader.part(token.whole, token.at, token.text.len());
    reader.say(values::unlisted_option(place, name, &known));
    None
}

/// Reads names of options that are listed.
pub(super) fn listed(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    tokens: &[Token<'_>],
) -> Vec<&'static str> {
    let names = tokens.iter();
    names
        .filter_map(|token| canonical(reader, scope, token, token.text))
        .collect()
}

/// Reads tests: option names, `--` for the end of options, `-i=inplace` for an option with a value.
pub(super) fn tests(reader: &mut Reader<'_>, scope: &Scope<'_>, tokens: &[Token<'_>]) -> Vec<Test> {
    let one = |reader: &mut Reader<'_>, token: &Token<'_>| {
        let (name, value) = match token.text.split_once('=') {
            Some((name, value)) => (name, Some(keep_text(value))),
            None => (token.text, None),
        };
        let option = canonical(reader, scope, token, name)?;
        Some(Test { option, value })
    };
    tokens
        .iter()
        .filter_map(|token| one(reader, token))
        .collect()
}

/// Reads operands: `plain unless -e -f, read...`.
pub(super) fn slots(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    node: &Node,
    key: &str,
) -> &'static [Slot] {
    let mut found: Vec<Slot> = Vec::new();
    for text in reader.texts(node, key).unwrap_or_default() {
        for piece in text.text.split(',') {
            let shift = offset(text.text, piece);
            let tokens: Vec<Token<'_>> = piece
                .split_whitespace()
                .map(|word| Token {
                    text: word,
                    at: shift + offset(piece, word),
                    whole: text,
                })
                .collect();
            let Some((first, rest)) = tokens.split_first() else {
                let place = reader.part(text, shift.saturating_sub(1), 1);
                let why = "an operand is missing between commas";
                reader.say(values::bad_program(
                    place,
                    why,
                    "write a role, or delete the comma",
                ));
                continue;
            };
            found.extend(slot(reader, scope, first, rest, &found));
        }
    }
    keep(found)
}

fn slot(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    first: &Token<'_>,
    rest: &[Token<'_>],
    before: &[Slot],
) -> Option<Slot> {
    let (name, repeats) = match first.text.strip_suffix("...") {
        Some(name) => (name, true),
        None => (first.text, false),
    };
    let role = role(reader, first, name)?;
    let (when, unless) = match rest.split_first() {
        None => (Vec::new(), Vec::new()),
        Some((word, options)) if word.text == "if" => (tests(reader, scope, options), Vec::new()),
        Some((word, options)) if word.text == "unless" => {
            (Vec::new(), tests(reader, scope, options))
        }
        Some((word, _)) => {
            let help = "separate operands by commas; `if` or `unless` and options may follow one";
            word.refuse(reader, "neither a comma, `if` nor `unless`", help);
            return None;
        }
    };
    let always = |slot: &&Slot| {
        slot.repeats
            && slot.role != Role::Assignment
            && slot.when.is_empty()
            && slot.unless.is_empty()
    };
    let is_free = when.is_empty() && unless.is_empty() && role != Role::Assignment;
    if repeats && is_free && before.iter().any(|slot| always(&slot)) {
        first.refuse(
            reader,
            "a second operand that repeats",
            "only one operand can take what the others leave",
        );
        return None;
    }
    Some(Slot {
        role,
        repeats,
        when: keep(when),
        unless: keep(unless),
    })
}

/// Returns the role of this name.
pub(super) fn role(reader: &mut Reader<'_>, token: &Token<'_>, name: &str) -> Option<Role> {
    let roles = crate::programs::table::ROLES;
    let found = roles.iter().find(|(_, known)| *known == name);
    if let Some((role, _)) = found {
        return Some(*role);
    }
    let known: Vec<&str> = roles.iter().map(|(_, name)| *name).collect();
    let place = reader.part(token.whole, token.at, name.len().max(1));
    reader.say(values::unknown_role(place, name, &known));
    None
}
