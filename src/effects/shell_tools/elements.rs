//! Elements of arrays: `${list[1]}`, `${map[key]}`, and those that were set by themselves.

use super::parameters::joined;
use super::state::State;
use crate::effects::Value;

/// Returns what one element of a list may be; a list that is not known has unknown ones.
pub(super) fn element(name: &str, index: Option<&str>, state: &State) -> Option<Vec<Value>> {
    /// Elements that an index may mean which is not known.
    const MOST: usize = 8;
    let index = index.map(str::trim);
    if let Some(own) = index.and_then(|index| state.variable(&element_name(name, index))) {
        return Some(own.to_vec());
    }
    let list = state.list(name)?;
    if matches!(index, Some("@" | "*")) {
        return Some(vec![joined(&list, " ")]);
    }
    let Some(index) = index.and_then(|index| index.parse::<isize>().ok()) else {
        return (list.len() <= MOST && !list.is_empty()).then_some(list);
    };
    let at = if index < 0 {
        list.len().checked_sub(index.unsigned_abs())?
    } else {
        index.unsigned_abs()
    };
    Some(vec![
        list.get(at).cloned().unwrap_or(Value::Known(String::new())),
    ])
}

/// The name under which an element is kept that was set by itself.
pub(super) fn element_name(name: &str, index: &str) -> String {
    format!("{name}[{}]", index.trim_matches(['"', '\'']))
}

impl State {
    /// Sets one element of an array; without an index, one that is not known.
    pub(super) fn set_element(&mut self, name: &str, index: Option<&str>, values: Vec<Value>) {
        let key = index.map(|index| element_name(name, index));
        let is_new = key.as_ref().is_some_and(|key| self.variable(key).is_none());
        let empty = vec![Value::Known(String::new())];
        let list = match self.lists.get(name) {
            Some(list) => Some(list.to_vec()),
            None if self.variable(name).is_none_or(|held| held == empty) => Some(Vec::new()),
            None => None,
        };
        match (list, values.as_slice()) {
            (Some(mut list), [value]) if is_new => {
                list.push(value.clone());
                self.set_list(name, list);
            }
            _ => self.forget(name),
        }
        if let Some(key) = key {
            self.set(&key, values);
        }
    }

    /// Forgets the elements of an array that were set by themselves.
    pub(super) fn forget_elements(&mut self, name: &str) {
        let start = element_name(name, "");
        let start = start.trim_end_matches(']');
        let names: Vec<String> = self
            .variables
            .keys()
            .filter(|name| name.starts_with(start))
            .cloned()
            .collect();
        for name in names {
            self.forget(&name);
        }
    }
}
