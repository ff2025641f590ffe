//! What a line runs from the disk: scripts are walked, other code is said not to be looked into.

use crate::support::Repo;

const POLICY: &str = r"
version: 1
on-unknown: {opaque-code: ask, path: allow, unparsable: ask, script: allow}
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
    instead: edit schema.json and run `./tools/gen.sh`, or `python3 tools/gen.py`
  - id: secrets
    protect-paths: {paths: [.env], deny: [read, write, delete]}
  - id: force-push
    deny-command: {patterns: [git push --force]}
  - id: drop-table
    deny-command: {matches: '(?i)\bdrop\s+table\b', in: sql}
";

const FILES: [(&str, &str); 24] = [
    ("generated/api.py", "x = 1\n"),
    ("other.txt", "x\n"),
    (
        "wipe.sh",
        "#!/bin/bash\nset -euo pipefail\nrm -rf generated\n",
    ),
    ("plain", "rm -rf generated\n"),
    ("first.sh", "rm -f \"$1\"\n"),
    ("all.sh", "for f in \"$@\"; do cp x \"$f\"; done\n"),
    (
        "sub/here.sh",
        "cd \"$(dirname \"$0\")/..\"\nrm -rf generated\n",
    ),
    (
        "sub/root.sh",
        "ROOT=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\" >/dev/null 2>&1 && pwd)\"\nrm -rf \"$ROOT/generated\"\n",
    ),
    ("sub/relative.sh", "rm -rf generated\n"),
    ("outer.sh", "source ./lib.sh\nclean\n"),
    ("lib.sh", "DIR=generated\nclean() { rm -rf generated; }\n"),
    ("self.sh", "./self.sh; ./self.sh; sh self.sh\n"),
    (
        "push.sh",
        "#!/usr/bin/env bash\ngit push --force origin main\n",
    ),
    (
        "harmless.sh",
        "#!/bin/sh\n# rm -rf generated\necho 'rm -rf generated'\n\"$EDITOR\" other.txt\n$X\n",
    ),
    ("broken.sh", "if then (\n"),
    (
        "tools/gen.sh",
        "#!/bin/sh\ncat schema.json > generated/api.py\n",
    ),
    (
        "tools/gen.py",
        "#!/usr/bin/env python3\nopen('generated/api.py', 'w').write('x')\n",
    ),
    (
        "tools/report.py",
        "import sys\nPATH = 'generated/api.py'\ndef clean():\n    os.remove('generated/api.py')\nprint('rm generated/api.py', PATH)\nlog.remove('generated/api.py')\n",
    ),
    (
        "tools/sh.py",
        "import subprocess\nsubprocess.run(['git', 'push', '--force'])\n",
    ),
    (
        "tools/write.js",
        "const fs = require('fs');\nfs.writeFileSync('generated/api.py', 'x');\n",
    ),
    ("edit.sed", "s/a/b/\nw generated/api.py\n"),
    ("drop.sql", "DROP TABLE users;\n"),
    (
        "package.json",
        r#"{"scripts": {"clean": "rm -rf generated", "build": "tsc -p .", "pretest": "rm -f generated/api.py", "test": "jest", "own": "npm run clean", "say": "echo"}}"#,
    ),
    ("web/readme.md", "x\n"),
];

const CASES: [(&str, &str); 67] = [
    ("sh wipe.sh", "generated"),
    ("bash -x ./wipe.sh a b", "generated"),
    ("./wipe.sh", "generated"),
    (". ./wipe.sh", "generated"),
    ("source wipe.sh", "generated"),
    ("sh plain", "generated"),
    ("./plain", "generated"),
    ("sudo -n timeout 5 ./wipe.sh", "generated"),
    ("bash -c './wipe.sh'", "generated"),
    ("cd sub && ../wipe.sh", ""),
    ("cd sub && ../sub/here.sh", "generated"),
    ("sub/here.sh", "generated"),
    ("bash sub/here.sh", "generated"),
    ("sub/root.sh", "generated"),
    ("cd sub; bash root.sh", "generated"),
    ("sub/relative.sh", "generated"),
    ("cd sub && ./relative.sh", ""),
    ("ls | xargs -n1 ./wipe.sh", "generated"),
    ("find . -name x -exec ./wipe.sh {} \\;", "generated"),
    ("./first.sh generated/api.py", "generated"),
    ("sh first.sh other.txt", ""),
    ("sh all.sh other.txt generated/api.py", "generated"),
    ("sh all.sh a b", ""),
    ("sh outer.sh", "generated"),
    ("source lib.sh", ""),
    ("source lib.sh; rm -r $DIR", "generated"),
    ("source lib.sh && clean", "generated"),
    ("DIR=x; source lib.sh; touch $DIR/a", "generated"),
    ("./self.sh", ""),
    ("./self.sh; rm -r generated", "generated"),
    ("./push.sh", "force-push"),
    ("nohup ./push.sh > other.txt &", "force-push"),
    ("./harmless.sh", ""),
    ("sh harmless.sh && echo done", ""),
    ("sh broken.sh", ""),
    ("bash -n wipe.sh", ""),
    ("cat wipe.sh", ""),
    ("chmod +x wipe.sh", ""),
    ("chmod +x wipe.sh && ./wipe.sh", "generated"),
    ("grep rm wipe.sh", ""),
    ("sh missing.sh", ""),
    ("./missing", ""),
    ("ssh host ./wipe.sh", ""),
    ("printf 'rm -r generated' > new.sh; sh new.sh", "generated"),
    (
        "tee new.sh <<'E' > /dev/null\nrm -r generated\nE\nsh new.sh",
        "generated",
    ),
    (
        "echo 'rm -r generated' | tee new.sh; chmod +x new.sh; ./new.sh",
        "generated",
    ),
    ("cp wipe.sh other.sh && sh other.sh", "generated"),
    ("mv wipe.sh other.sh; ./other.sh", "generated"),
    ("ln -s wipe.sh other.sh; ./other.sh", "generated"),
    ("echo 'echo x' > wipe.sh; sh wipe.sh", ""),
    ("./tools/gen.sh", ""),
    ("./tools/gen.sh 2>&1 | tail -3", ""),
    ("sh tools/gen.sh", "generated"),
    ("cd tools && ../tools/gen.sh", ""),
    ("python3 tools/gen.py", ""),
    ("python3 -u tools/gen.py", "generated"),
    ("./tools/gen.py", "generated"),
    ("python3 tools/report.py", ""),
    ("python3 tools/sh.py", "force-push"),
    ("node tools/write.js", "generated"),
    ("sed -f edit.sed other.txt", "generated"),
    ("npm run clean", "generated"),
    ("npm run build", ""),
    ("npm test", "generated"),
    ("cd web && yarn clean", "generated"),
    ("pnpm own", "generated"),
    ("npm run say -- rm -rf generated", ""),
];

#[cfg(unix)]
#[test]
fn a_script_is_judged_by_what_it_does() {
    let repo = Repo::with_files(&FILES, POLICY);
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|(command, by)| {
            let found = repo.stopped_by(command);
            let is_right = if by.is_empty() {
                found.is_empty()
            } else {
                found.iter().any(|id| id == by)
            };
            (!is_right).then(|| format!("{by:?}: {command:?} is stopped by {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(unix)]
#[test]
fn other_code_of_the_repository_is_an_unknown_of_its_own() {
    let repo = Repo::with_files(&FILES, &POLICY.replace("script: allow", "script: deny"));
    repo.write("tool", "\u{7f}ELF\0");
    for (command, is_stopped) in [
        ("make test", true),
        ("make -n test", false),
        ("python3 tools/report.py", true),
        ("node tools/write.js", true),
        ("./tool x", true),
        ("./missing", true),
        ("sh broken.sh", true),
        ("sh harmless.sh", true),
        ("npm run missing", false),
        ("npm run build", false),
        ("cargo test", false),
        ("/usr/bin/env true", false),
        ("sh first.sh other.txt", false),
        ("python3 -m unittest", false),
    ] {
        let found = repo.stopped_by(command);
        assert_eq!(
            found.iter().any(|id| id == "on-unknown"),
            is_stopped,
            "{command}: {found:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn what_a_script_does_is_said_with_its_name() {
    let repo = Repo::with_files(&FILES, POLICY);
    assert_eq!(
        repo.shell("./wipe.sh").denied(),
        "generated: rm (in wipe.sh) deletes `generated`. Instead: edit schema.json and run `./tools/gen.sh`, or `python3 tools/gen.py`."
    );
    assert_eq!(
        repo.shell("./push.sh").denied(),
        "force-push: runs `git push --force origin main` (through push.sh), which is `git push --force`."
    );
}

#[cfg(unix)]
#[test]
fn pipes_and_great_files_are_not_read() {
    let repo = Repo::with_files(&FILES, POLICY);
    let fifo = repo.root().join("fifo");
    let made = std::process::Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .unwrap();
    assert!(made.success());
    repo.write(
        "great.sh",
        &("echo x\n".repeat(60_000) + "rm -r generated\n"),
    );
    for command in [
        "sh fifo",
        "./fifo",
        ". ./fifo",
        "sh great.sh",
        "sh /dev/zero",
        "sh /dev/tty",
    ] {
        assert_eq!(repo.stopped_by(command), Vec::<String>::new(), "{command}");
    }
}
