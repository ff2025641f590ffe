//! Turns the data that the program is built from into static tables, so that no run parses them.

#![expect(
    clippy::print_stdout,
    reason = "a build script talks to cargo on stdout"
)]

use std::process::ExitCode;

mod adapters;
mod demo;
mod linking;
mod maker;
mod programs;

#[path = "../src/call.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "the library's own module; the tables are checked against its names"
)]
mod call;

fn main() -> ExitCode {
    let done = adapters::generate()
        .and_then(|()| programs::generate().map_err(|problem| problem.to_string()))
        .and_then(|()| demo::generate().map_err(|problem| problem.to_string()))
        .and_then(|()| maker::generate().map_err(|problem| problem.to_string()))
        .and_then(|()| linking::choose().map_err(|problem| problem.to_string()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Cargo shows each of these lines as a reason why the build stopped.
            for line in problem.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}
