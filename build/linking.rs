//! How the program is linked on Linux with glibc.
//!
//! A hook call is over in less time than the dynamic loader takes to move a program and to join its libraries. So the
//! program gets one fixed address, and the libraries are linked in where the machine has them to link. Rust's own way to
//! ask for that, `-C target-feature=+crt-static`, is not for a build script to say, and where it is said for a whole build,
//! procedural macros cannot be linked. But only the linker's work is different, and for that its own words do.
//!
//! Which of them a linker knows, and whether the libraries are there, is not guessed but tried: a small program is linked in the
//! same way and run. A way that fails is left out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TRIAL: &str = "build/trial.rs";
/// What rustc has programs for Linux with glibc linked with.
const LIBRARIES: [&str; 7] = ["gcc_s", "util", "rt", "pthread", "m", "dl", "c"];
/// Questions that are answered with an error in one piece; `packaging/artefact` says why.
const UNANSWERED: [&str; 3] = ["pthread_getattr_np", "sigaltstack", "getpwuid_r"];
/// Parts of flags by which the one who builds says how to link. They are obeyed.
const CHOICES: [&str; 3] = ["relocation-model", "static", "pie"];

/// A way of linking, the quickest to start first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Every library is part of the program: nothing is loaded.
    OnePiece,
    /// Nothing is relocated, and the C library alone is loaded.
    FixedAddress,
}

/// Has Cargo link the program in the first way that works.
///
/// # Errors
///
/// When Cargo's output folder cannot be written.
#[expect(
    clippy::print_stdout,
    reason = "a build script speaks with Cargo on standard output"
)]
pub(crate) fn choose() -> io::Result<()> {
    println!("cargo::rerun-if-changed={TRIAL}");
    let chosen = match Setting::read() {
        Some(setting) if setting.is_ours_to_choose() => setting.first_that_works()?,
        _ => None,
    };
    let name = match chosen.as_ref().map(|way| way.manner) {
        Some(Manner::OnePiece) => "one piece",
        Some(Manner::FixedAddress) => "fixed address",
        None => "",
    };
    // A test looks whether the program came out so.
    println!("cargo::rustc-env=HOOKGATE_LINKED={name}");
    for flag in chosen.into_iter().flat_map(|way| way.flags) {
        println!("cargo::rustc-link-arg-bins={flag}");
    }
    Ok(())
}

/// A way that works, with the linker's words for it.
struct Way {
    manner: Manner,
    flags: Vec<String>,
}

/// What Cargo says of this build.
struct Setting {
    rustc: String,
    target: String,
    is_native: bool,
    is_glibc: bool,
    linker: Option<String>,
    flags: String,
    folder: PathBuf,
}

impl Setting {
    #[expect(
        clippy::disallowed_methods,
        reason = "Cargo speaks to build scripts through the environment"
    )]
    fn read() -> Option<Self> {
        let told = |name: &str| std::env::var(name).ok();
        let target = told("TARGET")?;
        Some(Self {
            rustc: told("RUSTC")?,
            is_native: told("HOST")? == target,
            target,
            is_glibc: told("CARGO_CFG_TARGET_OS")? == "linux"
                && told("CARGO_CFG_TARGET_ENV")? == "gnu",
            linker: told("RUSTC_LINKER"),
            flags: told("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default(),
            folder: Path::new(&told("OUT_DIR")?).join("linking"),
        })
    }

    fn is_ours_to_choose(&self) -> bool {
        self.is_glibc && !CHOICES.iter().any(|word| self.flags.contains(word))
    }

    fn first_that_works(&self) -> io::Result<Option<Way>> {
        for manner in [Manner::OnePiece, Manner::FixedAddress] {
            // What cannot be run here is linked with what every machine has.
            if manner == Manner::OnePiece && !self.is_native {
                continue;
            }
            let flags = self.flags_of(manner)?;
            if self.works(&flags) {
                return Ok(Some(Way { manner, flags }));
            }
        }
        Ok(None)
    }

    /// Returns the linker's words for a way. Rustc names shared libraries; in this folder the linker finds the static ones under
    /// these names, by scripts such as those that glibc itself installs.
    #[expect(
        clippy::disallowed_methods,
        reason = "a build script that was killed is run again"
    )]
    fn flags_of(&self, manner: Manner) -> io::Result<Vec<String>> {
        let (name, libraries) = match manner {
            Manner::OnePiece => ("one-piece", LIBRARIES.as_slice()),
            Manner::FixedAddress => ("fixed-address", ["gcc_s"].as_slice()),
        };
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        for library in libraries {
            let script = match (manner, *library) {
                (Manner::FixedAddress, _) => "GROUP(-l:libgcc_eh.a -l:libgcc.a)\n".to_owned(),
                (Manner::OnePiece, "gcc_s") => group("gcc_eh"),
                (Manner::OnePiece, library) => group(library),
            };
            fs::write(folder.join(format!("lib{library}.so")), script)?;
        }
        let mut flags = vec!["-no-pie".to_owned(), format!("-L{}", folder.display())];
        if manner == Manner::OnePiece {
            flags.push("-static".to_owned());
            flags.extend(UNANSWERED.map(|name| format!("-Wl,--defsym={name}=getpid")));
        }
        Ok(flags)
    }

    /// Whether the trial can be linked so, and does what it should where it can be run.
    fn works(&self, flags: &[String]) -> bool {
        let trial = self.folder.join("trial");
        let mut rustc = Command::new(&self.rustc);
        rustc.args(["--edition", "2024", "--target", &self.target, TRIAL, "-o"]);
        rustc.arg(&trial);
        if let Some(linker) = &self.linker {
            rustc.arg(format!("-Clinker={linker}"));
        }
        rustc.args(self.flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
        rustc.args(flags.iter().map(|flag| format!("-Clink-arg={flag}")));
        let mut ran = Command::new(&trial);
        ran.env_remove("HOME");
        succeeds(rustc) && (!self.is_native || succeeds(ran))
    }
}

fn group(library: &str) -> String {
    format!("GROUP(-l:lib{library}.a -l:libgcc_eh.a -l:libgcc.a -l:libc.a)\n")
}

fn succeeds(mut command: Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
