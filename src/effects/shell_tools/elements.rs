//! Elements of arrays: `${list[1]}`, `${map[key]}`, and those that were set by themselves.

use std::sync::Arc;

use super::Walker;
use super::parameters::joined;
use super::state::State;
use crate::effects::Value;
use crate::shell::{Arith, PartKind};

impl Walker<'_> {
    /// Returns the index of an element, where it is known.
    pub(super) fn index(&mut self, index: &Arith, state: &mut State) -> Option<String> {
        let mut text = String::new();
        for part in &index.parts {
            match (part.text(), &part.kind) {
                (Some(known), _) => text.push_str(known),
                (None, PartKind::Parameter(parameter)) => {
                    let values = self.parameter(parameter, state);
                    let [Value::Known(value)] = values.as_slice() else {
                        return None;
                    };
                    text.push_str(value);
                }
                (None, _) => return None,
            }
        }
        Some(text.trim().to_owned())
    }
}

/// Returns what one element of a list may be; a list that is not known has unknown ones.
pub(super) fn element(name: &str, index: Option<&str>, state: &State) -> Option<Vec<Value>> {
    /// Elements that an index may mean which is not known.
    const MOST: usize = 8;
    let number = index.and_then(|index| number(index, state));
    let written = index.map(str::to_owned);
    let keys = written.into_iter().chain(number.map(|at| at.to_string()));
    let mut own = keys.filter_map(|index| state.variable(&element_name(name, &index)));
    if let Some(own) = own.next() {
        return Some(own.to_vec());
    }
    let list = state.list(name)?;
    if matches!(index, Some("@" | "*")) {
        return Some(vec![joined(&list, " ")]);
    }
    let Some(number) = number else {
        return (list.len() <= MOST && !list.is_empty()).then_some(list);
    };
    let at = if number < 0 {
        list.len().checked_sub(number.unsigned_abs())?
    } else {
        number.unsigned_abs()
    };
    let own = list.get(at).cloned().unwrap_or(Value::Known(String::new()));
    let mut values = vec![own];
    values.extend(state.calculated(name));
    Some(values)
}

/// The name under which an element is kept that was set by itself.
pub(super) fn element_name(name: &str, index: &str) -> String {
    format!("{name}[{}]", index.trim_matches(['"', '\'']))
}

/// Returns the number that an index is, or the variable that it names.
fn number(index: &str, state: &State) -> Option<isize> {
    let named = || match state.variable(index)? {
        [Value::Known(text)] => text.parse().ok(),
        _ => None,
    };
    index.parse().ok().or_else(named)
}

impl State {
    /// Sets one element of an array; without an index, one that is not known.
    pub(super) fn set_element(&mut self, name: &str, index: Option<&str>, values: Vec<Value>) {
        let number = index.and_then(|index| number(index, self));
        let key = index.map(|index| element_name(name, index));
        let is_new = key.as_ref().is_some_and(|key| self.variable(key).is_none());
        let empty = vec![Value::Known(String::new())];
        let list = match self.lists.get(name) {
            Some(list) => Some(list.to_vec()),
            None if self.variable(name).is_none_or(|held| held == empty) => Some(Vec::new()),
            None => None,
        };
        match (list, values.as_slice()) {
            // Without a place of its own, an element would pass for another one.
            (Some(mut list), [value]) if is_new && !self.is_full() => {
                list.push(value.clone());
                self.set_list(name, list);
            }
            _ => self.forget(name),
        }
        if let Some(number) = number {
            self.set(&element_name(name, &number.to_string()), values.clone());
        }
        if let Some(key) = key {
            self.set(&key, values);
        }
    }

    /// Sets an array, whatever its elements were.
    pub(super) fn replace_list(&mut self, name: &str, values: Vec<Value>) {
        self.forget_elements(name);
        self.set_list(name, values);
    }

    /// Forgets the elements of an array that were set by themselves.
    pub(super) fn forget_elements(&mut self, name: &str) {
        let names: Vec<String> = self
            .elements_of(name)
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            Arc::make_mut(&mut self.variables).remove(&name);
        }
    }

    /// Returns the elements whose index has to be calculated: `list[i+1]`.
    fn calculated(&self, name: &str) -> Vec<Value> {
        let is_number = |key: &str| {
            let index = key.get(name.len() + 1..key.len().saturating_sub(1));
            index.is_some_and(|index| index.parse::<isize>().is_ok())
        };
        let elements = self.elements_of(name).filter(|(key, _)| !is_number(key));
        elements
            .flat_map(|(_, values)| values.iter().cloned())
            .collect()
    }

    /// Returns the elements that were set by themselves.
    fn elements_of(&self, name: &str) -> impl Iterator<Item = (&String, &Vec<Value>)> {
        let start = format!("{name}[");
        let all = self.variables.range(start.clone()..);
        all.take_while(move |(name, _)| name.starts_with(&start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_without_a_place_of_its_own_is_not_taken_for_another() {
        let known = |text: &str| Value::Known(text.to_owned());
        let second = |others: usize| {
            let mut state = State::at("/".into());
            for number in 0..others {
                state.set(&format!("v{number}"), vec![known("x")]);
            }
            state.set_list("list", vec![known("a"), known("b")]);
            state.set_element("list", Some("1"), vec![known("c")]);
            element("list", Some("1"), &state)
        };
        assert_eq!(second(10), Some(vec![known("c")]));
        assert_eq!(second(1_000), None);
    }
}
