//! What programs start: wrappers, containers that share folders, what the shell does itself.

use crate::support::Repo;

const POLICY: &str = r#"
version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: ask}
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
  - id: own
    deny-command: {patterns: ["eval *", "export HUSKY=0", "set +o history", history -c, deploy production]}
"#;

/// A command and the rule that stops it.
const CASES: [(&str, &str); 72] = [
    ("aws-vault exec p -- rm -rf generated", "generated"),
    ("op run -- rm -rf generated", "generated"),
    ("op run --env-file=.e -- rm -rf generated", "generated"),
    ("doppler run -- rm -rf generated", "generated"),
    ("doppler run --command 'rm -rf generated'", "generated"),
    ("direnv exec . rm -rf generated", "generated"),
    ("nix-shell --run 'rm -rf generated'", "generated"),
    ("nix-shell -p jq --run 'rm -rf generated'", "generated"),
    ("nix develop -c rm -rf generated", "generated"),
    (
        "nix shell nixpkgs#jq --command rm -rf generated",
        "generated",
    ),
    ("devbox run -- rm -rf generated", "generated"),
    ("devbox run rm -rf generated", "generated"),
    ("mise exec -- rm -rf generated", "generated"),
    ("mise exec node@20 -- rm -rf generated", "generated"),
    ("mise x -- rm -rf generated", "generated"),
    ("poetry run rm -rf generated", "generated"),
    ("uv run rm -rf generated", "generated"),
    ("uv run -- rm -rf generated", "generated"),
    ("pipx run rm -rf generated", "generated"),
    ("npx -c 'rm -rf generated'", "generated"),
    ("bundle exec rm -rf generated", "generated"),
    ("dotenv -- rm -rf generated", "generated"),
    ("dotenv -e .env.x -- rm -rf generated", "generated"),
    ("dotenv run -- rm -rf generated", "generated"),
    ("chamber exec svc -- rm -rf generated", "generated"),
    ("infisical run --env=dev -- rm -rf generated", "generated"),
    ("envchain ns rm -rf generated", "generated"),
    ("sops exec-env f 'rm -rf generated'", "generated"),
    ("rbenv exec rm -rf generated", "generated"),
    ("pyenv exec rm -rf generated", "generated"),
    ("fnm exec --using 20 -- rm -rf generated", "generated"),
    ("nvm exec 20 rm -rf generated", "generated"),
    ("volta run rm -rf generated", "generated"),
    ("flox activate -- rm -rf generated", "generated"),
    ("foreman run rm -rf generated", "generated"),
    ("pipenv run rm -rf generated", "generated"),
    ("hatch run rm -rf generated", "generated"),
    ("conda run -n x rm -rf generated", "generated"),
    ("with-env rm -rf generated", "generated"),
    ("with-contenv rm -rf generated", "generated"),
    ("teller run -- rm -rf generated", "generated"),
    ("summon rm -rf generated", "generated"),
    ("envdir d rm -rf generated", "generated"),
    ("env-cmd -f x rm -rf generated", "generated"),
    ("env-cmd rm -rf generated", "generated"),
    ("dotenvx run -f .x -- rm -rf generated", "generated"),
    ("asdf exec rm -rf generated", "generated"),
    ("corepack pnpm exec rm -rf generated", "generated"),
    (
        "docker run --rm -v /:/h img rm -rf /h{here}/generated",
        "generated",
    ),
    (
        "docker run --rm -v \"$PWD:/w\" img rm -rf /w/generated",
        "generated",
    ),
    (
        "docker run --rm -v $PWD:/w -w /w img sh -c 'rm -rf generated'",
        "generated",
    ),
    ("podman run -v .:/w:Z img touch /w/generated/a", "generated"),
    (
        "docker run --mount type=bind,source=$PWD,target=/w img sh -c 'cd /w && rm -r generated'",
        "generated",
    ),
    ("docker run -v \"$PWD:/w:ro\" img rm -rf /w/generated", ""),
    ("docker run -v \"$PWD:/w\" img rm -rf /generated", ""),
    ("docker run -v \"$PWD:/w\" img rm -rf generated", ""),
    ("docker run -v data:/w img rm -rf /w/generated", ""),
    ("docker exec web rm -rf /w/generated", ""),
    ("ssh host rm -rf generated", ""),
    ("kubectl exec web -- rm -rf generated", ""),
    ("eval 'echo x'", "own"),
    ("export HUSKY=0", "own"),
    ("export HUSKY=1", ""),
    ("set +o history", "own"),
    ("set -e", ""),
    ("history -c", "own"),
    ("alias x=rm; x -rf generated", "generated"),
    (
        "shopt -s expand_aliases; alias x='rm -rf'; x generated",
        "generated",
    ),
    ("deploy() { echo; }; deploy production", "own"),
    (
        "cd generated && pwsh -Command 'Remove-Item api.py'",
        "generated",
    ),
    ("cd src && pwsh -Command 'Remove-Item api.py'", ""),
    (
        "cd generated; powershell.exe -Command \"Set-Content a x\"",
        "generated",
    ),
];

#[cfg(unix)]
#[test]
fn what_is_started_is_judged() {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/api.py", "x\n");
    repo.write("src/api.py", "x\n");
    let here = repo.root();
    let mut wrong = Vec::new();
    for (command, by) in CASES {
        let command = command.replace("{here}", &here.to_string_lossy());
        let ran = repo.shell(&command);
        let is_right = if by.is_empty() {
            ran.stdout.is_empty()
        } else {
            ran.stdout.contains(&format!("{by}: "))
        };
        if !is_right {
            wrong.push(format!("{by:?}: {command:?}: {}", ran.stdout));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
