//! How gates are run: their processes, their output, their order, and what can go wrong with each.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::{Ran, Repo, finish};

/// A repository with one gate.
fn repo(run: &str, more: &str) -> Repo {
    let run = run.replace('\'', "''");
    let repo = Repo::with_policy(&format!(
        "version: 1\nrules:\n  - id: tests\n    quality-gate:\n      run: '{run}'\n      inputs: [src/**]\n      timeout: 20s\n{more}"
    ));
    repo.write("src/a", "good");
    repo
}

fn payload(repo: &Repo, session: &str) -> String {
    serde_json::json!({
        "session_id": session, "hook_event_name": "Stop", "cwd": repo.root(), "stop_hook_active": false,
    })
    .to_string()
}

fn stop_line(repo: &Repo) -> Command {
    repo.command(&["hook", "--runtime", "claude-code", "--event", "stop"])
}

/// Starts a stop whose hook can be killed.
fn start_stop(repo: &Repo) -> Child {
    let file = repo.root().join("../payload.json");
    hookgate::state::replace(&file, payload(repo, "s").as_bytes()).unwrap();
    stop_line(repo)
        .stdin(fs::File::open(file).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until something holds. The limit is only for a test that fails.
#[track_caller]
fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} never came about");
        thread::sleep(Duration::from_millis(5));
    }
}

fn lines(repo: &Repo, file: &str) -> Vec<String> {
    repo.read(file).lines().map(str::to_owned).collect()
}

fn pids(repo: &Repo) -> Vec<i32> {
    let lines = lines(repo, "pids");
    lines
        .iter()
        .map(|line| line.trim().parse().unwrap())
        .collect()
}

/// Whether a process is there and does anything; one that only waits to be taken note of is not.
fn is_alive(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    match state {
        Some(state) => state != 'Z' && state != 'X',
        None if Path::new("/proc/self").exists() => false,
        None => test_kill_process(Pid::from_raw(pid).unwrap()).is_ok(),
    }
}

fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

const SPREADS: &str = "echo $$ >> pids; sleep 300 & echo $! >> pids; (sleep 300 & echo $! >> pids); touch ready; wait";

#[test]
fn whatever_ends_the_hook_ends_the_gate_and_all_that_it_started() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::KILL] {
        let repo = repo(SPREADS, "");
        let mut hook = start_stop(&repo);
        wait_for("the gate", || repo.root().join("ready").exists());
        let pids = pids(&repo);
        assert_eq!(pids.len(), 3);
        assert!(pids.iter().all(|pid| is_alive(*pid)));
        kill(hook.id(), signal);
        hook.wait().unwrap();
        wait_for("the end of the gate", || {
            !pids.iter().any(|pid| is_alive(*pid))
        });
    }
}

/// A process that left the group and lost its parent is found by the one that adopted it.
#[cfg(target_os = "linux")]
#[test]
fn a_daemon_does_not_outlive_its_gate() {
    let daemon = "setsid sh -c 'echo $$ >> pids; touch ready; exec sleep 300' > /dev/null 2>&1 &";
    let repo = repo(
        &format!("{daemon} while ! test -e ready; do sleep 0.01; done"),
        "",
    );
    let told = repo.stop().json();
    assert_eq!(
        told["systemMessage"],
        "hookgate: quality gate `tests` left processes behind, which were ended: sleep"
    );
    assert!(!is_alive(pids(&repo)[0]));
    assert_eq!(
        repo.json(".hook-state/gates/tests.json")["left_behind"],
        serde_json::json!(["sleep"])
    );
}

#[test]
fn a_child_that_keeps_the_output_open_keeps_nobody_waiting() {
    let repo = repo("sleep 300 & echo $! >> pids; echo done", "");
    let told = repo.stop().json();
    assert!(
        told["systemMessage"]
            .as_str()
            .unwrap()
            .contains("left processes behind")
    );
    assert!(!is_alive(pids(&repo)[0]));
    assert_eq!(
        repo.json(".hook-state/gates/tests.json")["stdout_tail"],
        "done\n"
    );
}

#[test]
fn a_holder_that_is_killed_breaks_the_gate_and_leaves_nothing_running() {
    let repo = repo(
        "echo $PPID > holder; echo $$ >> pids; touch ready; exec sleep 300",
        "",
    );
    let hook = start_stop(&repo);
    wait_for("the gate", || repo.root().join("ready").exists());
    kill(repo.read("holder").trim().parse().unwrap(), Signal::KILL);
    let done = hook.wait_with_output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(
        told.contains("the process that held it was ended from outside"),
        "{told}"
    );
    let pid = pids(&repo)[0];
    wait_for("the end of the gate", || !is_alive(pid));
}

#[test]
fn a_holder_that_is_killed_at_once_leaves_nothing_running() {
    // Before it could say what it started.
    let repo = repo("echo $$ >> pids; kill -9 $PPID; exec sleep 300", "");
    let told = repo.stop().blocked();
    assert!(
        told.contains("the process that held it was ended from outside"),
        "{told}"
    );
    let pid = pids(&repo)[0];
    wait_for("the end of the gate", || !is_alive(pid));
}

/// What each thing that can go wrong with a command is told as.
#[test]
fn a_gate_that_cannot_judge_is_broken_with_its_reason() {
    let cases = [
        (
            "run: [no-such-program]",
            "its program `no-such-program` is not there",
        ),
        (
            "run: [./plain]",
            "its program `./plain` may not be executed",
        ),
        (
            "run: no-such-program",
            "its program could not be started (exit code 127)",
        ),
        (
            "run: ./plain",
            "its program could not be started (exit code 126)",
        ),
        (
            "run: kill -9 $$",
            "it was killed (signal 9), from outside or for want of memory",
        ),
        (
            "run: sh -c 'kill -9 $$'; exit $?",
            "it was killed (signal 9)",
        ),
        ("run: sleep 300\n      timeout: 100ms", "its time limit"),
        (
            "run: 'true'\n      working-directory: gone",
            "/gone` is not there",
        ),
        (
            "run: 'true'\n      tool-versions: [no-such-tool --version]",
            "`no-such-tool --version`, which tells a tool's version, ends with exit code 127",
        ),
    ];
    for (run, why) in cases {
        let repo = Repo::with_policy(&format!(
            "version: 1\nrules:\n  - id: tests\n    quality-gate:\n      {run}\n      inputs: [src/**]\n      on: [after-edit, stop]\n"
        ));
        repo.write("src/a", "good");
        repo.write("plain", "no program");
        let told = repo.stop().blocked();
        assert!(
            told.contains("could not run, which is no fault of this change: "),
            "{told}"
        );
        assert!(told.contains(why), "{run}: {told}");
        // After an edit there is nothing to hold back: the model is told, and not blamed.
        let told = repo.edited("src/a").json();
        assert_eq!(told["decision"], serde_json::Value::Null, "{run}: {told}");
    }
}

#[test]
fn a_program_that_crashes_has_failed() {
    let repo = repo("echo \"FAIL: it crashed\"; kill -SEGV $$", "");
    let told = repo.stop().blocked();
    assert!(told.contains("(signal 11):\nFAIL: it crashed"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn inputs_that_cannot_be_read_break_the_gate() {
    let repo = repo("true", "");
    // Even the superuser cannot read the beginning of this file.
    std::os::unix::fs::symlink("/proc/self/mem", repo.root().join("src/b")).unwrap();
    let told = repo.stop().blocked();
    assert!(told.contains("its inputs cannot be read"), "{told}");
}

#[test]
fn a_gate_that_reads_its_input_finds_the_end() {
    let repo = repo(
        "cat > swallowed; echo \"FAIL: read to the end\"; exit 1",
        "",
    );
    let told = repo.stop().blocked();
    assert!(told.contains("FAIL: read to the end"), "{told}");
    assert_eq!(repo.read("swallowed"), "");
}

#[test]
fn binary_output_is_harmless() {
    let repo = repo(
        "printf 'FAIL: \\033[31mred\\033[0m \\000\\001\\377 \\342\\200\\256x\\n'; exit 1",
        "",
    );
    let told = repo.stop().blocked();
    let shown = "FAIL: red \u{fffd} \u{fffd}x";
    assert!(told.ends_with(shown), "{told:?}");
    let log = repo.read(".hook-state/gates/tests.log");
    assert!(
        log.contains(&format!("\n{shown}\n[exit code 1 after ")),
        "{log:?}"
    );
}

#[test]
fn the_log_holds_the_whole_output_and_the_agent_reads_the_part_that_counts() {
    let repo = repo(
        "for n in 1 2 3; do echo noise $n; done; echo 'FAIL: test_total'; seq 2000; exit 1",
        "",
    );
    let told = repo.stop().blocked();
    assert!(told.contains(":\nFAIL: test_total\n1\n2\n"), "{told}");
    assert!(!told.contains("noise"), "{told}");
    let log = repo.read(".hook-state/gates/tests.log");
    assert!(log.starts_with("$ /bin/sh -c for n in"), "{log}");
    assert_eq!(log.lines().count(), 1 + 3 + 1 + 2000 + 1);
}

#[test]
fn a_secret_is_masked_in_the_log_though_it_comes_in_pieces() {
    let repo = repo(
        "printf 'FAIL: hunt'; sleep 0.2; printf 'er2-hun'; sleep 0.2; echo 'ter2 and '$DECLARED_KEY; exit 1",
        "      env: {DECLARED_KEY: open-sesame}\n",
    );
    let mut command = stop_line(&repo);
    command.env("DEPLOY_TOKEN", "hunter2-hunter2");
    let told = finish(command, payload(&repo, "s").as_bytes()).blocked();
    assert!(told.contains("FAIL: [masked] and [masked]"), "{told}");
    let log = repo.read(".hook-state/gates/tests.log");
    let output = log.lines().nth(1).unwrap();
    assert_eq!(output, "FAIL: [masked] and [masked]");
}

/// Far more output than is kept: the memory stays small and the ends are there.
#[test]
fn much_output_is_kept_in_part() {
    flood(64);
}

#[test]
#[ignore = "takes a minute: one gigabyte"]
fn a_gigabyte_of_output_is_kept_in_part() {
    flood(1024);
}

fn flood(mebibytes: u64) {
    let repo = repo(
        &format!(
            "echo first; yes 0123456789abcde | head -c {}; echo 'FAIL: last'; exit 1",
            mebibytes << 20
        ),
        "",
    );
    // Threads of a program are given address space freely, so the limit is far above what is used.
    let mut command = Command::new("sh");
    let line = "ulimit -v 600000; exec \"$0\" hook --runtime claude-code --event stop";
    command.args(["-c", line, env!("CARGO_BIN_EXE_hookgate")]);
    command.current_dir(repo.root()).env("HOME", repo.home());
    let told = finish(command, payload(&repo, "s").as_bytes()).blocked();
    assert!(told.contains("FAIL: last"), "{told}");
    let log = fs::metadata(repo.root().join(".hook-state/gates/tests.log")).unwrap();
    assert!(
        log.len() > 4 << 20 && log.len() < (5 << 20) + 1024,
        "{}",
        log.len()
    );
    let log = repo.read(".hook-state/gates/tests.log");
    assert_eq!(log.lines().nth(1), Some("first"));
    assert!(log.contains("bytes left out …]"));
}

/// A disk that is full, as a limit on the size of files shows it.
#[test]
fn a_full_disk_loses_no_decision() {
    for (source, denied) in [("good", false), ("bad", true)] {
        let repo = repo(
            "if grep -q bad src/a; then echo 'FAIL: bad'; exit 1; fi",
            "",
        );
        repo.write("src/a", source);
        let mut command = Command::new("sh");
        let line = "trap '' XFSZ; ulimit -f 0; exec \"$0\" hook --runtime claude-code --event stop";
        command.args(["-c", line, env!("CARGO_BIN_EXE_hookgate")]);
        command.current_dir(repo.root()).env("HOME", repo.home());
        let ran = finish(command, payload(&repo, "s").as_bytes());
        let told = ran.json();
        assert_eq!(told["decision"] == "block", denied, "{told}");
        let notice = told["systemMessage"].as_str().unwrap();
        assert!(notice.contains("cannot be kept"), "{notice}");
        assert!(!repo.root().join(".hook-state/gates/tests.json").exists());
    }
}

#[test]
fn links_and_folders_in_place_of_state_lose_no_decision() {
    let traps: [fn(&Path); 3] = [
        |gates| std::os::unix::fs::symlink("/dev/full", gates.join("tests.log")).unwrap(),
        |gates| fs::create_dir(gates.join("tests.log")).unwrap(),
        |gates| fs::create_dir(gates.join("tests.json")).unwrap(),
    ];
    for trap in traps {
        let repo = repo("echo 'FAIL: always'; exit 1", "");
        let gates = repo.root().join(".hook-state/gates");
        fs::create_dir_all(&gates).unwrap();
        trap(&gates);
        let told = repo.stop().json();
        assert_eq!(told["decision"], "block");
        assert!(
            told["reason"].as_str().unwrap().contains("FAIL: always"),
            "{told}"
        );
        assert!(
            told["systemMessage"]
                .as_str()
                .unwrap()
                .starts_with("hookgate: "),
            "{told}"
        );
    }
}

const THREE: &str = "version: 1
rules:
  - id: last
    quality-gate:
      run: 'echo last >> order'
      inputs: [src/**]
      needs: [second]
  - id: second
    quality-gate:
      run: 'echo second >> order; if grep -q bad src/a; then echo FAIL; exit 1; fi'
      inputs: [src/**]
      needs: [first]
  - id: first
    quality-gate:
      run: 'echo first >> order'
      inputs: [src/**]
";

#[test]
fn gates_run_after_those_that_they_need() {
    let repo = Repo::with_policy(THREE);
    repo.write("src/a", "good");
    repo.stop().assert_silent();
    assert_eq!(lines(&repo, "order"), ["first", "second", "last"]);
}

#[test]
fn a_gate_whose_need_failed_is_not_run() {
    let repo = Repo::with_policy(THREE);
    repo.write("src/a", "bad");
    let told = repo.stop().blocked();
    assert_eq!(
        told,
        "last: the quality gate was not run, because it needs `second`, which did not pass.\n\
         second: the quality gate fails on the present content (exit code 1):\nFAIL"
    );
    assert_eq!(lines(&repo, "order"), ["first", "second"]);
    // The failure is what people find, though another gate ended later.
    assert_eq!(
        repo.json(".hook-state/last_quality_gate.json")["gate"],
        "second"
    );
}

/// A gate that rewrites what another has judged: the other judges what is there now.
#[test]
fn what_another_gate_changed_is_judged_again() {
    for (written, runs) in [
        ("fine", "lint fix fix lint "),
        ("bad", "lint fix fix lint "),
    ] {
        let repo = Repo::with_policy(&format!(
            "version: 1
rules:
  - id: lint
    quality-gate: {{run: 'echo lint >> runs; ! grep -rq bad src', inputs: [src/**]}}
  - id: fix
    quality-gate: {{run: 'echo fix >> runs; echo {written} > src/made', inputs: [src/**], needs: [lint]}}
"
        ));
        repo.write("src/a", "good");
        let stop = repo.stop();
        assert_eq!(repo.read("runs").replace('\n', " "), runs);
        if written == "bad" {
            assert!(stop.blocked().starts_with("lint: "), "{stop:?}");
            continue;
        }
        assert!(!stop.stdout.contains("\"block\""), "{stop:?}");
        repo.stop().assert_silent();
        assert_eq!(repo.read("runs").replace('\n', " "), runs);
    }
}

#[test]
fn gates_that_change_inputs_in_turn_are_told_so() {
    let repo = Repo::with_policy(
        "version: 1
rules:
  - id: one
    quality-gate: {run: 'echo one >> runs; echo one > src/made', inputs: [src/**]}
  - id: other
    quality-gate: {run: 'echo other >> runs; echo other > src/made', inputs: [src/**], needs: [one]}
",
    );
    repo.write("src/a", "good");
    let reason = repo.stop().blocked();
    assert!(
        reason.contains("changes its own inputs each time"),
        "{reason}"
    );
    assert!(repo.read("runs").lines().count() < 20);
}

#[test]
fn gates_that_do_not_need_each_other_run_beside_each_other() {
    if thread::available_parallelism().unwrap().get() < 2 {
        return;
    }
    let gate = |id: &str, other: &str| {
        format!(
            "  - id: {id}\n    quality-gate:\n      run: 'touch {id}.here; for n in $(seq 3000); do test -e {other}.here && exit 0; sleep 0.01; done; exit 1'\n      inputs: [src/**]\n"
        )
    };
    let repo = Repo::with_policy(&format!(
        "version: 1\nrules:\n{}{}",
        gate("one", "other"),
        gate("other", "one")
    ));
    repo.write("src/a", "good");
    repo.stop().assert_silent();
}

#[test]
fn a_gate_needs_gates_of_the_folders_above_it() {
    let repo = Repo::with_policy(THREE);
    repo.write("src/a", "bad");
    repo.write(
        "packages/a/hookgate.yaml",
        "version: 1\nrules:\n  - id: more\n    quality-gate:\n      run: 'true'\n      inputs: [src/**]\n      needs: [second]\n",
    );
    repo.write("packages/a/src/a", "x");
    let told = repo.stop().blocked();
    assert!(
        told.contains("packages/a/more: the quality gate was not run, because it needs `second`"),
        "{told}"
    );
}

#[test]
fn another_version_of_a_tool_makes_the_gate_run_again() {
    let repo = repo("echo run >> runs", "      tool-versions: [cat version]\n");
    repo.write("version", "tool 1.0\n");
    repo.stop().assert_silent();
    repo.stop().assert_silent();
    assert_eq!(lines(&repo, "runs").len(), 1);
    assert_eq!(
        repo.json(".hook-state/gates/tests.json")["tool_versions"],
        serde_json::json!([["cat version", "tool 1.0"]])
    );
    repo.write("version", "tool 1.1\n");
    repo.stop().assert_silent();
    assert_eq!(lines(&repo, "runs").len(), 2);
}

/// Runs many stops at once and returns what each was told.
fn crowd(repo: &Repo, count: usize) -> Vec<Ran> {
    thread::scope(|scope| {
        let stops: Vec<_> = (0..count)
            .map(|n| {
                scope.spawn(move || {
                    finish(stop_line(repo), payload(repo, &format!("s{n}")).as_bytes())
                })
            })
            .collect();
        stops.into_iter().map(|stop| stop.join().unwrap()).collect()
    })
}

#[test]
fn sixteen_stops_at_once_are_one_run_whatever_it_finds() {
    for (source, timeout, told) in [
        ("good", "20s", None),
        ("bad", "20s", Some("FAIL: bad")),
        ("good", "700ms", Some("its time limit")),
    ] {
        let repo = repo(
            "echo run >> runs; sleep 1.5; if grep -q bad src/a; then echo 'FAIL: bad'; exit 1; fi",
            "",
        );
        let policy = repo
            .read("hookgate.yaml")
            .replace("timeout: 20s", &format!("timeout: {timeout}"));
        repo.write("hookgate.yaml", &policy);
        repo.write("src/a", source);
        for ran in crowd(&repo, 16) {
            match told {
                None => ran.assert_silent(),
                Some(text) => assert!(ran.blocked().contains(text), "{ran:?}"),
            }
        }
        assert_eq!(lines(&repo, "runs").len(), 1, "{source} {timeout}");
    }
}

#[test]
fn whoever_waits_takes_over_from_an_owner_that_is_killed() {
    let repo = repo(
        "echo $$ >> pids; if test -e once; then exit 0; fi; touch once; sleep 300",
        "",
    );
    let mut owner = start_stop(&repo);
    wait_for("the gate", || repo.root().join("once").exists());
    thread::scope(|scope| {
        let waiting = scope.spawn(|| repo.stop());
        wait_for("somebody who waits", || {
            repo.root().join(".hook-state/gates/tests.wanted").exists()
        });
        let killed = Instant::now();
        kill(owner.id(), Signal::KILL);
        owner.wait().unwrap();
        waiting.join().unwrap().assert_silent();
        let took = killed.elapsed();
        print(&format!("decided {took:?} after the owner was killed"));
        assert!(took < Duration::from_secs(2), "{took:?}");
    });
    let pids = pids(&repo);
    assert_eq!(pids.len(), 2);
    assert!(!is_alive(pids[0]));
}

/// The first run would take for ever; it makes way for the content that somebody waits with.
#[test]
fn a_run_makes_way_when_its_content_is_gone() {
    let repo = repo(
        "echo $$ >> pids; if grep -q slow src/a; then touch ready; sleep 300; fi",
        "",
    );
    repo.write("src/a", "slow");
    let first = start_stop(&repo);
    wait_for("the gate", || repo.root().join("ready").exists());
    repo.write("src/a", "quick");
    repo.stop().assert_silent();
    let done = first.wait_with_output().unwrap();
    // The content that it asked for is gone; what is there now has passed.
    assert_eq!(String::from_utf8(done.stdout).unwrap(), "");
    assert_eq!(pids(&repo).len(), 2);
}

#[test]
fn whoever_waits_with_other_content_is_not_given_the_old_result() {
    let repo = repo(
        "echo run >> runs; if grep -q first src/a; then while ! test -e go; do sleep 0.01; done; exit 0; fi; echo 'FAIL: second'; exit 1",
        "",
    );
    repo.write("src/a", "first");
    let first = start_stop(&repo);
    wait_for("the gate", || !repo.read("runs").is_empty());
    repo.write("src/a", "second");
    repo.write("go", "");
    let told = repo.stop().blocked();
    assert!(told.contains("FAIL: second"), "{told}");
    first.wait_with_output().unwrap();
}

/// Hooks that are killed at any moment leave whole files, and no record of an answered call is lost.
#[test]
fn state_survives_hooks_that_are_killed_at_random() {
    interleave(200);
}

#[test]
#[ignore = "takes minutes: a thousand interleavings"]
fn state_survives_a_thousand_random_kills() {
    interleave(1_000);
}

fn interleave(rounds: u32) {
    let repo = repo("if grep -q bad src/a; then exit 1; fi", "");
    let mut seed = 0x9e37_79b9_u32;
    let mut random = |below: u32| {
        // xorshift: the same kills in every run of this test.
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed % below
    };
    let mut answered = 0;
    for round in 0..rounds {
        repo.write("src/a", if random(2) == 0 { "bad" } else { "good" });
        let mut hooks: Vec<Child> = (0..=random(2)).map(|_| start_stop(&repo)).collect();
        thread::sleep(Duration::from_micros(u64::from(random(60_000))));
        let killed = random(3) > 0;
        if killed {
            kill(hooks[0].id(), Signal::KILL);
        }
        for hook in hooks.drain(..) {
            let done = hook.wait_with_output().unwrap();
            answered += usize::from(done.status.success());
        }
        let state = repo.root().join(".hook-state");
        for file in [
            "gates/tests.json",
            "sessions/s.json",
            "last_quality_gate.json",
        ] {
            if let Ok(bytes) = fs::read(state.join(file)) {
                let read: Result<serde_json::Value, _> = serde_json::from_slice(&bytes);
                assert!(read.is_ok(), "round {round}: {file} is torn");
            }
        }
    }
    repo.write("src/a", "good");
    repo.stop().assert_silent();
    repo.write("src/a", "bad");
    repo.stop();
    let state = hookgate::state::State::of(&repo.root());
    let chain = hookgate::state::audit::verify(&state).unwrap();
    let hookgate::state::audit::Chain::Whole { lines } = chain else {
        panic!("{chain:?}");
    };
    // Each answered stop has its line; a killed one may have been killed after its own.
    assert!(lines >= answered, "{lines} lines for {answered} answers");
    print(&format!(
        "{rounds} rounds, {answered} answers, {lines} lines, no torn file"
    ));
}

#[expect(clippy::print_stdout, reason = "figures, shown with `--nocapture`")]
fn print(figure: &str) {
    println!("{figure}");
}
