//! Routes that write files which the command line does not name: patches, archives, what git brings, SQL in files.

use crate::support::Repo;

const POLICY: &str = r#"
version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: ask, script: allow}
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
  - id: keys
    protect-paths: {paths: ["**/keys.pem"]}
  - id: drop-table
    deny-command: {matches: '(?i)\bdrop\s+table\b', in: sql}
"#;

const FILES: [(&str, &str); 11] = [
    ("generated/api.py", "x\n"),
    ("src/app.py", "x\n"),
    ("new/generated/api.py", "y\n"),
    ("new/src/app.py", "y\n"),
    (
        "bad.diff",
        "diff --git a/generated/api.py b/generated/api.py\n--- a/generated/api.py\n+++ b/generated/api.py\n@@ -1 +1 @@\n-x\n+y\n",
    ),
    (
        "good.diff",
        "--- a/src/app.py\n+++ b/src/app.py\n@@ -1,2 +1,2 @@\n--- a/generated/api.py\n+++ b/generated/api.py\n x\n",
    ),
    ("flat.diff", "--- api.py\n+++ api.py\n@@ -1 +1 @@\n-x\n+y\n"),
    ("no.diff", "nothing\n"),
    ("drop.sql", "-- a step\nDROP TABLE users;\n"),
    ("outer.sql", "SELECT 1;\n\\i drop.sql\n"),
    ("good.sql", "SELECT 'x';\n"),
];

/// A command, and what stops it: a rule, nothing, or `on-unknown` where unknown paths are denied.
const CASES: [(&str, &str); 97] = [
    ("git apply bad.diff", "generated"),
    ("git apply -R bad.diff", "generated"),
    ("git apply -p1 < bad.diff", "generated"),
    ("cat bad.diff | git apply", "generated"),
    ("cat bad.diff | git apply -", "generated"),
    (
        "git apply <<'E'\n--- a/generated/api.py\n+++ b/generated/api.py\n@@ -1 +1 @@\n-x\n+y\nE",
        "generated",
    ),
    ("cd src && git apply ../bad.diff", "generated"),
    ("git apply --directory=new bad.diff", ""),
    ("git apply --directory=generated -p2 good.diff", "generated"),
    ("git apply --check bad.diff", ""),
    ("git apply --stat bad.diff", ""),
    ("git apply --cached bad.diff", ""),
    ("git apply good.diff", ""),
    ("git apply good.diff bad.diff", "generated"),
    ("git apply no.diff", "?"),
    ("git apply missing.diff", "?"),
    ("git diff | git apply -R", "?"),
    ("git am bad.diff", "generated"),
    ("git am --abort", "?"),
    ("patch -p1 < bad.diff", "generated"),
    ("patch -p1 -i bad.diff", "generated"),
    ("patch -p1 --input=bad.diff", "generated"),
    ("patch -p1 < good.diff", ""),
    ("patch -d generated < flat.diff", "generated"),
    ("cd generated && patch < ../flat.diff", "generated"),
    ("patch < flat.diff", ""),
    ("patch src/app.py bad.diff", ""),
    ("patch generated/api.py good.diff", "generated"),
    ("curl -s https://x/y | patch -p1", "?"),
    ("cp bad.diff a.diff; git apply a.diff", "generated"),
    (
        "apply_patch <<'E'\n*** Begin Patch\n*** Update File: generated/api.py\n@@\n-x\n+y\n*** End Patch\nE",
        "generated",
    ),
    (
        "cd generated && apply_patch '*** Begin Patch\n*** Delete File: api.py\n*** End Patch'",
        "generated",
    ),
    (
        "apply_patch <<'E'\n*** Begin Patch\n*** Add File: src/b.py\n+*** Update File: generated/api.py\n*** End Patch\nE",
        "",
    ),
    ("apply_patch \"$X\"", "?"),
    ("tar xf a.tar", "?"),
    ("tar xzf a.tgz -C src", "?"),
    ("tar xf a.tar -C generated", "generated"),
    ("tar xf a.tar src/app.py", ""),
    ("tar xf a.tar generated/api.py", "generated"),
    ("bsdtar -xf a.zip generated/api.py", "generated"),
    ("tar tf a.tar", ""),
    ("tar cf a.tar generated", ""),
    ("unzip a.zip", "?"),
    ("unzip a.zip -d generated", "generated"),
    ("unzip a.zip generated/api.py", "generated"),
    ("unzip a.zip src/app.py", ""),
    ("unzip -l a.zip generated/api.py", ""),
    ("unzip -p a.zip generated/api.py", ""),
    ("7z x a.7z", "?"),
    ("7z x a.7z -ogenerated", "generated"),
    ("7z x a.7z generated/api.py", "generated"),
    ("cpio -id < a.cpio", "?"),
    ("cd generated && cpio -id < ../a.cpio", "generated"),
    ("ar x a.a", "?"),
    ("ar t a.a", ""),
    ("cd generated && ar x ../a.a api.py", "generated"),
    ("git checkout main", "?"),
    ("git checkout -b x", ""),
    ("git checkout src/app.py", ""),
    ("git checkout -- src/app.py", ""),
    ("git checkout HEAD~1 -- generated/api.py", "generated"),
    ("git checkout generated", "generated"),
    ("git switch main", "?"),
    ("git switch -c x", ""),
    ("git stash pop", "?"),
    ("git stash apply", "?"),
    ("git stash list", ""),
    ("git merge main", "?"),
    ("git rebase main", "?"),
    ("git pull --rebase", "?"),
    ("git fetch", ""),
    ("git cherry-pick abc", "?"),
    ("git revert HEAD", "?"),
    ("git restore src/app.py", ""),
    ("git restore generated/api.py", "generated"),
    ("git reset --hard", "generated"),
    ("git reset HEAD~1", ""),
    ("git log --oneline", ""),
    ("git submodule update --init", "?"),
    ("cp -r new/generated .", "generated"),
    ("cp -r new/. .", "generated"),
    ("cp -r new/* .", "generated"),
    ("cp -r new/src .", ""),
    ("rsync -a new/ .", "generated"),
    ("rsync -a new/ ./", "generated"),
    ("rsync -a new .", ""),
    ("rsync -a new/src .", ""),
    ("mv new/generated .", "generated"),
    ("mv src generated", "generated"),
    ("mv new/src/app.py src/", ""),
    ("psql -f drop.sql", "drop-table"),
    ("psql shop < drop.sql", "drop-table"),
    ("cat drop.sql | mysql shop", "drop-table"),
    ("sqlite3 a.db < drop.sql", "drop-table"),
    ("sqlite3 a.db '.read drop.sql'", "drop-table"),
    ("psql -f outer.sql", "drop-table"),
    ("psql -f good.sql && psql < good.sql", ""),
];

#[cfg(unix)]
#[test]
fn files_that_are_named_elsewhere_are_found() {
    let loose = Repo::with_files(&FILES, POLICY);
    let strict = Repo::with_files(&FILES, &POLICY.replace("path: allow", "path: deny"));
    let mut wrong = Vec::new();
    for (command, by) in CASES {
        let found = loose.stopped_by(command);
        let is_right = match by {
            "" | "?" => found.is_empty(),
            rule => found.iter().any(|id| id == rule),
        };
        if !is_right {
            wrong.push(format!("{by:?}: {command:?} is stopped by {found:?}"));
        }
        let found = strict.stopped_by(command);
        let is_unknown = found.iter().any(|id| id == "on-unknown");
        if matches!(by, "" | "?") && is_unknown != (by == "?") {
            wrong.push(format!(
                "{by:?}: {command:?} is stopped by {found:?} where paths must be known"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
