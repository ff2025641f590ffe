//! What `$name` and `${name…}` stand for, as far as the line itself says.

use super::Walker;
use super::elements::element;
use super::fields::Field;
use super::state::State;
use crate::effects::Value;
use crate::shell::{Arith, ParamOp, Parameter};
use crate::wildcards::{Case, Wildcards};

/// Longest value that operators are applied to; one beyond is not known afterwards.
const LONGEST: usize = 1_000;
/// Longest value in which parts are replaced: every part of it is compared with the pattern.
const LONGEST_REPLACED: usize = 256;
/// What a shell splits at unless told otherwise.
const BLANKS: &str = " \t\n";

impl Walker<'_> {
    /// Returns the elements of `$@`, `$*`, `${list[@]}`; `None` for everything else and where they are not known.
    pub(super) fn elements(
        &mut self,
        parameter: &Parameter,
        quoted: bool,
        state: &mut State,
    ) -> Option<Vec<Value>> {
        let (all, joins) = match parameter.index.as_ref().map(static_text) {
            None if matches!(parameter.name.as_str(), "@" | "*") => {
                (state.parameters.all()?.to_vec(), parameter.name == "*")
            }
            Some(Some(index)) if matches!(index.as_str(), "@" | "*") => {
                (state.list(&parameter.name)?, index == "*")
            }
            _ => return None,
        };
        if parameter.indirect {
            return None;
        }
        let mut values: Vec<Value> = match &parameter.op {
            None => all,
            Some(ParamOp::Substring(range)) => from_range(&all, parameter, &static_text(range)?)?,
            Some(op @ (ParamOp::Pattern(..) | ParamOp::Replace(..))) => all
                .iter()
                .map(|value| self.changed(op, value, state))
                .collect(),
            Some(_) => return None,
        };
        if quoted && joins {
            values = vec![joined(&values, separator(state))];
        }
        Some(values)
    }

    /// Returns what a parameter may be.
    pub(super) fn parameter(&mut self, parameter: &Parameter, state: &mut State) -> Vec<Value> {
        let index = parameter.index.as_ref().map(|index| {
            self.parts(&index.parts, state);
            self.index(index, state)
        });
        let name = match (
            parameter.indirect,
            self.plain_parameter(&parameter.name, state),
        ) {
            (false, _) => Some(parameter.name.clone()),
            (true, Some(values)) => match values.as_slice() {
                [Value::Known(name)] => Some(name.clone()),
                _ => None,
            },
            (true, None) => None,
        };
        let plain = match (index, name) {
            (_, None) => None,
            (None, Some(name)) => self.plain_parameter(&name, state),
            (Some(index), Some(name)) => element(&name, index.as_deref(), state),
        };
        let unknown = || vec![Value::Starts(String::new())];
        let Some(op) = &parameter.op else {
            return plain.unwrap_or_else(unknown);
        };
        match op {
            ParamOp::Conditional(sign, counts_empty, word) => {
                let other = self.values(word, state);
                let mut values: Vec<Value> = other.into_iter().map(|field| field.value).collect();
                let nothing = Value::Known(String::new());
                let never_empty = |plain: &Value| !(*counts_empty && *plain == nothing);
                match (sign, plain) {
                    // `${x:+word}` is the word or nothing.
                    ('+', _) => values.push(Value::Known(String::new())),
                    // The word is what it says before it gives up.
                    ('?', plain) => values = plain.unwrap_or_else(unknown),
                    // `${x:-word}` is never empty by `x`, and the word alone where `x` surely holds nothing.
                    (_, Some(plain)) => values.extend(plain.into_iter().filter(never_empty)),
                    (_, None) => values.extend(unknown()),
                }
                if *sign == '=' && !parameter.indirect {
                    state.set(&parameter.name, values.clone());
                }
                values
            }
            op => {
                let plain = plain.unwrap_or_else(unknown);
                plain
                    .iter()
                    .map(|value| self.changed(op, value, state))
                    .collect()
            }
        }
    }

    /// Applies an operator to a value.
    fn changed(&mut self, op: &ParamOp, value: &Value, state: &mut State) -> Value {
        let text = value.known().filter(|text| text.len() <= LONGEST);
        let changed = match op {
            ParamOp::Pattern(sign, word) => {
                let pattern = self.values(word, state);
                text.filter(|text| self.may_compare(text.len() * text.len() / 2, &pattern))
                    .zip(matcher(&pattern))
                    .and_then(|(text, pattern)| cut(sign, text, &pattern))
            }
            ParamOp::Replace(sign, word, replacement) => {
                let pattern = self.values(word, state);
                let replacement = match replacement {
                    Some(word) => self.values(word, state),
                    None => Vec::new(),
                };
                let replacement = match replacement.as_slice() {
                    [] => Some(""),
                    [field] => field.value.known(),
                    _ => None,
                };
                text.filter(|text| text.len() <= LONGEST_REPLACED)
                    .filter(|text| self.may_compare(text.len().pow(3) / 4, &pattern))
                    .zip(matcher(&pattern))
                    .zip(replacement)
                    .map(|((text, pattern), replacement)| {
                        replaced(sign, text, &pattern, replacement)
                    })
            }
            ParamOp::Substring(range) => {
                self.parts(&range.parts, state);
                text.zip(static_text(range)).and_then(|(text, range)| {
                    let letters: Vec<char> = text.chars().collect();
                    let (from, to) = bounds(&range, letters.len())?;
                    Some(letters.get(from..to)?.iter().collect())
                })
            }
            ParamOp::Length => text.map(|text| text.chars().count().to_string()),
            _ => None,
        };
        changed.map_or(Value::Starts(String::new()), Value::Known)
    }

    /// Takes from what patterns may still be compared with; beyond, the line is said to go too far. Each `*` may be tried at
    /// every letter.
    fn may_compare(&mut self, bytes: usize, pattern: &[Field]) -> bool {
        let letters: usize = pattern.iter().map(|field| field.value.start().len()).sum();
        self.take_compared(bytes.max(1_000).saturating_mul(1 + letters))
    }

    fn take_compared(&mut self, effort: usize) -> bool {
        let left = self.compared.checked_sub(effort);
        self.compared = left.unwrap_or_default();
        if left.is_none() {
            self.too_many_steps(self.carrier());
        }
        left.is_some()
    }

    /// Returns what `$name` may be; `None` when nothing is known of it.
    fn plain_parameter(&self, name: &str, state: &State) -> Option<Vec<Value>> {
        if let Some(values) = state.variable(name) {
            return Some(values.to_vec());
        }
        let known = |text: &str| Some(vec![Value::Known(text.to_owned())]);
        match (name, state.folders.as_slice()) {
            ("HOME", _) => known(self.repository.home()?),
            // A home is named for who lives there.
            ("USER" | "LOGNAME", _) => known(self.repository.home()?.rsplit('/').next()?),
            ("PWD", [Some(folder)]) => known(folder),
            ("OLDPWD", _) => match state.previous.as_slice() {
                [Some(folder)] => known(folder),
                _ => None,
            },
            ("IFS", _) => known(BLANKS),
            ("@" | "*", _) => Some(vec![joined(state.parameters.all()?, separator(state))]),
            // A word that is not known may be none, or several.
            ("#", _) => {
                let parameters = state.parameters.all()?;
                let is_sure = parameters.iter().all(|value| value.known().is_some());
                known(&parameters.len().to_string()).filter(|_| is_sure)
            }
            _ => {
                let position: usize = name.parse().ok()?;
                state.parameters.at(position)
            }
        }
    }
}

/// Returns the letters at which values are split.
pub(super) fn separators(state: &State) -> String {
    match state.variable("IFS") {
        Some([Value::Known(letters)]) => letters.clone(),
        _ => BLANKS.to_owned(),
    }
}

pub(super) fn static_text(arith: &Arith) -> Option<String> {
    arith.parts.iter().map(|part| part.text()).collect()
}

/// Returns what stands between the elements of `"$*"`.
fn separator(state: &State) -> &str {
    match state.variable("IFS") {
        Some([Value::Known(letters)]) => letters
            .char_indices()
            .nth(1)
            .map_or(letters, |(end, _)| letters.get(..end).unwrap_or_default()),
        _ => " ",
    }
}

pub(super) fn joined(values: &[Value], separator: &str) -> Value {
    let mut text = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(separator);
        }
        text.push_str(value.start());
        if value.known().is_none() {
            return Value::Starts(text);
        }
    }
    Value::Known(text)
}

/// `${@:2}` counts from one, `${list[@]:2}` from nought.
fn from_range(all: &[Value], parameter: &Parameter, range: &str) -> Option<Vec<Value>> {
    let shift = usize::from(parameter.index.is_none());
    let (from, to) = bounds(range, all.len() + shift)?;
    let from = from.saturating_sub(shift);
    let to = to.saturating_sub(shift);
    all.get(from..to).map(<[Value]>::to_vec)
}

/// Reads `offset` or `offset:length`, from the end where negative.
fn bounds(range: &str, count: usize) -> Option<(usize, usize)> {
    let place = |text: &str, from: usize| -> Option<usize> {
        let number: isize = text.trim().parse().ok()?;
        let place = if number < 0 {
            count.checked_sub(number.unsigned_abs())?
        } else {
            from + number.unsigned_abs()
        };
        Some(place.min(count))
    };
    let (offset, length) = match range.split_once(':') {
        Some((offset, length)) => (offset, Some(length)),
        None => (range, None),
    };
    let from = place(offset, 0)?;
    let to = length.map_or(Some(count), |length| place(length, from))?;
    (from <= to).then_some((from, to))
}

/// Returns what whole texts are compared with; `None` when the pattern is not known.
fn matcher(pattern: &[Field]) -> Option<Wildcards> {
    let [field] = pattern else {
        return None;
    };
    let text = field.value.known()?;
    match &field.pattern {
        Some(pattern) => Wildcards::parse(pattern).ok(),
        None => Some(Wildcards::Literal(text.to_owned())),
    }
}

/// `${x#…}`, `${x%…}` and changes of case.
fn cut(sign: &str, text: &str, pattern: &Wildcards) -> Option<String> {
    let mut ends: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    // The shortest match is tried first, or the longest.
    if matches!(sign, "##" | "%") {
        ends.reverse();
    }
    let first_upper = |text: &str, upper: bool| {
        let mut letters = text.chars();
        let first = letters.next().map(|letter| {
            if upper {
                letter.to_uppercase().to_string()
            } else {
                letter.to_lowercase().to_string()
            }
        });
        first.unwrap_or_default() + letters.as_str()
    };
    match sign {
        "#" | "##" => {
            let end = ends.into_iter().find(|end| {
                text.get(..*end)
                    .is_some_and(|head| pattern.matches(head, Case::Sensitive))
            });
            Some(text.get(end.unwrap_or(0)..)?.to_owned())
        }
        "%" | "%%" => {
            let start = ends.into_iter().find(|start| {
                text.get(*start..)
                    .is_some_and(|tail| pattern.matches(tail, Case::Sensitive))
            });
            Some(text.get(..start.unwrap_or(text.len()))?.to_owned())
        }
        "^^" => Some(text.to_uppercase()),
        ",," => Some(text.to_lowercase()),
        "^" => Some(first_upper(text, true)),
        "," => Some(first_upper(text, false)),
        _ => None,
    }
}

/// `${x/pattern/replacement}` and its variants.
fn replaced(sign: &str, text: &str, pattern: &Wildcards, replacement: &str) -> String {
    let ends = |from: usize| {
        let mut ends: Vec<usize> = text
            .char_indices()
            .map(|(at, letter)| at + letter.len_utf8())
            .filter(|end| *end > from)
            .collect();
        ends.reverse();
        ends
    };
    let longest = |from: usize| {
        ends(from).into_iter().find(|end| {
            let fits = text
                .get(from..*end)
                .is_some_and(|part| pattern.matches(part, Case::Sensitive));
            fits && (sign != "/%" || *end == text.len())
        })
    };
    let mut out = String::new();
    let mut at = 0;
    let mut done = false;
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let may = !done && (sign != "/#" || at == 0);
        if let Some(end) = may.then(|| longest(at)).flatten() {
            out.push_str(replacement);
            at = end;
            done = sign != "//";
        } else {
            out.push(letter);
            at += letter.len_utf8();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::bounds;

    #[test]
    fn ranges_count_from_either_end() {
        assert_eq!(bounds("3", 5), Some((3, 5)));
        assert_eq!(bounds(" -1:1", 5), Some((4, 5)));
        assert_eq!(bounds("1:2", 5), Some((1, 3)));
        assert_eq!(bounds("1:-1", 5), Some((1, 4)));
        assert_eq!(bounds("9", 5), Some((5, 5)));
        assert_eq!(bounds("x", 5), None);
    }
}
