//! Notices a payload that another runtime wrote, by the marks in `adapters/marks.yaml`. Clients execute each other's hook
//! files, so a hook can be fed by a client that it was not installed for.

use serde_json::Value;

use super::json;
use super::table::{Mark, Pointer};

/// Returns the name of the runtime that the payload looks like, unless it is the expected one.
pub(super) fn recognise(
    marks: &[Mark],
    expected: &str,
    payload: &Value,
    env: &dyn Fn(&str) -> bool,
) -> Option<&'static str> {
    let members = Members::of(payload);
    let found = marks.iter().find(|mark| members.bear(mark, env))?;
    // A variable can be an outer client's, so it says nothing against a payload that looks like the expected one.
    let is_own =
        |mark: &Mark| mark.runtime == expected && mark.env.is_empty() && members.bear(mark, env);
    if !found.env.is_empty() && marks.iter().any(is_own) {
        return None;
    }
    Some(found.runtime).filter(|runtime| *runtime != expected)
}

/// The members of a payload, in a list: there are few of them and many marks.
struct Members<'p> {
    all: Vec<(&'p str, &'p Value)>,
    /// A bit for each name, several for the same: one that is not set says that a name is not there.
    bits: u64,
}

impl<'p> Members<'p> {
    fn of(payload: &'p Value) -> Self {
        let members = payload.as_object().into_iter().flatten();
        let all: Vec<_> = members
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        let bits = all.iter().fold(0, |bits, (name, _)| bits | bit(name));
        Self { all, bits }
    }

    fn at(&self, pointer: &Pointer) -> Option<&'p Value> {
        let (first, rest) = pointer.steps.split_first()?;
        if self.bits & bit(first) == 0 {
            return None;
        }
        let mut members = self.all.iter();
        let (_, value) = members.find(|(name, _)| name == first)?;
        json::one(value, rest)
    }

    fn text(&self, pointer: &Pointer) -> Option<&'p str> {
        self.at(pointer)?.as_str()
    }

    fn bear(&self, mark: &Mark, env: &dyn Fn(&str) -> bool) -> bool {
        let is_any = |(pointer, any): &(Pointer, &[&str])| {
            self.text(pointer).is_some_and(|text| any.contains(&text))
        };
        let holds_any = |(pointer, any): &(Pointer, &[&str])| {
            let text = self.text(pointer);
            text.is_some_and(|text| any.iter().any(|part| text.contains(part)))
        };
        let is_number = |pointer: &Pointer| self.at(pointer).is_some_and(Value::is_number);
        mark.present
            .iter()
            .all(|pointer| self.at(pointer).is_some())
            && mark.absent.iter().all(|pointer| self.at(pointer).is_none())
            && mark.values.iter().all(is_any)
            && mark.numbers.iter().all(is_number)
            && mark.texts.iter().all(holds_any)
            && (mark.env.is_empty() || mark.env.iter().any(|name| env(name)))
    }
}

fn bit(name: &str) -> u64 {
    let last = name.as_bytes().last().copied().unwrap_or_default();
    1 << ((name.len() * 7 + usize::from(last)) % 64)
}
