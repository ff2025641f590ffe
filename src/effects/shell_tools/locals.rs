//! Variables that functions declare for themselves: what they held outside comes back when the function ends.

use std::collections::BTreeMap;

use super::state::State;
use crate::effects::Value;

/// What a function's own variables held outside.
pub(super) type Locals = BTreeMap<String, Outer>;

/// What a variable held before a function made it its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outer {
    /// `None` when the line had not set it.
    values: Option<Vec<Value>>,
    list: Option<Vec<Value>>,
    /// Whether the function declares it on every way that was taken.
    is_sure: bool,
}

impl State {
    /// Makes a variable the present function's own; outside of functions nothing changes. It is empty, or in some shells what
    /// it was outside.
    pub(super) fn localize(&mut self, name: &str) {
        let outer = Outer {
            values: self.variable(name).map(<[Value]>::to_vec),
            list: self.lists.get(name).map(|list| list.to_vec()),
            is_sure: true,
        };
        let Some(locals) = &mut self.locals else {
            return;
        };
        if locals.contains_key(name) {
            return;
        }
        let unknown = || vec![Value::Starts(String::new())];
        let mut values = outer.values.clone().unwrap_or_else(unknown);
        values.push(Value::Known(String::new()));
        locals.insert(name.to_owned(), outer);
        self.set(name, values);
    }

    /// Ends a function: its own variables are again what they were outside.
    pub(super) fn end_locals(&mut self, outside: Option<Locals>) {
        for (name, outer) in std::mem::replace(&mut self.locals, outside).unwrap_or_default() {
            let mut values = outer.values.unwrap_or_default();
            if !outer.is_sure {
                let unknown = [Value::Starts(String::new())];
                let held = self.variable(&name).unwrap_or(&unknown);
                values = if values.is_empty() {
                    Vec::new()
                } else {
                    values.into_iter().chain(held.iter().cloned()).collect()
                };
            }
            self.set(&name, values);
            if let Some(list) = outer.list.filter(|_| outer.is_sure) {
                self.lists.insert(name, std::sync::Arc::new(list));
            }
        }
    }
}

/// Joins what two ways through a function made its own.
pub(super) fn joined(one: Option<Locals>, other: Option<Locals>) -> Option<Locals> {
    let (Some(mut one), Some(mut other)) = (one.clone(), other.clone()) else {
        return one.or(other);
    };
    for (name, outer) in &mut one {
        match other.remove(name) {
            Some(second) if second == *outer => {}
            Some(second) => {
                outer.is_sure &= second.is_sure;
                outer.list = None;
                outer.values = match (outer.values.take(), second.values) {
                    (Some(values), Some(more)) => Some(values.into_iter().chain(more).collect()),
                    _ => None,
                };
            }
            None => outer.is_sure = false,
        }
    }
    for (name, mut outer) in other {
        outer.is_sure = false;
        one.insert(name, outer);
    }
    Some(one)
}
