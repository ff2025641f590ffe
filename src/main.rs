//! The `hookgate` program: tells a hook call from a command that a person types, and exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    match hookgate::commands::hook::Line::read(&arguments) {
        // The hot path: no argument parser, no tracing unless asked for.
        Some(line) => hookgate::commands::hook::run(&line),
        None if arguments
            .get(1)
            .is_some_and(|word| word == hookgate::gate::HOLD) =>
        {
            hookgate::gate::hold()
        }
        None => hookgate::cli::run(arguments),
    }
}
