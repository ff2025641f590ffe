//! What `init` would write on Windows: as strings, on whatever system the tests run.

use std::fmt::Write as _;
use std::path::PathBuf;

use hookgate::adapter;
use hookgate::wiring::line;
use hookgate::wiring::place::{For, System, shell_of, written_on};
use hookgate::wiring::tree::{Kind, Node};

use crate::doctor::{assert_found, change, wired};
use crate::support::assert_file;

/// The lines of the event before a tool, with the keys that they stand under.
fn lines(node: &Node, key: &str, found: &mut Vec<(String, String)>) {
    match &node.kind {
        Kind::Object(members) => {
            for member in members {
                lines(&member.node, &member.key, found);
            }
        }
        Kind::Array(elements) => elements.iter().for_each(|one| lines(one, key, found)),
        Kind::Scalar(_) => {
            let text = node
                .text()
                .filter(|text| text.contains("--event before-tool"));
            found.extend(text.map(|text| (key.to_owned(), text.to_owned())));
        }
    }
}

fn whoms() -> [(&'static str, For); 3] {
    let user = |program: &str| For::User {
        home: PathBuf::from(r"C:\Users\me"),
        program: PathBuf::from(program),
    };
    [
        ("repository", For::Repository(PathBuf::from("/r"))),
        ("user", user(r"C:\tools\hookgate.exe")),
        (
            "user, blanks",
            user(r"C:\Program Files\hookgate\hookgate.exe"),
        ),
    ]
}

#[test]
fn lines_are_written_for_the_shells_of_windows() {
    let mut all = String::new();
    for adapter in adapter::all() {
        for (about, whom) in whoms() {
            let Some(root) = written_on(adapter, &whom, System::Windows) else {
                continue;
            };
            let mut found = Vec::new();
            lines(&root, "", &mut found);
            found.sort();
            found.dedup();
            for (key, text) in found {
                // Where Windows has a line of its own, the other one is for everybody else.
                let has_own = adapter.wiring.content.to_lowercase().contains("windows\":");
                let system = if has_own {
                    System::Unix
                } else {
                    System::Windows
                };
                let shell = shell_of(&key, system, adapter.setup.windows_shell);
                writeln!(
                    all,
                    "{} ({about}), {key}, {shell:?}\n  {text}",
                    adapter.name
                )
                .unwrap();
                let words = line::words(&text).unwrap();
                if let For::User { program, .. } = &whom {
                    assert_eq!(PathBuf::from(&words.program), *program, "{text}");
                }
                assert_eq!(words.flag("--runtime"), Some(adapter.name));
                assert_eq!(line::trouble(&text, shell), None, "{text}");
            }
        }
    }
    assert_file("tests/data/windows-lines.txt", &all);
}

#[test]
fn doctor_judges_the_line_of_the_other_system_too() {
    let repo = wired("copilot-cli");
    change(
        &repo,
        ".github/hooks/hookgate.json",
        "\"powershell\": \"hookgate hook --runtime copilot-cli --event stop\"",
        "\"powershell\": \"'C:\\\\a b\\\\hookgate.exe' hook --runtime copilot-cli --event stop\"",
    );
    let own = "`hookgate init --runtime copilot-cli` writes it anew";
    let what = "PowerShell prints a quoted word and runs nothing, without `&` before it";
    let line = r"'C:\a b\hookgate.exe' hook --runtime copilot-cli --event stop";
    assert_found(
        &repo,
        "copilot-cli",
        &[(
            &format!("`.github/hooks/hookgate.json:45`: {what}: `{line}`"),
            own,
        )],
    );
}
