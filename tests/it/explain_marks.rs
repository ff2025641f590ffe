//! Which part of a line `hookgate explain` marks, where the command that matched stands inside another text.

use serde_json::Value;

use crate::support::Repo;

const POLICY: &str = "version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: allow}
rules:
  - {id: generated, protect-paths: {paths: [generated/**]}}
  - {id: force, deny-command: {patterns: [git push --force]}}
";

/// Checks which parts of a command are marked: those of its paths first, then those of its commands.
#[track_caller]
fn check(command: &str, expected: &[&str]) {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/api.py", "");
    let ran = repo.run(&["explain", "--format", "json", "--shell", command]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap().iter();
    let marked: Vec<&str> = findings
        .map(|finding| {
            let at =
                |index: usize| usize::try_from(finding["span"][index].as_u64().unwrap()).unwrap();
            &command[at(0)..at(1)]
        })
        .collect();
    assert_eq!(marked, expected, "{command}");
}

#[test]
fn texts_for_shells_are_marked_where_they_are_quoted() {
    check("sudo bash -c \"cd generated && rm -rf ./*\"", &["./*"]);
    check("bash -c 'ls; git push -f; ls'", &["git push -f"]);
    check(
        r#"bash -c "ls; rm \"generated/a b\"""#,
        &[r#"\"generated/a b\""#],
    );
    check(r"bash -c ls\;\ rm\ generated/x", &["generated/x"]);
    check(r"bash -c $'ls\nrm generated/\x61'", &[r"generated/\x61"]);
    check("bash -c 'rm gene'\"rated\"/x", &["gene'\"rated\"/x"]);
    check("sh -c 'echo a > generated/x'", &["> generated/x"]);
    check("env -S 'rm generated/x'", &["'rm generated/x'"]);
    check("watch -n1 'git push -f'", &["git push -f"]);
    check("git -c alias.x='!rm generated/x' x", &["generated/x"]);
}

#[test]
fn texts_in_texts_are_marked() {
    check(
        r#"sh -c "bash -c 'bash -c \"ls; rm generated/x\"'""#,
        &["generated/x"],
    );
    check(r#"sh -c "bash -c 'git push -f'; ls""#, &["git push -f"]);
    check("eval \"eval 'git push -f'\"", &["git push -f"]);
    check("echo \"bash -c 'git push -f'\" | sh", &["git push -f"]);
}

#[test]
fn what_a_shell_reads_is_marked_where_it_stands() {
    check("bash <<EOF\nls\nrm generated/x\nEOF\n", &["generated/x"]);
    check(
        "bash <<-'EOF'\n\tls\n\trm generated/x\n\tEOF\n",
        &["generated/x"],
    );
    check("bash <<< 'ls; rm generated/x'", &["generated/x"]);
    check("echo 'ls; rm generated/x' | sudo sh", &["generated/x"]);
    check(
        "printf 'ls\\nrm generated/x\\nls\\n' | sh",
        &["generated/x"],
    );
    check("echo 'git push -f'; echo ls | sh", &[]);
    check(
        "echo 'git push -f' > s; echo 'git push -f'; sh s",
        &["git push -f"],
    );
    check("cat > s <<X\nrm generated/x\nX\nbash s", &["generated/x"]);
    check("crontab - <<< '1 * * * * git push -f'", &["git push -f"]);
}

#[test]
fn wrappers_are_not_marked() {
    check("nohup sudo git push -f > log &", &["git push -f"]);
    check("ssh host 'ls; git push -f'", &["git push -f"]);
    check("ssh host ls '&&' git push -f", &["git push -f"]);
    check("docker exec -it c sh -c 'git push -f'", &["git push -f"]);
    check("su -c 'git push -f' bob", &["git push -f"]);
    check(
        "ls x | xargs -I{} sh -c 'ls {}; git push -f {}'",
        &["git push -f {}"],
    );
    check(
        "find . -name api.py -exec sh -c 'git push -f {}' \\;",
        &["git push -f {}"],
    );
}

#[test]
fn evaluated_and_trapped_texts_are_marked_where_they_stand() {
    check("eval 'rm generated/x'", &["generated/x"]);
    check("eval rm 'generated/x'", &["generated/x"]);
    check("eval 'f() { git push -f; }'; f", &["git push -f"]);
    check("f() { git push -f; }; ls; eval 'ls; f'", &["git push -f"]);
    check("trap 'git push -f' EXIT", &["git push -f"]);
    // What an alias stands for is put together; it runs where it is called.
    check("alias g='git push -f'; g", &["g"]);
}

#[test]
fn code_is_marked_where_its_literals_stand() {
    check(
        "python3 -c 'import os; os.system(\"ls; git push -f\")'",
        &["git push -f"],
    );
    check(
        "python3 - <<'EOF'\nimport os\nos.remove(\"generated/x\")\nEOF\n",
        &["generated/x"],
    );
    check("awk 'BEGIN{system(\"git push -f\")}'", &["git push -f"]);
    check(
        "node -e 'require(\"fs\").unlinkSync(\"generated/x\")'",
        &["generated/x"],
    );
}

#[test]
fn what_is_put_together_marks_the_word_that_holds_it() {
    check("X='git push -f'; bash -c \"$X\"", &["\"$X\""]);
    check("D=generated; bash -c \"ls; rm $D/x; ls\"", &["$D/x"]);
    check(
        "D=generated; bash -c \"cd $D && git push -f\"",
        &["git push -f"],
    );
    check(
        "bash -c \"$(echo git push -f)\"",
        &["\"$(echo git push -f)\""],
    );
}

#[test]
fn lines_for_shells_of_windows_are_marked() {
    check(
        "pwsh -c 'ls; Remove-Item -Recurse generated'",
        &["Remove-Item -Recurse generated"],
    );
    check(
        "bash -c 'pwsh -c \"ls; rm generated/x\"'",
        &["rm generated/x"],
    );
    check(
        "cmd /c \"del generated\\x & dir\"",
        &["del generated\\x & dir"],
    );
    let encoded = "powershell -EncodedCommand cgBtACAAZwBlAG4AZQByAGEAdABlAGQALwB4AA==";
    check(encoded, &[encoded]);
}
