//! Holds the parser to the recorded cases, to the traps that cost other parsers something, and to bash itself.

mod bash;
mod braces;
mod cases;
mod limits;
mod traps;
