//! Any text is parsed or refused, in bounded time.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(script) = hookgate::shell::parse(text) {
        script.for_each_simple(&mut |simple| {
            assert!(simple.span.start <= simple.span.end && simple.span.end <= text.len());
        });
    }
});
