//! Linked and run by `linking.rs` to try a way of linking: does what hookgate needs of the libraries of the system, and succeeds
//! only when all of that went well.

use std::panic;
use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    panic::set_hook(Box::new(|_| {}));
    let caught = panic::catch_unwind(|| fail(1)).is_err();
    let joined = thread::spawn(|| fail(2)).join().is_err();
    let answered = thread::spawn(|| std::env::args().count()).join();
    // Without HOME the system is asked for the user's folder. That it knows none is no failure.
    let _ = std::env::home_dir();
    if caught && joined && answered.is_ok_and(|count| count == 1) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Unwinds through a frame that has something to drop.
#[inline(never)]
fn fail(number: u32) -> usize {
    let text = number.to_string();
    if !std::hint::black_box(&text).is_empty() {
        panic!("{text}");
    }
    text.len()
}
