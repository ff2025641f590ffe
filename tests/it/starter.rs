//! The starter policy that `hookgate init` writes.

use crate::support::{Repo, finish};

type Files<'a> = &'a [(&'a str, &'a str)];

/// A repository's files, the gate that is found and the rules of the starter policy.
#[test]
fn the_starter_policy_fits_the_repository_and_holds() {
    let cases: [(Files, &[&str]); 12] = [
        (&[("README.md", "")], &[]),
        (
            &[("Cargo.toml", ""), ("Cargo.lock", ""), ("src/lib.rs", "")],
            &["run: cargo test"],
        ),
        (
            &[("go.mod", ""), ("main.go", "")],
            &["run: go test ./...", "inputs: ['*.go', /go.mod]"],
        ),
        (
            &[
                ("package.json", r#"{"scripts": {"test": "vitest"}}"#),
                ("pnpm-lock.yaml", ""),
                ("src/a.ts", ""),
            ],
            &["run: pnpm test", "paths: [pnpm-lock.yaml]"],
        ),
        (
            &[
                (
                    "package.json",
                    r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#,
                ),
                ("a.js", ""),
            ],
            &[],
        ),
        (
            &[
                ("pyproject.toml", "[tool.pytest.ini_options]\n"),
                ("uv.lock", ""),
                ("a.py", ""),
            ],
            &["run: uv run python -m pytest -q"],
        ),
        (
            &[("tests/test_a.py", "")],
            &["run: python3 -m unittest discover -s tests"],
        ),
        (
            &[("Makefile", "all:\n\ntest: all\n\ttrue\n"), ("src/a.c", "")],
            &["run: make test", "inputs: [/src/**, /Makefile]"],
        ),
        (
            &[("Gemfile", "gem 'rspec'\n"), ("spec/a_spec.rb", "")],
            &["run: bundle exec rspec"],
        ),
        (
            &[
                ("composer.json", r#"{"scripts": {"test": ["phpunit"]}}"#),
                ("src/A.php", ""),
            ],
            &["run: composer test"],
        ),
        (
            &[("pom.xml", ""), ("mvnw", ""), ("src/A.java", "")],
            &["run: ./mvnw -q test"],
        ),
        (
            &[
                (".gitattributes", "*.pb.go linguist-generated=true\n"),
                ("api/a.pb.go", ""),
                ("web/generated/client.ts", ""),
                ("vendor/x/y.go", ""),
            ],
            &[
                "paths: ['*.pb.go', /web/generated/**]",
                "paths: [/vendor/**]",
            ],
        ),
    ];
    for (files, expected) in cases {
        let repo = Repo::empty();
        for (path, content) in files {
            repo.write(path, content);
        }
        let mut arguments = vec!["init"];
        for adapter in hookgate::adapter::all() {
            arguments.extend(["--runtime", adapter.name]);
        }
        assert_eq!(repo.run(&arguments).exit, 0, "{files:?}");
        let policy = repo.read("hookgate.yaml");
        for line in expected {
            assert!(policy.contains(line), "{line} in:\n{policy}");
        }
        assert_eq!(
            policy.contains("quality-gate"),
            expected.iter().any(|line| line.starts_with("run"))
        );
        let check = repo.run(&["check", "--strict"]);
        assert_eq!(check.exit, 0, "{}\n{policy}", check.stdout);
        let mut test = repo.command(&["test"]);
        // Folders for tests may lie below one that the shipped rules except.
        test.env("HOME", "/home/somebody");
        let test = finish(test, b"");
        assert_eq!(test.exit, 0, "{}\n{policy}", test.stdout);
    }
}

/// Gates stand where the runtimes hold them, and end before their hooks do.
#[test]
fn gates_of_a_starter_policy_hold_in_the_runtimes_that_it_lists() {
    let runs_after_edits =
        "  # Run after each edit of an input: Cline cannot be kept from ending its turn.\n";
    let is_proposed = "  # Crush cannot be kept from ending its turn, and tells nobody what a gate finds after an edit. Without it in `runtimes`:\n  # - id: rust-tests\n";
    let cases = [
        ("claude-code", "      on: [stop]\n      timeout: 8m\n", true),
        ("goose", "      on: [stop]\n      timeout: 8m\n", true),
        ("cline", runs_after_edits, true),
        (
            "cline",
            "      on: [after-edit]\n      timeout: 115s\n",
            true,
        ),
        ("crush", is_proposed, false),
        ("crush", "\n# rules:\n", false),
    ];
    for (runtime, expected, is_gate) in cases {
        let repo = Repo::empty();
        repo.write("Cargo.toml", "");
        repo.write("src/lib.rs", "");
        assert_eq!(repo.run(&["init", "--runtime", runtime]).exit, 0);
        let policy = repo.read("hookgate.yaml");
        assert!(policy.contains(expected), "{runtime}: {policy}");
        assert_eq!(policy.contains("\n  - id: rust-tests"), is_gate, "{policy}");
        let check = repo.run(&["check", "--strict"]);
        assert_eq!(check.exit, 0, "{runtime}: {}", check.stdout);
    }
}

#[test]
fn a_starter_policy_that_somebody_changed_stays() {
    let repo = Repo::empty();
    repo.run(&["init", "--runtime", "claude-code"]);
    let policy = repo.read("hookgate.yaml");
    let edited = policy.replace("version: 1\n", "version: 1\nmode: observe\n");
    repo.write("hookgate.yaml", &edited);
    let ran = repo.run(&["init", "--uninstall"]);
    assert_eq!(
        ran.stdout,
        "  .claude/settings.json  removed\n  .gitignore             removed\n  hookgate.yaml          kept: it is not as `init` wrote it\n"
    );
    assert_eq!(repo.read("hookgate.yaml"), edited);
}
