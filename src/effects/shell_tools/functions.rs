//! Functions that a line defines.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Walker;
use super::fields::Field;
use super::origin::Origin;
use super::positional::Positional;
use super::stages::Input;
use super::state::State;
use crate::shell::{Compound, CompoundKind};

/// A function's body, or several where it hangs on the way through the line which holds.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) bodies: Vec<Body>,
    /// Whether the program of that name may run as well: an alias that a shell does not expand, or a definition that was
    /// passed over.
    pub(super) is_doubtful: bool,
    /// Whether shells that are started have it, too: `export -f`.
    pub(super) is_exported: bool,
}

/// The body of a function, and the text that it stands in; none for the line.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) compound: Rc<Compound>,
    pub(super) origin: Option<Rc<Origin>>,
}

impl Body {
    fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.compound, &other.compound)
    }
}

impl Function {
    pub(super) fn new(body: Compound, origin: Option<Rc<Origin>>) -> Self {
        let compound = Rc::new(body);
        Self {
            bodies: vec![Body { compound, origin }],
            is_doubtful: false,
            is_exported: false,
        }
    }

    pub(super) fn alias(body: Compound, origin: Option<Rc<Origin>>) -> Self {
        Self {
            is_doubtful: true,
            ..Self::new(body, origin)
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.is_doubtful |= other.is_doubtful;
        for body in &other.bodies {
            if !self.bodies.iter().any(|known| known.is(body)) {
                self.bodies.push(body.clone());
            }
        }
    }
}

/// Equality is identity: two definitions are two functions.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.is_doubtful == other.is_doubtful
            && self.bodies.len() == other.bodies.len()
            && self
                .bodies
                .iter()
                .zip(&other.bodies)
                .all(|(one, other)| one.is(other))
    }
}

/// Brings together what either way through the line defined.
pub(super) fn join_functions(
    functions: &mut BTreeMap<String, Function>,
    mut other: BTreeMap<String, Function>,
) {
    for (name, function) in functions.iter_mut() {
        match other.remove(name) {
            Some(other) => function.join(&other),
            None => function.is_doubtful = true,
        }
    }
    for (name, mut function) in other {
        function.is_doubtful = true;
        functions.insert(name, function);
    }
}

impl Walker<'_> {
    /// Returns what a function of the line prints, where its body is one pipeline: `name() { echo text; }`. Functions that
    /// it calls in turn are not looked into: each could call two more.
    pub(super) fn prints_of_function(
        &mut self,
        name: &str,
        rest: &[Field],
        state: &State,
    ) -> Option<Input> {
        let function = state.functions.get(name)?;
        let [body] = function.bodies.as_slice() else {
            return Some(Input::Unknown);
        };
        let compound = Rc::clone(&body.compound);
        let (CompoundKind::Group(script) | CompoundKind::Subshell(script)) = &compound.kind else {
            return Some(Input::Unknown);
        };
        let budget = self.budget.checked_sub(1 + script.items.len());
        let (Some(budget), false, true) = (budget, self.is_called, compound.redirects.is_empty())
        else {
            return Some(Input::Unknown);
        };
        self.budget = budget;
        let mut inner = state.clone();
        inner.parameters = Positional::of(rest.iter().map(|field| field.value.clone()).collect());
        self.is_called = true;
        let output = self.printed_by(script, &mut inner);
        self.is_called = false;
        Some(output)
    }
}
