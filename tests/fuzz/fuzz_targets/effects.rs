//! Any command line is followed to its effects or said to be unknown, in bounded time.
#![no_main]

use std::path::Path;

use hookgate::policy::Example;
use hookgate::repo::Repository;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let root = Path::new("/no/such/folder/repo");
    let repository = Repository::at(root, root, Some("/no/such/home".into()));
    let call = hookgate::examples::call(&Example::Shell(text.into()), "/no/such/folder/repo");
    let _ = hookgate::effects::of(&call, &repository);
});
