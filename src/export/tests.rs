//! Globs and commands in each form, one by one.

use super::commands::{Trial, Written};
use super::globs;
use crate::adapter::{Commands, Paths, Spelling, Style};
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::policy::{Layer, PolicySet, RuleKind, load};
use crate::repo::Repository;

const GLOB: Paths = Paths {
    at: "/deny",
    entries: &["Edit({path})"],
    style: Style::Glob,
    covers_folders: true,
    anchored: &["/"],
    anywhere: &["/**/"],
    home: &["~/"],
    system: &["//"],
    loss: &[],
};
const STAR: Paths = Paths {
    style: Style::Star,
    covers_folders: false,
    anchored: &[""],
    anywhere: &["", "*/"],
    home: &[],
    system: &[],
    ..GLOB
};
const REGEX: Paths = Paths {
    style: Style::Regex,
    anchored: &["^"],
    anywhere: &["(|[^\"]*/)"],
    home: &[],
    system: &[],
    ..GLOB
};

fn written(texts: &[&str], base: &str, paths: &Paths) -> (Vec<String>, Vec<String>) {
    let globs: PathPatterns = texts
        .iter()
        .map(|text| PathPattern::parse(text).unwrap())
        .collect();
    let (texts, lost) = globs::written(&globs, base, paths);
    let lost = lost.into_iter().map(|(glob, why)| format!("{glob}: {why}"));
    (texts, lost.collect())
}

#[track_caller]
fn assert_written(text: &str, base: &str, paths: &Paths, expected: &[&str]) {
    assert_eq!(
        written(&[text], base, paths).0,
        expected,
        "{text} in {base:?}"
    );
}

#[test]
fn a_glob_keeps_its_meaning() {
    for (text, expected) in [
        ("generated/**", &["/generated/**"][..]),
        ("/generated", &["/generated"]),
        ("a/b/", &["/a/b"]),
        ("*.pem", &["/**/*.pem"]),
        (".ssh/", &["/**/.ssh"]),
        ("**/gen/**", &["/**/gen/**"]),
        ("**", &["/**"]),
        ("{a,b}/*.rs", &["/a/*.rs", "/b/*.rs"]),
        ("~/.npmrc", &["~/.npmrc"]),
        ("/etc/passwd", &["/etc/passwd", "//etc/passwd"]),
        ("a[bc]", &[]),
        ("a?c", &[]),
        ("a)b", &[]),
    ] {
        assert_written(text, "", &GLOB, expected);
    }
    assert_written("*.pem", "sub", &GLOB, &["/sub/**/*.pem"]);
    assert_written("gen/**", "sub", &GLOB, &["/sub/gen/**"]);
    assert_written("**", "sub", &GLOB, &["/sub/**"]);
    assert_written("~/.npmrc", "sub", &GLOB, &["~/.npmrc"]);
}

#[test]
fn a_star_that_crosses_folders_says_no_more() {
    for (text, expected) in [
        ("generated/**", &["generated/*"][..]),
        ("*.pem", &["*.pem", "*.pem/*", "*/*.pem", "*/*.pem/*"]),
        (".env.*", &[".env.*", ".env.*/*", "*/.env.*", "*/.env.*/*"]),
        ("src/x*", &["src/x*", "src/x*/*"]),
        // `docs/*.html` would be `docs/a/b.html` as well, and `a*b` all from an `a` to a `b`.
        ("docs/*.html", &[]),
        ("a*b", &[]),
        ("a/**/b", &[]),
        ("~/.npmrc", &[]),
    ] {
        assert_written(text, "", &STAR, expected);
    }
}

#[test]
fn a_regular_expression_stays_within_names() {
    for (text, expected) in [
        ("generated/**", r"^generated/"),
        ("*.pb.go", r#"(|[^"]*/)[^/"]*\.pb\.go["/]"#),
        ("/a/**/b.c", r#"^a/(|[^"]*/)b\.c["/]"#),
    ] {
        assert_written(text, "", &REGEX, &[expected]);
    }
}

#[test]
fn what_has_an_exception_is_not_said() {
    let (said, lost) = written(&[".env", ".env.*", "*.pem", "!.env.example"], "", &GLOB);
    assert_eq!(said, ["/**/.env", "/**/*.pem"]);
    assert_eq!(
        lost,
        [".env.*: there are no exceptions, and `!.env.example` would be denied too"]
    );
    for (globs, said) in [
        (["generated/**", "!generated/README.md"], false),
        (["generated", "!*.md"], false),
        (["*.lock", "!*.md"], true),
        (["id_rsa*", "!id_*.pub"], false),
        (["src/*.rs", "!/docs/a.md"], true),
        ([".ssh/", "!*.pub"], false),
        (["*", "!a.txt"], false),
    ] {
        assert_eq!(written(&globs, "", &GLOB).1.is_empty(), said, "{globs:?}");
    }
    // What comes before is no exception to what comes after it.
    let (said, lost) = written(&["!a.txt", "*.txt"], "", &GLOB);
    assert_eq!((said.len(), lost.len()), (1, 0));
}

const COMMANDS: Commands = Commands {
    at: "/deny",
    prefix: &["prefix"],
    exact: &["exact"],
    spelling: Spelling::Plain,
    loss: &[],
};

fn commands(rule: &str, language: &Commands) -> Vec<String> {
    let text = format!("version: 1\nrules:\n  - id: it\n    deny-command: {rule}\n");
    let loaded = load::read_text("hookgate.yaml", &text, Layer::Repository, "", &[]);
    assert!(loaded.is_usable(), "{text}");
    let set: PolicySet = loaded.set;
    let root = std::path::Path::new("/r");
    let repository = Repository::at(root, root, None);
    let rule = set.rules.first().unwrap();
    let RuleKind::DenyCommand(deny) = &rule.kind else {
        panic!("{rule:?}");
    };
    let trial = Trial {
        set: &set,
        repository: &repository,
        rule,
        deny,
    };
    let all = deny.patterns.iter().flat_map(|pattern| {
        let Written { entries, lost, .. } = trial.written(pattern, language);
        let entries = entries
            .into_iter()
            .map(|(form, text)| format!("{form} {text}"));
        entries
            .chain(lost.into_iter().map(|why| format!("lost: {why}")))
            .collect::<Vec<_>>()
    });
    all.collect()
}

#[test]
fn a_command_is_said_in_every_spelling_of_its_options() {
    assert_eq!(
        commands("{patterns: [git push --force]}", &COMMANDS),
        ["prefix git push --force", "prefix git push -f"]
    );
    assert_eq!(
        commands("{patterns: ['{a,b} c']}", &COMMANDS),
        ["prefix a c", "prefix b c"]
    );
}

#[test]
fn a_command_with_an_exception_is_said_alone() {
    let why = "there are no exceptions, and `git push --dry-run` would be denied too";
    let rule = "{patterns: [git push --mirror], except: [git push --dry-run]}";
    assert_eq!(
        commands(rule, &COMMANDS),
        [
            "exact git push --mirror".to_owned(),
            format!("lost: said without anything behind it: {why}")
        ]
    );
    let prefix_only = Commands {
        exact: &[],
        ..COMMANDS
    };
    assert_eq!(commands(rule, &prefix_only), [format!("lost: {why}")]);
    // An exception for another program takes nothing away.
    assert_eq!(
        commands(
            "{patterns: [terraform apply], except: [git push --dry-run]}",
            &COMMANDS
        ),
        ["prefix terraform apply"]
    );
}

#[test]
fn what_is_more_than_words_is_not_said() {
    let lost = "lost: wildcards, variables, `<words>` and quotes cannot be said";
    for pattern in [
        "'deploy *'",
        "rm -r <root>",
        "HUSKY=0 git commit",
        "\"echo 'a b'\"",
    ] {
        assert_eq!(
            commands(&format!("{{patterns: [{pattern}]}}"), &COMMANDS),
            [lost],
            "{pattern}"
        );
    }
}

#[test]
fn words_are_written_as_the_language_reads_them() {
    let said = |spelling| {
        let language = Commands {
            spelling,
            ..COMMANDS
        };
        commands("{patterns: [./run.sh a+b]}", &language)
    };
    assert_eq!(said(Spelling::Plain), ["prefix ./run.sh a+b"]);
    assert_eq!(said(Spelling::Words), [r#"prefix ["./run.sh", "a+b"]"#]);
    assert_eq!(said(Spelling::Regex), [r"prefix \.\/run\.sh a\+b"]);
}
