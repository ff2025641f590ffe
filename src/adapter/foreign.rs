//! Notices a payload that another runtime wrote, by the marks in `adapters/marks.yaml`. Clients execute each other's hook
//! files, so a hook can be fed by a client that it was not installed for.

use super::json::{self, Json};
use super::table::{Mark, Pointer, bit};

/// Returns the name of the runtime that the payload looks like, unless it is the expected one.
pub(super) fn recognise(
    marks: &[Mark],
    expected: &str,
    payload: &Json<'_>,
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

/// The payload, with a bit for each name in it, several for the same: one that is not set says that a name is not there.
struct Members<'v, 'p> {
    payload: &'v Json<'p>,
    bits: u64,
}

impl<'v, 'p> Members<'v, 'p> {
    fn of(payload: &'v Json<'p>) -> Self {
        let members = match payload {
            Json::Object(members) => members.as_slice(),
            _ => &[],
        };
        let bits = members.iter().fold(0, |bits, (name, _)| bits | bit(name));
        Self { payload, bits }
    }

    fn at(&self, pointer: &Pointer) -> Option<&'v Json<'p>> {
        json::one(self.payload, pointer.steps)
    }

    fn text(&self, pointer: &Pointer) -> Option<&'v str> {
        self.at(pointer)?.as_str()
    }

    fn bear(&self, mark: &Mark, env: &dyn Fn(&str) -> bool) -> bool {
        // There are many marks, and most names are not there.
        if self.bits & mark.needs != mark.needs {
            return false;
        }
        let is_any = |(pointer, any): &(Pointer, &[&str])| {
            self.text(pointer).is_some_and(|text| any.contains(&text))
        };
        let holds_any = |(pointer, any): &(Pointer, &[&str])| {
            let text = self.text(pointer);
            text.is_some_and(|text| any.iter().any(|part| text.contains(part)))
        };
        let is_number = |pointer: &Pointer| self.at(pointer).is_some_and(Json::is_number);
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
