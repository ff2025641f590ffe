use proptest::prelude::*;

use super::*;

fn patterns(globs: &[&str]) -> PathPatterns {
    globs
        .iter()
        .map(|glob| PathPattern::parse(glob).unwrap())
        .collect()
}

/// Compares a list of globs with paths they must cover and paths they must not.
#[track_caller]
fn check(globs: &[&str], covered: &[&str], free: &[&str]) {
    let patterns = patterns(globs);
    for path in covered {
        assert!(
            patterns.matches(path, Case::Sensitive).is_some(),
            "{globs:?} must cover {path}"
        );
    }
    for path in free {
        assert!(
            patterns.matches(path, Case::Sensitive).is_none(),
            "{globs:?} must not cover {path}"
        );
    }
}

#[test]
fn a_name_matches_at_any_depth() {
    check(
        &[".env"],
        &[".env", "a/.env", "a/b/.env", ".env/x"],
        &["env", ".env2", "a.env"],
    );
    check(
        &["*.pem"],
        &["x.pem", "a/b/x.pem", ".pem"],
        &["x.pem2", "pem"],
    );
}

#[test]
fn a_slash_anchors_at_the_base() {
    check(
        &["src/gen"],
        &["src/gen", "src/gen/a", "./src//gen/a"],
        &["a/src/gen", "src/gen2", "src"],
    );
    check(&["/gen"], &["gen", "gen/a"], &["a/gen"]);
    check(
        &["gen/*.rs"],
        &["gen/a.rs", "gen/a.rs/b"],
        &["gen/a/b.rs", "x/gen/a.rs"],
    );
}

#[test]
fn a_trailing_slash_means_the_folder_and_its_own_name() {
    check(
        &[".ssh/"],
        &[".ssh", ".ssh/config", "home/.ssh/config"],
        &["ssh", ".ssh2/config"],
    );
    check(&["a/b/"], &["a/b", "a/b/c"], &["x/a/b"]);
}

#[test]
fn two_stars_cross_folders() {
    check(
        &["generated/**"],
        &["generated/a", "generated/a/b"],
        &["generated", "x/generated/a"],
    );
    check(&["**/keys"], &["keys", "a/keys", "a/b/keys/c"], &["mykeys"]);
    check(
        &["a/**/b"],
        &["a/b", "a/x/b", "a/x/y/b", "a/x/b/c"],
        &["a/xb", "b"],
    );
    check(
        &["a/**/b/**/c"],
        &["a/b/c", "a/b/b/x/c", "a/c/b/c"],
        &["a/c/b", "a/b"],
    );
    check(&["**"], &["a", "a/b"], &[]);
    check(&["a**b"], &["ab", "axxb"], &["a/b", "ax/b"]);
}

#[test]
fn the_last_match_decides() {
    check(
        &["gen/**", "!gen/README.md"],
        &["gen/a", "gen/b/README.md"],
        &["gen/README.md"],
    );
    check(
        &["gen", "!gen/keep"],
        &["gen", "gen/a"],
        &["gen/keep", "gen/keep/a"],
    );
    check(
        &["gen", "!gen/keep", "gen/keep/not"],
        &["gen/keep/not/a"],
        &["gen/keep/a"],
    );
    check(&["!gen"], &[], &["gen"]);
}

#[test]
fn braces_are_alternatives() {
    check(
        &["*.{pem,key}"],
        &["a.pem", "b/c.key"],
        &["a.crt", "a.{pem,key}"],
    );
    check(
        &["{src,test}/{a,b{1,2}}"],
        &["src/a", "test/b2"],
        &["src/b", "lib/a"],
    );
    check(&["{id}", "\\{a,b}"], &["{id}", "{a,b}"], &["id", "a"]);
    check(&["[{,}]x"], &["{x", ",x"], &["x"]);
    assert!(PathPattern::parse("{a,b").is_err());
    assert!(PathPattern::parse("{,a}").is_err());
    assert!(PathPattern::parse(&"{a,b}".repeat(12)).is_err());
}

#[test]
fn names_may_be_anything() {
    check(
        &["my notes.txt"],
        &["my notes.txt", "a/my notes.txt"],
        &["my"],
    );
    check(
        &["\\!important", "\\#x", "#y"],
        &["!important", "#x", "#y"],
        &["important"],
    );
    check(&["a\\*b"], &["a*b"], &["axb"]);
    check(
        &["[[]x]", "[]]y", "[!a-c]z", "[^a]w"],
        &["[x]", "]y", "dz", "bw"],
        &["az", "aw", "x"],
    );
    check(&["f[[:digit:]_]"], &["f1", "f_"], &["fa", "f"]);
    check(&["größe/*"], &["größe/ü"], &["grösse/ü"]);
    check(&["?"], &["ü", "a/ü"], &["üü"]);
}

#[test]
fn case_is_chosen_when_matching() {
    let patterns = patterns(&["Secrets/*.PEM", "größe", "[A-C]x"]);
    for path in ["secrets/a.pem", "SECRETS/A.PEM", "GRÖSSE", "bX"] {
        assert!(
            patterns.matches(path, Case::Insensitive).is_some(),
            "{path}"
        );
        assert!(patterns.matches(path, Case::Sensitive).is_none(), "{path}");
    }
}

#[test]
fn errors_point_at_their_byte() {
    let at = |glob: &str| PathPattern::parse(glob).unwrap_err().at;
    assert_eq!(at("src/[a"), 4);
    assert_eq!(at("!src/x\\"), 6);
    assert_eq!(at("a/b/[z-a]"), 5);
    assert_eq!(at("a/{b"), 2);
    assert_eq!(at("[[:digits:]]"), 1);
    assert_eq!(at("!"), 1);
    assert_eq!(at("//"), 0);
    assert_eq!(at(""), 0);
}

#[test]
fn folders_above_a_glob_are_told_from_others() {
    #[track_caller]
    fn check(globs: &[&str], above: &[&str], others: &[&str]) {
        let patterns = patterns(globs);
        for folder in above {
            assert!(
                patterns.below(folder, Case::Sensitive).is_some(),
                "{globs:?} below {folder}"
            );
        }
        for folder in others {
            assert!(
                patterns.below(folder, Case::Sensitive).is_none(),
                "{globs:?} not below {folder}"
            );
        }
    }
    check(
        &["generated/**"],
        &["", "generated", "generated/a"],
        &["src", "gen"],
    );
    check(&["a/b/*.rs"], &["", "a", "a/b"], &["a/c", "a/b/c/d", "b"]);
    check(&["a/**/x"], &["", "a", "a/b", "a/b/c"], &["b"]);
    check(&["/top"], &["", "top", "top/x"], &["a"]);
    check(&["*.pem", "**/keys", "*/x", ".ssh/"], &[], &["", "a"]);
    check(
        &["gen/**", "!gen/cache"],
        &["", "gen", "gen/x"],
        &["gen/cache", "gen/cache/x"],
    );
    check(&["gen/**", "!gen/cache/*.txt"], &["gen/cache"], &[]);
}

#[test]
fn braces_may_choose_between_folders_of_the_system() {
    let is_of_system = |glob: &str| PathPattern::parse(glob).unwrap().is_of_system();
    assert!(is_of_system("/{root,home/*}/.ssh/"));
    // Read from the root of the repository, as it always is where one choice may be in it.
    assert!(!is_of_system("/{etc,src}/x"));
    let patterns = PathPatterns::from_iter([PathPattern::parse("/{root,home/*}/.ssh/").unwrap()]);
    let is_matched = |path| {
        patterns
            .matches_absolute(path, None, Case::Sensitive)
            .is_some()
    };
    assert!(is_matched("/home/someone/.ssh/key"));
    assert!(!is_matched("/srv/.ssh/key"));
}

#[test]
fn absolute_globs_may_name_the_home_folder() {
    let patterns = patterns(&["/tmp/**", "~/.cache/**", "!/tmp/keep", "C:/temp/**"]);
    let matches = |path: &str, home| {
        patterns
            .matches_absolute(path, home, Case::Sensitive)
            .is_some()
    };
    assert!(matches("/tmp/a/b", None));
    assert!(!matches("/tmp", None));
    assert!(!matches("/tmp/keep/a", None));
    assert!(!matches("/var/tmp/a", None));
    assert!(matches("/home/me/.cache/x", Some("/home/me")));
    assert!(matches("/home/me/.cache/x", Some("/home/me/")));
    assert!(!matches("/home/me/.cache/x", None));
    assert!(!matches("/home/other/.cache/x", Some("/home/me")));
    assert!(!matches("/~/.cache/x", Some("/home/me")));
    assert!(matches("C:/temp/x", None));
}

/// A slow matcher that tries everything, to compare with.
fn tries_everything(parts: &[Part], path: &[&str]) -> bool {
    match parts {
        [] => true,
        [Part::AnyFolders] => !path.is_empty(),
        [Part::AnyFolders, rest @ ..] => {
            (0..=path.len()).any(|skip| tries_everything(rest, &path[skip..]))
        }
        [Part::Name(name), rest @ ..] => {
            !path.is_empty()
                && name.matches(path[0], Case::Sensitive)
                && tries_everything(rest, &path[1..])
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(glob in any::<String>(), path in any::<String>()) {
        if let Ok(pattern) = PathPattern::parse(&glob) {
            let patterns = PathPatterns::from_iter([pattern]);
            for case in [Case::Sensitive, Case::Insensitive] {
                let _ = patterns.matches(&path, case);
                let _ = patterns.below(&path, case);
                let _ = patterns.matches_absolute(&path, Some("/home/me"), case);
            }
        }
    }

    #[test]
    fn taking_the_first_place_that_fits_is_enough(glob in "([abc*?]{1,2}|\\*\\*)(/([abc*]{1,2}|\\*\\*)){0,4}", path in "[abc]{1,2}(/[abc]{1,2}){0,5}") {
        let parts = parts(&glob).unwrap();
        let names: Vec<&str> = path.split('/').collect();
        prop_assert_eq!(covers(&parts, &path, Case::Sensitive), tries_everything(&parts, &names));
    }

    #[test]
    fn what_is_covered_lies_below_the_folders_of_a_literal_glob(glob in "[ab](/([ab*]|\\*\\*)){1,3}", path in "[ab](/[ab]){0,4}") {
        let patterns = PathPatterns::from_iter([PathPattern::parse(&glob).unwrap()]);
        if patterns.matches(&path, Case::Sensitive).is_some() {
            let mut folder = path.as_str();
            while let Some((above, _)) = folder.rsplit_once('/') {
                prop_assert!(patterns.below(above, Case::Sensitive).is_some(), "{} above {}", above, path);
                folder = above;
            }
            prop_assert!(patterns.below("", Case::Sensitive).is_some());
        }
    }

    #[test]
    fn more_globs_cover_more(globs in proptest::collection::vec("[ab*](/[ab*]){0,2}", 1..4), more in "[ab*](/[ab*]){0,2}", path in "[ab](/[ab]){0,3}") {
        let mut patterns: PathPatterns = globs.iter().map(|glob| PathPattern::parse(glob).unwrap()).collect();
        let before = patterns.matches(&path, Case::Sensitive).is_some();
        patterns.push(PathPattern::parse(&more).unwrap());
        prop_assert!(!before || patterns.matches(&path, Case::Sensitive).is_some());
    }
}
