//! `protect-paths` for places that a glob names by where they are: `~/…`, `/etc/…`.

use std::path::Path;

use hookgate::decision::Verdict;
use hookgate::examples;
use hookgate::policy::load::read_text;
use hookgate::policy::{Example, Layer};
use hookgate::repo::Repository;

const ROOT: &str = "/no/such/folder/repo";

const POLICY: &str = "version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: allow}
rules:
  - id: own
    protect-paths:
      paths: ['~/.ssh/**', '!~/.ssh/known_hosts', '~/.netrc', /etc/**, '!/etc/motd', src/gen/**, '/lib/**', '/no/such/folder/repo/kept/**']
      deny: [read, write, delete]
";

fn judged(base: &str, call: &Example) -> Verdict {
    let loaded = read_text("hookgate.yaml", POLICY, Layer::Repository, base, &[]);
    assert!(loaded.is_usable());
    let root = Path::new(ROOT);
    let repository = Repository::at(root, root, Some("/home/somebody".into()));
    let call = examples::call(call, ROOT);
    examples::decide(&loaded.set, &repository, &call).verdict
}

#[track_caller]
fn check(base: &str, denied: &[Example], allowed: &[Example]) {
    let wrong: Vec<String> = denied
        .iter()
        .map(|call| (call, Verdict::Deny))
        .chain(allowed.iter().map(|call| (call, Verdict::Neutral)))
        .filter(|(call, expected)| judged(base, call) != *expected)
        .map(|(call, expected)| format!("{call:?}: expected {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn shell(text: &str) -> Example {
    Example::Shell(text.into())
}

fn denied() -> Vec<Example> {
    vec![
        Example::Read("~/.ssh/id_rsa".into()),
        Example::Read("/home/somebody/.ssh/keys/a".into()),
        Example::Edit("/etc/hosts".into()),
        Example::Delete("/etc".into()),
        Example::Delete("/home/somebody".into()),
        shell("cat ~/.ssh/id_rsa"),
        shell("cat \"$HOME/.ssh/id_rsa\""),
        shell("cd ~ && cat .ssh/id_rsa"),
        shell("cp ../../../../home/somebody/.netrc /tmp"),
        shell("echo x >> ~/.netrc"),
        shell("tar czf k.tgz ~/.ssh"),
        shell("cp -r ~/.ssh /tmp/x"),
        shell("rm -rf ~"),
        shell("rm -rf /etc"),
        shell("sed -i s/a/b/ /etc/passwd"),
        shell("cat ~/.ssh/*"),
        shell("sudo tee /etc/sudoers < x"),
    ]
}

fn allowed() -> Vec<Example> {
    vec![
        Example::Read("~/.ssh/known_hosts".into()),
        Example::Read("/etc/motd".into()),
        Example::Edit(".ssh/x".into()),
        Example::Edit("/home/other/.ssh/x".into()),
        shell("cat ~/.bashrc"),
        shell("ls ~"),
        shell("cat /usr/etc/x"),
        shell("echo /etc/passwd"),
    ]
}

#[test]
fn a_glob_may_name_the_home_folder_or_a_folder_of_the_system() {
    check("", &denied(), &allowed());
    // `/lib` is a folder of the system and may be one of the repository.
    let lib = [
        Example::Edit("/lib/x".into()),
        Example::Edit("lib/x".into()),
    ];
    check("", &lib, &[Example::Edit("src/lib/x".into())]);
}

#[test]
fn in_a_policy_of_a_folder_they_mean_the_same() {
    check("sub", &denied(), &allowed());
    check(
        "sub",
        &[Example::Edit("sub/src/gen/x".into())],
        &[Example::Edit("src/gen/x".into())],
    );
}
