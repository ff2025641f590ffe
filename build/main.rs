//! Turns the data that the program is built from into static tables, so that no run parses them.

fn main() {}
