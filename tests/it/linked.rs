//! The program is linked as the build script found to work.

use std::fs;
use std::process::Command;

use crate::support::{finish, print};

/// Numbers of the ELF format.
const FIXED: u16 = 2;
const INTERPRETER: u32 = 3;
const DYNAMIC: u32 = 2;

#[test]
fn the_program_is_linked_in_the_way_that_was_tried() {
    let program = fs::read(env!("CARGO_BIN_EXE_hookgate")).unwrap();
    let kind = u16::from_le_bytes(bytes(&program, 16));
    let kinds = segments(&program);
    let has = |kind: u32| kinds.contains(&kind);
    match env!("HOOKGATE_LINKED") {
        "one piece" => {
            assert_eq!(kind, FIXED);
            assert!(!has(INTERPRETER), "a loader is named");
            assert!(!has(DYNAMIC), "something is left to the loader");
        }
        "fixed address" => {
            assert_eq!(kind, FIXED);
            assert!(has(INTERPRETER));
            let unwinder = b"libgcc_s.so";
            let named = program.windows(unwinder.len()).any(|name| name == unwinder);
            assert!(!named, "the unwinder is a library to load");
        }
        // The one who built it said how, or the machine can do neither.
        other => assert_eq!(other, ""),
    }
}

/// A C library that is part of a program cannot load those that know other users.
#[test]
fn a_user_without_home_and_account_is_answered() {
    let program = env!("CARGO_BIN_EXE_hookgate");
    let mut command = Command::new(program);
    if rustix::process::geteuid().is_root()
        && Command::new("setpriv").arg("--help").output().is_ok()
    {
        command = Command::new("setpriv");
        command.args(["--reuid", "54321", "--clear-groups", program]);
    }
    let payload = br#"{"hook_event_name":"PreToolUse","cwd":"/","tool_name":"Bash","tool_input":{"command":"ls"}}"#;
    command
        .args(["hook", "--runtime", "claude-code", "--event", "before-tool"])
        .current_dir("/")
        .env_remove("HOME");
    let ran = finish(command, payload);
    if ran.stderr.contains("setpriv: failed to execute") {
        print("skipped: the program's folder is closed to others");
        return;
    }
    ran.assert_silent();
}

/// Returns the kinds of the segments.
fn segments(program: &[u8]) -> Vec<u32> {
    let start = usize::try_from(u64::from_le_bytes(bytes(program, 32))).unwrap();
    let size = usize::from(u16::from_le_bytes(bytes(program, 54)));
    let count = usize::from(u16::from_le_bytes(bytes(program, 56)));
    (0..count)
        .map(|number| u32::from_le_bytes(bytes(program, start + number * size)))
        .collect()
}

fn bytes<const SIZE: usize>(program: &[u8], at: usize) -> [u8; SIZE] {
    program[at..at + SIZE].try_into().unwrap()
}
