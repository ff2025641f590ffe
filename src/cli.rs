//! The command line of everything but the hook's own short form. The doc comments are the help text.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::adapter;
use crate::answer::Scope;
use crate::commands;
use crate::exit::Exit;
use crate::output::Output;

/// One policy for every coding agent that works in a repository.
///
/// Hookgate is called from the hooks of coding agents. It reads what an agent is about to do, judges it by the
/// repository's `hookgate.yaml`, and answers in the agent's own words.
#[derive(Debug, Parser)]
#[command(name = "hookgate", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer one hook call: payload on stdin, reply on stdout
    Hook(HookArgs),
    /// Write a starter policy, and hookgate into the hooks of the agents that work here
    Init(InitArgs),
    /// Prove that the hooks that are registered hold
    Doctor(DoctorArgs),
    /// Report every problem of the policy
    Check(CheckArgs),
    /// Run the examples that stand beside the rules
    Test(TestArgs),
    /// Say what a call would do, and what the policy says about it
    Explain(ExplainArgs),
    /// Say the policy in a runtime's own language for permissions, as a second layer
    Export(ExportArgs),
    /// Run quality gates by hand, and share their results with the hooks
    Gate(GateArgs),
    /// Let the gates of this repository run where the hook is wired for the whole user
    Trust(TrustArgs),
    /// Put back protected files that are not as they were when a session began
    Restore(RestoreArgs),
    /// Play the guided tour in a scratch copy of the demo repository
    Demo(DemoArgs),
}

/// What a hook line says.
#[derive(Debug, Args)]
pub struct HookArgs {
    /// The runtime whose dialect is spoken
    #[arg(long, value_name = "NAME")]
    pub runtime: String,
    /// The event that the line is wired to, by its shared or the runtime's own name; wins over the payload
    #[arg(long, value_name = "NAME")]
    pub event: Option<String>,
    /// Print the decision instead of the reply, run no gate and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// For what the line is wired; for a `user`, gates of a repository run only after `hookgate trust` there
    #[arg(long, value_name = "SCOPE", value_parser = scopes())]
    pub scope: Option<String>,
}

/// What to set up.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// A runtime to set up; default: those that are in use here
    #[arg(long = "runtime", value_name = "NAME", value_parser = runtimes())]
    pub runtimes: Vec<String>,
    /// For everybody who works in this repository, or for you in every repository
    #[arg(long, value_enum, default_value_t)]
    pub scope: InitScope,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take out what `init` put in
    #[arg(long)]
    pub uninstall: bool,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    pub format: ExplainFormat,
}

/// What to look at.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// A runtime to look at; default: those that are in use here
    #[arg(long = "runtime", value_name = "NAME", value_parser = runtimes())]
    pub runtimes: Vec<String>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: ExplainFormat,
}

/// Whom hooks are set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum InitScope {
    /// Everybody who works in this repository: a team finds `hookgate` on its `PATH`
    #[default]
    Repository,
    /// You, in every repository: hooks name this program by its full path
    User,
}

/// What to check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Policy files; default: those of the repository that the current folder lies in
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Count warnings, and rules that a listed runtime cannot enforce, as findings
    #[arg(long)]
    pub strict: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What to test.
#[derive(Debug, Args)]
pub struct TestArgs {}

/// What to explain.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("call").required(true)))]
pub struct ExplainArgs {
    /// A shell command
    #[arg(long, group = "call", value_name = "COMMAND")]
    pub shell: Option<String>,
    /// A file that an edit tool would change
    #[arg(long, group = "call", value_name = "PATH")]
    pub edit: Option<String>,
    /// A file that a read tool would open
    #[arg(long, group = "call", value_name = "PATH")]
    pub read: Option<String>,
    /// A file that a tool would delete
    #[arg(long, group = "call", value_name = "PATH")]
    pub delete: Option<String>,
    /// A prompt
    #[arg(long, group = "call", value_name = "TEXT")]
    pub prompt: Option<String>,
    /// A file with a runtime's payload; `-` is standard input
    #[arg(long, group = "call", value_name = "FILE")]
    pub payload: Option<PathBuf>,
    /// The runtime that the payload is from, or whose reply is shown; default: those that the policy names
    #[arg(long, value_name = "NAME", value_parser = runtimes())]
    pub runtime: Option<String>,
    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    pub format: ExplainFormat,
}

/// What to export, and where to.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("act")))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub struct ExportArgs {
    /// The runtime whose language is written
    #[arg(long, value_name = "NAME", value_parser = runtimes())]
    pub runtime: String,
    /// Write it into the runtime's own file, among what others wrote there
    #[arg(long, group = "act")]
    pub write: bool,
    /// Say whether that file still says what the policy would give
    #[arg(long, group = "act", conflicts_with = "dry_run")]
    pub check: bool,
    /// Take out what was written
    #[arg(long, group = "act")]
    pub uninstall: bool,
    /// Show what would change in the file, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportFormat,
}

/// Formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExportFormat {
    /// For people: rule by rule, with what is lost
    #[default]
    Human,
    /// Stable and versioned
    Json,
    /// For the runtime: what would be written, alone
    Native,
}

/// Which gates to run, and how.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// Gates by their ids, with those that they need; default: all of the repository
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Run even gates that have passed on what is there now
    #[arg(long)]
    pub force: bool,
    /// Show what gates print while they run; without it only a single gate's output is shown, on a terminal
    #[arg(long, short)]
    pub verbose: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    pub format: ExplainFormat,
}

/// What to do about trust.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("act")))]
pub struct TrustArgs {
    /// List the trusted repositories
    #[arg(long, group = "act")]
    pub list: bool,
    /// Take the trust in this repository back
    #[arg(long, group = "act")]
    pub revoke: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ExplainFormat,
}

/// What to put back.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Files, or folders for all below them; default: everything that differs
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The session whose beginning counts; default: the one in which changes were found, or else the latest
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
    /// List what differs and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; policies and hook configuration are asked about all the same
    #[arg(long)]
    pub yes: bool,
    /// Undo the latest restore
    #[arg(long, conflicts_with_all = ["paths", "session"])]
    pub undo: bool,
    /// How to print what was found and done
    #[arg(long, value_enum, default_value_t)]
    pub format: RestoreFormat,
}

/// Formats of what `restore` found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RestoreFormat {
    /// For people
    #[default]
    Human,
    /// Stable and versioned
    Json,
}

/// How the tour is played.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Leave the scratch copy behind and say where it is
    #[arg(long)]
    pub keep: bool,
}

/// Formats of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// Stable and versioned
    Json,
    /// Annotations of GitHub Actions
    Github,
}

/// Formats of all other output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExplainFormat {
    /// For people
    #[default]
    Human,
    /// Stable and versioned
    Json,
}

/// The runtimes that can be named.
fn runtimes() -> PossibleValuesParser {
    adapter::all()
        .iter()
        .map(|adapter| adapter.name)
        .collect::<Vec<_>>()
        .into()
}

/// The scopes that can be named.
fn scopes() -> PossibleValuesParser {
    let names = Scope::NAMES.iter().map(|(_, name)| *name);
    names.collect::<Vec<_>>().into()
}

/// Parses a command line and runs it.
#[must_use]
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are no errors; clap knows which stream each message belongs on.
            let code = if message.use_stderr() {
                Exit::Usage
            } else {
                Exit::Fine
            };
            let _ = message.print();
            return code.into();
        }
    };
    let mut output = Output::of_process();
    let done = match cli.command {
        Command::Hook(args) => {
            return commands::hook::run(&commands::hook::Line {
                runtime: args.runtime,
                event: args.event,
                dry_run: args.dry_run,
                scope: args
                    .scope
                    .and_then(|name| Scope::from_name(&name))
                    .unwrap_or_default(),
            });
        }
        Command::Init(args) => commands::init::run(&args, &mut output),
        Command::Doctor(args) => commands::doctor::run(&args, &mut output),
        Command::Check(args) => commands::check::run(&args, &mut output),
        Command::Test(args) => commands::test::run(&args, &mut output),
        Command::Explain(args) => commands::explain::run(&args, &mut output),
        Command::Export(args) => commands::export::run(&args, &mut output),
        Command::Gate(args) => commands::gate::run(&args, &mut output),
        Command::Trust(args) => commands::trust::run(&args, &mut output),
        Command::Restore(args) => commands::restore::run(&args, &mut output),
        Command::Demo(args) => commands::demo::run(&args, &mut output),
    };
    done.unwrap_or_else(|error| {
        output.error(&format!("hookgate: {error:#}"));
        Exit::Failure
    })
    .into()
}
