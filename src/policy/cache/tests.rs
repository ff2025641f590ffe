use std::path::Path;

use super::fit::{self, Fit};
use super::{Form, Held};
use crate::policy::load::repository_layers;
use crate::policy::{Rule, RuleKind};
use crate::repo::Repository;

/// A repository whose policy is a file that was written long ago, as its stamp has to say to prove anything.
fn with_old_policy() -> (tempfile::TempDir, Repository) {
    let folder = tempfile::tempdir_in(Path::new(env!("OUT_DIR"))).unwrap();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/baseline/pack.yaml");
    #[cfg(unix)]
    std::os::unix::fs::symlink(old, folder.path().join("hookgate.yaml")).unwrap();
    #[cfg(not(unix))]
    std::fs::copy(old, folder.path().join("hookgate.yaml")).unwrap();
    let repository = Repository::at(folder.path(), folder.path(), None);
    (folder, repository)
}

#[cfg(unix)]
#[test]
fn a_stamp_that_proves_something_spares_the_reading() {
    let (folder, repository) = with_old_policy();
    let layers = repository_layers(folder.path());
    drop(Held::find(&repository, &layers, Vec::new));
    let held = Held::find(&repository, &layers, Vec::new);
    let Form::Compiled(compiled) = &held.form else {
        panic!("it was compiled")
    };
    let (cache, mut known) = (&compiled.opened.about, compiled.head.clone());
    let policy = folder.path().join("hookgate.yaml").metadata().unwrap();
    let same_device = crate::digests::device(cache) == crate::digests::device(&policy);
    assert_eq!(known.files[0].stamp.is_some(), same_device);
    assert_eq!(fit::of(&known, cache), Some(Fit::Fits));
    let (digest, stamp) = (known.files[0].digest, known.files[0].stamp);
    // With the stamp nobody looks at the content.
    known.files[0].digest = [0; 32];
    assert_eq!(fit::of(&known, cache), same_device.then_some(Fit::Fits));
    // Without it the content decides, and the stamp can be had.
    known.files[0].stamp = None;
    assert_eq!(fit::of(&known, cache), None);
    known.files[0].digest = digest;
    let wanted = if same_device {
        Fit::Renewable
    } else {
        Fit::Fits
    };
    assert_eq!(fit::of(&known, cache), Some(wanted));
    let moment = held.state().moment().unwrap();
    let renewed = fit::renewed(&known, moment).unwrap();
    assert_eq!(renewed.files[0].stamp, stamp);
}

#[test]
fn rules_for_paths_are_found_alone_and_in_order() {
    let (folder, repository) = with_old_policy();
    let layers = repository_layers(folder.path());
    drop(Held::find(&repository, &layers, Vec::new));
    let held = Held::find(&repository, &layers, Vec::new);
    assert!(held.is_compiled());
    let is_for_paths = |rule: &Rule| matches!(rule.kind, RuleKind::ProtectPaths(_));
    let whole = held.whole().into_owned().set.rules;
    let expected: Vec<&Rule> = whole.iter().filter(|rule| is_for_paths(rule)).collect();
    assert!(!expected.is_empty() && expected.len() < whole.len());
    let found = held.for_paths().into_owned().set.rules;
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

#[cfg(unix)]
#[test]
fn stamps_that_prove_something_later_are_written_down() {
    let (folder, repository) = with_old_policy();
    let layers = repository_layers(folder.path());
    let held = Held::find(&repository, &layers, Vec::new);
    let bytes = {
        // As if the policy had just been written when it was compiled.
        let Form::Read(loaded) = &held.form else {
            panic!("it was read")
        };
        let mut loaded = loaded.clone();
        for file in &mut loaded.origins.files {
            file.stamp = None;
        }
        held.bytes(&loaded, held.state().moment()).unwrap()
    };
    held.state().write_sealed(&held.name(), &bytes).unwrap();
    let path = held.state().folder().join(held.name());
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let policy = folder.path().join("hookgate.yaml").metadata().unwrap();
    let about = folder.path().metadata().unwrap();
    if crate::digests::device(&about) != crate::digests::device(&policy) {
        return;
    }
    let again = Held::find(&repository, &layers, Vec::new);
    assert!(again.is_compiled());
    let renewed = std::fs::read(&path).unwrap();
    assert_ne!(renewed, bytes);
    let rules = |held: &Held<'_>| format!("{:?}", held.whole().set.rules.len());
    assert_eq!(rules(&again), rules(&held));
    // Then it stays as it is.
    let last = Held::find(&repository, &layers, Vec::new);
    assert!(last.is_compiled());
    assert_eq!(rules(&last), rules(&held));
    assert_eq!(std::fs::read(&path).unwrap(), renewed);
}
