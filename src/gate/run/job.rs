//! What the hook and the process that holds a gate say to each other: one JSON text a line.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::{End, Finished};
use crate::policy::QualityGate;
use crate::policy::rules::GateCommand;

/// What is to be run. It is the first line that the holder reads; the end of its input means that nobody waits any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    /// The program and its arguments.
    pub(super) words: Vec<String>,
    pub(super) folder: PathBuf,
    pub(super) env: Vec<(String, String)>,
    pub(super) timeout: Duration,
    /// The file that takes the output.
    pub(super) log: Option<PathBuf>,
    /// Whether lines are wanted as they come.
    pub(super) live: bool,
}

impl Job {
    /// The gate's own command.
    pub(super) fn of(gate: &QualityGate, folder: PathBuf) -> Self {
        let words = match &gate.run {
            GateCommand::Shell(line) => shell(line),
            GateCommand::Words(words) => words.clone(),
        };
        Self {
            words,
            folder,
            env: gate.env.clone(),
            timeout: gate.timeout,
            log: None,
            live: false,
        }
    }

    pub(super) fn write(&self) -> String {
        let millis = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        json!({
            "words": self.words,
            "folder": self.folder.to_string_lossy(),
            "env": self.env,
            "timeout": millis,
            "log": self.log.as_ref().map(|log| log.to_string_lossy()),
            "live": self.live,
        })
        .to_string()
    }

    pub(super) fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let pair = |pair: &Value| {
            let text = |at: usize| Some(pair.get(at)?.as_str()?.to_owned());
            Some((text(0)?, text(1)?))
        };
        Some(Self {
            words: texts(value.get("words")?)?,
            folder: value.get("folder")?.as_str()?.into(),
            env: value
                .get("env")?
                .as_array()?
                .iter()
                .map(pair)
                .collect::<Option<_>>()?,
            timeout: Duration::from_millis(value.get("timeout")?.as_u64()?),
            log: value.get("log")?.as_str().map(PathBuf::from),
            live: value.get("live")?.as_bool()?,
        })
    }
}

/// The words that hand a line to the system's shell.
pub(super) fn shell(line: &str) -> Vec<String> {
    let (shell, option) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("/bin/sh", "-c")
    };
    [shell, option, line].map(str::to_owned).to_vec()
}

/// What the holder tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Message {
    /// The command runs, as the leader of a group of this number.
    Started(u32),
    /// A line of output.
    Line(String),
    Finished(Finished),
    /// The command could not be started, and why.
    Cannot(String),
}

impl Message {
    pub(super) fn write(&self) -> String {
        match self {
            Self::Started(group) => json!({ "started": group }),
            Self::Line(line) => json!({ "line": line }),
            Self::Cannot(why) => json!({ "cannot": why }),
            Self::Finished(finished) => json!({ "finished": {
                "exit_code": finished.end.code(),
                "signal": finished.end.signal(),
                "timed_out": finished.end == End::TimedOut,
                "seconds": finished.duration.as_secs_f64(),
                "stdout": finished.stdout,
                "stderr": finished.stderr,
                "failure": finished.failure,
                "left": finished.left,
                "troubles": finished.troubles,
            }}),
        }
        .to_string()
    }

    pub(super) fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
        if let Some(group) = value.get("started") {
            return Some(Self::Started(u32::try_from(group.as_u64()?).ok()?));
        }
        if let Some(finished) = value.get("finished") {
            return Some(Self::Finished(Finished {
                end: End::read(finished)?,
                duration: Duration::try_from_secs_f64(finished.get("seconds")?.as_f64()?).ok()?,
                stdout: text(finished, "stdout")?,
                stderr: text(finished, "stderr")?,
                failure: text(finished, "failure")?,
                left: texts(finished.get("left")?)?,
                troubles: texts(finished.get("troubles")?)?,
            }));
        }
        let line = text(&value, "line").map(Self::Line);
        line.or_else(|| text(&value, "cannot").map(Self::Cannot))
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array()?.iter();
    list.map(|text| Some(text.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Duration, End, Finished, Job, Message};

    #[test]
    fn what_is_written_is_read_again() {
        let job = Job {
            words: vec!["a".into(), "b\n\"c".into()],
            folder: "/x y".into(),
            env: vec![("A".into(), "1".into())],
            timeout: Duration::from_millis(1_500),
            log: Some("/x/log".into()),
            live: true,
        };
        assert_eq!(Job::read(&job.write()), Some(job));
        let finished = Message::Finished(Finished {
            end: End::Signal(9),
            duration: Duration::from_millis(250),
            stdout: "o\n".into(),
            stderr: String::new(),
            failure: "f".into(),
            left: vec!["sleep".into()],
            troubles: Vec::new(),
        });
        for message in [
            finished,
            Message::Started(7),
            Message::Line("x".into()),
            Message::Cannot("no".into()),
        ] {
            let line = message.write();
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(Message::read(&line), Some(message));
        }
        assert_eq!(Message::read("{"), None);
        assert_eq!(Job::read("{}"), None);
    }
}
