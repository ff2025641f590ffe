//! Every complaint about a policy file: one function and one stable code each.
