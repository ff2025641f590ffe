//! Hook lines in the configurations of runtimes: what is registered there, and how hookgate's own entries go in and out.
//!
//! Configurations belong to people. What hookgate adds is chosen so that it can be told from what was there, in the text
//! alone: taking it out leaves the bytes of before, on any machine. What cannot be edited that way is left alone.

pub mod backup;
pub mod block;
pub mod bridge;
pub mod edit;
pub mod entries;
pub mod file;
pub mod json;
pub mod line;
pub mod make;
pub mod place;
pub mod problem;
pub mod program;
pub mod registered;
pub mod toml;
pub mod tree;
