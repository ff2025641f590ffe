//! The `hookgate` program.

fn main() {}
