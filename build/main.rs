//! Turns the data that the program is built from into static tables, so that no run parses them.

#![expect(
    clippy::print_stdout,
    reason = "a build script talks to cargo on stdout"
)]

use std::process::ExitCode;

mod adapters;

#[path = "../src/call.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "the library's own module; the tables are checked against its names"
)]
mod call;

fn main() -> ExitCode {
    match adapters::generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Cargo shows this line as the reason why the build stopped.
            println!("cargo::error={problem}");
            ExitCode::FAILURE
        }
    }
}
