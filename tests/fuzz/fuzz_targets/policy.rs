//! Any bytes are a policy or problems, and the problems can be drawn.
#![no_main]

use hookgate::policy::Layer;
use hookgate::policy::load::read_bytes;
use hookgate::policy::problems::{Colour, Format, report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let loaded = read_bytes("hookgate.yaml", bytes, Layer::Repository, "", &["one"]);
    let drawn = report(&loaded.problems, Format::Human(Colour::Plain));
    assert_eq!(drawn.is_empty(), loaded.problems.is_empty());
});
