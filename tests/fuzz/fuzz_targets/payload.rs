//! Any bytes are a call or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for adapter in hookgate::adapter::all() {
        let _ = hookgate::adapter::decode(adapter, bytes, None, &|_| false);
        let _ = hookgate::adapter::decode(adapter, bytes, Some("before-tool"), &|_| true);
    }
});
