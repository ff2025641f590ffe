//! Command patterns mean what a person means who types them.

use std::path::Path;

use hookgate::decision::Verdict;
use hookgate::examples;
use hookgate::policy::load::read_text;
use hookgate::policy::{Example, Layer};
use hookgate::repo::Repository;

/// Returns whether a policy with this `deny-command` denies a command.
#[track_caller]
fn denies(rule: &str, command: &str) -> bool {
    let text = format!(
        "version: 1
on-unknown: {{opaque-code: allow, unparsable: allow}}
rules:
  - {{id: rule, deny-command: {{{rule}}}}}
  - {{id: paths, action: warn, protect-paths: {{paths: [generated/**, '~/.ssh/**', /etc/**]}}}}
"
    );
    let loaded = read_text("hookgate.yaml", &text, Layer::Repository, "", &[]);
    let problems: Vec<&str> = loaded
        .problems
        .iter()
        .map(|problem| problem.title.as_str())
        .collect();
    assert!(loaded.is_usable(), "{problems:?}");
    let root = Path::new("/no/such/folder/repo");
    let repository = Repository::at(root, root, Some("/home/somebody".into()));
    let call = examples::call(&Example::Shell(command.into()), "/no/such/folder/repo");
    examples::decide(&loaded.set, &repository, &call).verdict == Verdict::Deny
}

#[track_caller]
fn check(rule: &str, denied: &[&str], allowed: &[&str]) {
    let wrong: Vec<String> = denied
        .iter()
        .map(|command| (command, true))
        .chain(allowed.iter().map(|command| (command, false)))
        .filter(|(command, expected)| denies(rule, command) != *expected)
        .map(|(command, expected)| format!("{command}: expected {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{rule}\n{}", wrong.join("\n"));
}

/// Says where and why a pattern is refused.
fn refused(pattern: &str) -> (usize, String) {
    let error = hookgate::policy::command_pattern::CommandPattern::parse(pattern).unwrap_err();
    (error.at, error.message)
}

#[test]
fn variables_before_a_command_are_seen_however_they_are_set() {
    check(
        "patterns: [HUSKY=0 git commit]",
        &[
            "HUSKY=0 git commit -m x",
            "A=1 HUSKY=0 git -C x commit",
            "export HUSKY=0; git commit",
            "export HUSKY=0 && cd x && git commit",
            "HUSKY=0; export HUSKY; git commit",
            "env HUSKY=0 git commit",
            "env -i PATH=/bin HUSKY=0 git commit",
            "sudo HUSKY=0 git commit",
            "HUSKY=0 bash -c 'git commit -m x'",
            "HUSKY=0 timeout 5 git commit",
            "X=0; HUSKY=$X git commit",
            "declare -x HUSKY=0; (git commit)",
            "cross-env HUSKY=0 git commit",
            "f() { git commit; }; HUSKY=0 f",
            "env -S 'HUSKY=0 git commit'",
        ],
        &[
            "git commit",
            "HUSKY=1 git commit",
            "HUSKY=0 git status",
            "HUSKY=0 ls; git commit",
            "(export HUSKY=0); git commit",
            "HUSKY=0 HUSKY=1 git commit",
            "export HUSKY=0; HUSKY=1 git commit",
            "echo HUSKY=0 git commit",
            "git commit -m 'HUSKY=0 git commit'",
        ],
    );
    check(
        "patterns: ['LD_PRELOAD=*', 'GIT_SSH_COMMAND=* git *']",
        &[
            "LD_PRELOAD=x.so ls",
            "GIT_SSH_COMMAND=\"$X\" git fetch",
            "LD_PRELOAD=$X make",
        ],
        &["ls", "git fetch", "GIT_SSH_COMMAND=x ls"],
    );
}

#[test]
fn wildcards_and_braces_stand_for_programs_and_subcommands() {
    check(
        "patterns: ['aws * delete-*', '{docker,podman} system prune']",
        &[
            "aws s3api delete-bucket --bucket b",
            "aws --profile p ec2 delete-volume --volume-id v",
            "docker system prune -af",
            "podman --log-level debug system prune",
            "sudo docker --host h system prune",
        ],
        &[
            "aws s3api list-buckets",
            "aws delete-bucket",
            "docker system df",
            "docker run alpine system prune",
            "nerdctl system prune",
        ],
    );
    check(
        "patterns: ['git * --force']",
        &[
            "git push -f",
            "git push origin main --force",
            "git -C x clean -f",
            "git tag -f v1",
        ],
        &["git push", "git commit -m --force-it", "git log --format=x"],
    );
    check(
        "patterns: ['kubectl {delete,drain} ** --namespace=prod*', 'git push --{force,mirror}']",
        &[
            "kubectl delete pod x -n production",
            "kubectl drain node --namespace prod",
            "git push -f",
            "git push --mirror",
        ],
        &[
            "kubectl get pod -n prod",
            "kubectl delete pod x -n dev",
            "git push --tags",
        ],
    );
    check(
        "patterns: ['gcloud ** delete', '/usr/bin/shred *']",
        &[
            "gcloud compute instances delete x",
            "gcloud projects delete p --quiet",
            "shred x",
            "/bin/shred -u y",
        ],
        &["gcloud compute instances list", "shred"],
    );
}

#[test]
fn an_exception_holds_for_its_command_and_for_nothing_stricter() {
    check(
        "patterns: [git push --force, git push --force-with-lease], except: [git push --force-with-lease]",
        &[
            "git push --force",
            // git's `--force` defeats what `--force-with-lease` checks, in whatever order.
            "git push --force --force-with-lease",
            "git push --force-with-lease -f",
            "git push --force-with-lease origin +main",
            "git push --force-with-lease --no-force-with-lease",
            "git push --force-with-lease && git push --force",
            "git push --force; git push --force-with-lease",
        ],
        &[
            "git push --force-with-lease",
            "git push --force-with-lease=main origin main",
        ],
    );
    check(
        "patterns: ['rm -r *'], except: [rm -r build, 'rm -r cache/*', 'rm -r --dry-run **']",
        &[
            "rm -r build .",
            "rm -r src build",
            "rm -rf build/ ../x",
            "rm -r cache/a src",
            "rm -r --dry-run=none x",
            "rm -r --dry-run --no-dry-run x",
        ],
        &[
            "rm -r build",
            "rm -rf build",
            "rm --recursive cache/a",
            "rm -r --dry-run x y z",
        ],
    );
    check(
        "patterns: ['kubectl delete *'], except: [kubectl delete --dry-run]",
        &[
            "kubectl delete pod x",
            "kubectl delete pod x --dry-run=none",
        ],
        &["kubectl delete pod x --dry-run=client"],
    );
    check(
        "matches: 'push .*main', except: [git push --dry-run]",
        &[
            "git push origin main",
            "git push -n --no-dry-run origin main",
        ],
        &["git push -n origin main", "git push origin dev"],
    );
}

#[test]
fn protected_stands_for_what_rules_about_paths_protect() {
    check(
        "patterns: ['chmod * <protected>', 'mytool <protected>']",
        &[
            "chmod +x generated/x",
            "chmod -R 777 generated",
            "cd generated && chmod 644 api.py",
            "mytool src/a generated/b",
            "mytool ~/.ssh/config",
            "mytool /etc/hosts",
            "mytool generated/*.py",
            "mytool generated/*",
        ],
        &[
            "chmod +x src/x",
            "mytool src",
            "mytool ~/notes",
            "mytool --generated",
        ],
    );
}

#[test]
fn what_can_never_be_a_command_is_refused_where_it_stands() {
    for (pattern, at, message) in [
        ("git push | tee", 9, "a pattern is one command"),
        ("git push && ls", 9, "a pattern is one command"),
        ("git push {--force", 9, "this brace is never closed"),
        ("git push --force}", 16, "no brace is open here"),
        ("echo 'x", 5, "this quote is never closed"),
        ("echo > /dev/sda", 5, "a pattern has no redirections"),
        ("rm -rf $HOME", 7, "a pattern has no variables"),
        ("rm `x`", 3, "a pattern has no substitutions"),
        ("cat <home>/.ssh", 4, "a place stands alone"),
        ("rm <nowhere>", 3, "`<nowhere>` stands for nothing"),
        ("git push --fo*", 13, "an option's name has no wildcards"),
        ("", 0, "this pattern names no program"),
    ] {
        assert_eq!(refused(pattern), (at, message.to_owned()), "{pattern}");
    }
    check(
        r"patterns: ['psql -c ''*;*''', 'find ** -exec rm {} \;', 'git reset HEAD@{1}']",
        &[
            "psql -c 'a;b'",
            "find . -name x -exec rm {} \\;",
            "git reset 'HEAD@{1}'",
        ],
        &["psql -c 'a'", "find . -name x"],
    );
}

/// Says what `check` doubts in a pattern: where, and the word it takes for meant.
fn doubt(pattern: &str) -> Option<(usize, String)> {
    let programs = hookgate::programs::Programs::SHIPPED;
    let pattern = hookgate::policy::command_pattern::CommandPattern::parse(pattern).unwrap();
    let doubt = pattern.doubt(&programs)?;
    Some((doubt.at, doubt.help.unwrap_or_default()))
}

#[test]
fn a_slip_of_the_pen_is_doubted_and_nothing_else() {
    for (pattern, at, near) in [
        ("git push --forse", 9, "--force"),
        ("git comit", 4, "commit"),
        ("git -C x stahs drop", 9, "stash"),
        ("docker sytem prune", 7, "system"),
        ("rm --recurive x", 3, "--recursive"),
    ] {
        let expected = Some((at, format!("did you mean `{near}`?")));
        assert_eq!(doubt(pattern), expected, "{pattern}");
    }
    for pattern in [
        "git push --force",
        "git my-alias",
        "git push --push-with-care",
        "docker compose build --push",
        "rm --recursiv x",
        "mytool --forse",
        "git {push,pusj}",
        "git push --no-force-with-lease",
        "aws * delete-*",
    ] {
        assert_eq!(doubt(pattern), None, "{pattern}");
    }
}

#[test]
fn nothing_in_the_shipped_packs_is_doubted() {
    let packs: Vec<&str> = hookgate::policy::packs::names();
    let policy = format!("version: 1\nextends: [{}]\n", packs.join(", "));
    let ran = crate::support::Repo::with_policy(&policy).run(&["check", "--strict"]);
    assert_eq!(ran.exit, 0, "{}", ran.stdout);
}
