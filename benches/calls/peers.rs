//! Other programs that stand where a hook stands, as far as they are installed, each with a call that it lets through.

use crate::pairs::{self, Timed};
use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, say};

const ROUNDS: usize = 20;

/// Programs that start and do nothing, and guards of shell commands with the words that their own hooks have.
const PEERS: [&[&str]; 8] = [
    &["bash", "-c", "true"],
    &["git", "--version"],
    &["python3", "-I", "-S", "-c", "pass"],
    &["node", "-e", "0"],
    &["jq", "-r", ".tool_input.command"],
    &["cc-safety-net", "hook", "--coding-cli"],
    &["longline"],
    &["safe-chains"],
];

pub(crate) fn print(setting: &Setting) -> Outcome<()> {
    say("\nOther programs with the same call (shell, allow), as far as they are installed\n")?;
    say("| program | : /bin/true | : hookgate | median |\n|---|---:|---:|---:|")?;
    let scratch = Scratch::with_rules(60)?;
    scratch.warm(setting)?;
    let call = scratch.call(setting, Case::Shell)?;
    for words in PEERS {
        let Some((program, rest)) = words.split_first() else {
            continue;
        };
        let peer = Timed {
            program: (*program).into(),
            words: rest.iter().map(|word| (*word).into()).collect(),
            folder: scratch.root(),
            home: scratch.home(),
            stdin: call.stdin.clone(),
        };
        if peer.time().is_err() {
            continue;
        }
        let beside_true = pairs::run(&peer, &Timed::nothing(&call), ROUNDS, &|| {})?;
        let beside_us = pairs::run(&peer, &call, ROUNDS, &|| {})?;
        say(&format!(
            "| `{}` | {:.1} | {:.1} | {:.2} ms |",
            words.join(" "),
            beside_true.ratio,
            beside_us.ratio,
            beside_true.time.as_secs_f64() * 1e3
        ))?;
    }
    Ok(())
}
