//! Policies made of several files: layers, `extends`, and who may say what.

use std::path::Path;

use hookgate::decision::Verdict;
use hookgate::policy::load::{LayerFile, Loaded, load, repository_layers};
use hookgate::policy::problems::{Colour, Format, report};
use hookgate::policy::{Layer, Mode};
use hookgate::repo::Repository;

const RULE: &str = "version: 1\nrules: [{id: NAME, deny-command: {patterns: make}}]\n";

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "an example, not state")]
    std::fs::write(path, text).unwrap();
}

fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, Loaded) {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(root.path(), name, text);
    }
    let loaded = load(root.path(), &repository_layers(root.path()), &["codex"]);
    (root, loaded)
}

fn codes(loaded: &Loaded) -> Vec<&'static str> {
    loaded
        .problems
        .iter()
        .map(|problem| problem.code.name())
        .collect()
}

fn ids(loaded: &Loaded) -> Vec<&str> {
    loaded
        .set
        .rules
        .iter()
        .map(|rule| rule.id.as_str())
        .collect()
}

#[test]
fn without_a_file_there_is_no_policy_and_no_problem() {
    let (_root, loaded) = repository(&[]);
    assert!(loaded.is_usable() && loaded.set.rules.is_empty() && loaded.set.sources.is_empty());
}

#[test]
fn extended_files_come_before_the_file_and_keep_their_names() {
    let (_root, loaded) = repository(&[
        (
            "hookgate.yaml",
            "version: 1\nextends: [./ops/a.yaml]\nrules: [{id: own, deny-command: {patterns: x}}]\n",
        ),
        (
            "ops/a.yaml",
            "version: 1\nextends: [../b.yaml]\nrules: [{id: a, deny-command: {patterns: x}}]\n",
        ),
        ("b.yaml", &RULE.replace("NAME", "b")),
        ("hookgate.local.yaml", &RULE.replace("NAME", "local")),
    ]);
    assert_eq!(codes(&loaded), Vec::<&str>::new());
    assert_eq!(ids(&loaded), ["b", "a", "own", "local"]);
    let names: Vec<&str> = loaded
        .set
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "hookgate.yaml",
            "ops/a.yaml",
            "b.yaml",
            "hookgate.local.yaml"
        ]
    );
    assert_eq!(loaded.set.rules[1].origin.file, "ops/a.yaml");
}

#[test]
fn what_two_layers_extend_counts_once() {
    let (_root, loaded) = repository(&[
        (
            "hookgate.yaml",
            "version: 1\nextends: [baseline, ./a.yaml, ./a.yaml]\n",
        ),
        (
            "hookgate.local.yaml",
            "version: 1\nextends: [baseline, ./a.yaml]\n",
        ),
        ("a.yaml", &RULE.replace("NAME", "a")),
    ]);
    assert_eq!(codes(&loaded), Vec::<&str>::new());
    assert_eq!(ids(&loaded).iter().filter(|id| **id == "a").count(), 1);
}

#[test]
fn ids_are_unique_over_all_files_and_both_places_are_shown() {
    let (_root, loaded) = repository(&[
        ("hookgate.yaml", &RULE.replace("NAME", "same")),
        ("hookgate.local.yaml", &RULE.replace("NAME", "same")),
    ]);
    insta::assert_snapshot!(report(&loaded.problems, Format::Human(Colour::Plain)), @r#"
    error[duplicate-id]: two rules share the id `same`
     --> hookgate.local.yaml:2:14
      |
    2 | rules: [{id: same, deny-command: {patterns: make}}]
      |              ^^^^ used again here
      |
     ::: hookgate.yaml:2:14
      |
    2 | rules: [{id: same, deny-command: {patterns: make}}]
      |              ---- first used here
      |
      = help: ids name a rule in answers, state files and `explain`, so each must be unique

    1 error in hookgate.local.yaml; no rule of this policy is in force, and until it loads calls are answered as `when-broken` says: deny before tools, deny on stop, allow otherwise
    "#);
}

#[test]
fn inner_layers_only_tighten() {
    let (_root, loaded) = repository(&[
        (
            "hookgate.yaml",
            "version: 1\nwhen-broken: {before-tool: allow, otherwise: deny}\non-unknown: {path: ask}\n",
        ),
        (
            "hookgate.local.yaml",
            "version: 1\nmode: observe\nwhen-broken: {before-tool: deny, stop: allow, otherwise: allow}\non-unknown: {path: deny, unparsable: allow}\n",
        ),
    ]);
    assert!(loaded.is_usable());
    assert_eq!(codes(&loaded), ["looser-layer"; 4]);
    let set = &loaded.set;
    assert_eq!(set.mode, Mode::Enforce);
    assert_eq!(
        (
            set.when_broken.before_tool,
            set.when_broken.stop,
            set.when_broken.otherwise
        ),
        (Verdict::Deny, Verdict::Deny, Verdict::Deny)
    );
    assert_eq!(
        (set.on_unknown.path, set.on_unknown.unparsable),
        (Verdict::Deny, Verdict::Ask)
    );
}

#[test]
fn the_outermost_file_speaks_freely_and_its_parts_do_not_speak_for_it() {
    let (_root, loaded) = repository(&[
        (
            "hookgate.yaml",
            "version: 1\nextends: ./a.yaml\nmode: observe\non-unknown: {path: ask}\n",
        ),
        (
            "a.yaml",
            "version: 1\nmode: observe\non-unknown: {path: deny, opaque-code: allow}\n",
        ),
    ]);
    assert_eq!(codes(&loaded), ["looser-layer", "misplaced-key"]);
    assert_eq!(loaded.set.mode, Mode::Observe);
    assert_eq!(loaded.set.on_unknown.path, Verdict::Deny);
    assert_eq!(loaded.set.on_unknown.opaque_code, Verdict::Neutral);
}

#[test]
fn the_order_of_the_layers_given_does_not_matter() {
    let root = tempfile::tempdir().unwrap();
    let mut layers = Vec::new();
    for (name, layer) in [
        ("managed.yaml", Layer::Managed),
        ("hookgate.yaml", Layer::Repository),
        ("b/hookgate.yaml", Layer::Subfolder),
        ("a/hookgate.yaml", Layer::Subfolder),
    ] {
        let id = name.replace(['/', '.'], "-");
        write(root.path(), name, &RULE.replace("NAME", &id));
        let base = name.split_once('/').map_or("", |(base, _)| base).to_owned();
        layers.push(LayerFile {
            path: root.path().join(name),
            layer,
            base,
        });
    }
    let forwards = load(root.path(), &layers, &[]);
    layers.reverse();
    let backwards = load(root.path(), &layers, &[]);
    assert_eq!(ids(&forwards), ids(&backwards));
    assert_eq!(
        ids(&forwards),
        [
            "managed-yaml",
            "hookgate-yaml",
            "a/a-hookgate-yaml",
            "b/b-hookgate-yaml"
        ]
    );
    assert_eq!(forwards.set.rules[2].base, "a");
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_repository() {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("repository");
    write(outer.path(), "shared.yaml", &RULE.replace("NAME", "shared"));
    write(&root, "real/inside.yaml", &RULE.replace("NAME", "inside"));
    std::os::unix::fs::symlink("../shared.yaml", root.join("link.yaml")).unwrap();
    std::os::unix::fs::symlink("real/inside.yaml", root.join("fine.yaml")).unwrap();
    let shared = outer.path().join("shared.yaml");
    let text = format!(
        "version: 1\nextends: [./link.yaml, ./fine.yaml, {}, ../shared.yaml]\n",
        shared.display()
    );
    write(&root, "hookgate.yaml", &text);
    let loaded = load(&root, &repository_layers(&root), &[]);
    assert_eq!(codes(&loaded), ["extends-outside"; 3]);
    assert_eq!(ids(&loaded), ["inside"]);
}

#[cfg(unix)]
#[test]
fn a_policy_that_is_a_broken_link_is_not_done_without() {
    let root = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", root.path().join("hookgate.yaml")).unwrap();
    let loaded = load(root.path(), &repository_layers(root.path()), &[]);
    assert_eq!(codes(&loaded), ["unreadable-file"]);
}

/// Otherwise `chmod 777 .` would switch a policy off.
#[cfg(unix)]
#[test]
fn a_project_that_anybody_may_write_to_keeps_its_policy() {
    use std::os::unix::fs::PermissionsExt;
    let is_root = rustix::process::geteuid().is_root();
    for (mode, is_checkout, holds) in [
        (0o755, false, true),
        (0o777, true, true),
        (0o777, false, true),
        (0o1777, true, true),
        // As a folder for temporary files, where root made both.
        (0o1777, false, !is_root),
    ] {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "hookgate.yaml", &RULE.replace("NAME", "a"));
        if is_checkout {
            write(root.path(), ".git/HEAD", "");
        }
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(root.path(), permissions).unwrap();
        let found = Repository::find(root.path(), None);
        let found = found.filter(|found| found.root() == root.path());
        assert_eq!(found.is_some(), holds, "{mode:o} {is_checkout}");
    }
}

/// Where anybody may write, somebody else's policy would bring somebody else's commands.
#[cfg(unix)]
#[test]
fn a_policy_that_somebody_else_left_in_an_open_folder_holds_for_nothing() {
    use std::os::unix::fs::{PermissionsExt, chown};
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "hookgate.yaml", &RULE.replace("NAME", "a"));
    write(root.path(), ".git/HEAD", "");
    chown(root.path().join("hookgate.yaml"), Some(12_345), None).unwrap();
    let finds =
        || Repository::find(root.path(), None).is_some_and(|found| found.root() == root.path());
    assert!(finds());
    let permissions = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(root.path(), permissions).unwrap();
    assert!(!finds());
    // The folder's own owner is nobody else.
    chown(root.path(), Some(12_345), None).unwrap();
    assert!(finds());
}

#[test]
fn long_chains_end() {
    let root = tempfile::tempdir().unwrap();
    for step in 0..40 {
        let text = format!("version: 1\nextends: ./{}.yaml\n", step + 1);
        let name = if step == 0 {
            "hookgate.yaml".to_owned()
        } else {
            format!("{step}.yaml")
        };
        write(root.path(), &name, &text);
    }
    let loaded = load(root.path(), &repository_layers(root.path()), &[]);
    assert_eq!(codes(&loaded), ["unreadable-extends"]);
}
