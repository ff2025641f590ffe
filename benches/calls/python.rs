//! The same checks as the hooks that people write today: one Python script an event, for this comparison.

use crate::pairs::{self, Timed};
use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, say};

const SCRIPTS: [(&str, Case); 5] = [
    ("sixty_rules.py", Case::Edit),
    ("sixty_rules.py", Case::Shell),
    ("protect_paths.py", Case::Edit),
    ("command_policy.py", Case::Shell),
    ("stop_if_failed.py", Case::Stop),
];
const ROUNDS: usize = 30;

pub(crate) fn print(setting: &Setting) -> Outcome<()> {
    say(
        "\nThe same checks in Python (`benches/calls/python`); in all but the first two, three rules in place of sixty\n",
    )?;
    say(
        "| check | Python | : /bin/true | : hookgate, in turn | hookgate : /bin/true |\n|---|---:|---:|---:|---:|",
    )?;
    let scratch = Scratch::with_rules(60)?;
    scratch.warm(setting)?;
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/calls/python");
    for (script, case) in SCRIPTS {
        let call = scratch.call(setting, case)?;
        let python = Timed {
            program: "python3".into(),
            words: vec![format!("{scripts}/{script}")],
            folder: scratch.root(),
            home: scratch.home(),
            stdin: call.stdin.clone(),
        };
        // An interpreter leaves nothing in the processor's caches for what comes next, so each is held against the yardstick, too.
        let nothing = Timed::nothing(&python);
        let beside = pairs::run(&python, &nothing, ROUNDS, &|| {})?;
        let pair = pairs::run(&python, &call, ROUNDS, &|| {})?;
        let ours = pairs::run(&call, &nothing, ROUNDS, &|| {})?;
        say(&format!(
            "| {script}, {} | {:.1} ms | {:.1} | {:.0} | {:.2} |",
            case.name(),
            pair.time.as_secs_f64() * 1e3,
            beside.ratio,
            pair.ratio,
            ours.ratio
        ))?;
    }
    Ok(())
}
