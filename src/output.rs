//! The only place that writes to this process's standard streams.
//!
//! On the hook path stdout is a protocol: one reply, written in one go. Elsewhere text goes out line by line, in colours
//! only on a terminal.

use std::io::{self, IsTerminal, Write};

use crate::settings;

/// Where a command prints.
#[derive(Debug)]
pub struct Output {
    pub colour: bool,
}

/// Colours of the terminal's own palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Bold,
    Dim,
    Green,
    Red,
    Yellow,
    Cyan,
}

impl Output {
    /// Prints to this process's streams.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            colour: io::stdout().is_terminal() && !settings::is_set(settings::NO_COLOR),
        }
    }

    /// Prints a line. A closed pipe ends nothing: whoever reads has read enough.
    pub fn line(&mut self, text: &str) {
        let _ = writeln!(io::stdout(), "{text}");
    }

    /// Prints a line to stderr.
    pub fn error(&mut self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Returns whether somebody at a terminal sees what is going on.
    #[must_use]
    pub fn is_watched() -> bool {
        io::stderr().is_terminal()
    }

    /// Returns whether a person can be asked: what is typed and what is shown are both a terminal's.
    #[must_use]
    pub fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Shows what is going on, in place of what was shown before; an empty text takes it away. Only for terminals.
    pub fn progress(text: &str) {
        let mut error = io::stderr().lock();
        // What is wider than the terminal is cut: a line that went on below could not be taken away.
        let line = if text.is_empty() {
            String::new()
        } else {
            format!("\u{1b}[?7l{text}\u{1b}[?7h")
        };
        let _ = write!(error, "\r\u{1b}[2K{line}");
        let _ = error.flush();
    }

    /// Asks a question and returns the answer.
    pub fn ask(&mut self, question: &str) -> String {
        let mut out = io::stdout().lock();
        let _ = write!(out, "{question} ");
        let _ = out.flush();
        let mut answer = String::new();
        // No answer is no consent.
        let _ = io::stdin().read_line(&mut answer);
        answer.trim().to_owned()
    }

    /// Returns the text in a style, or as it is where there are no colours.
    #[must_use]
    pub fn styled(&self, style: Style, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Green => "32",
            Style::Red => "31",
            Style::Yellow => "33",
            Style::Cyan => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Writes a message to the process that started this one, in one go.
pub(crate) fn message(line: &str) {
    let mut out = io::stdout().lock();
    // One that is gone needs no message.
    let _ = out.write_all(format!("{line}\n").as_bytes());
    let _ = out.flush();
}

/// Writes a hook's reply: each stream in one go, so that no reader sees half an answer.
pub(crate) fn reply(stdout: &str, stderr: &str) {
    // A runtime that closed its pipe has taken its decision without us.
    if !stderr.is_empty() {
        let _ = io::stderr().write_all(stderr.as_bytes());
    }
    if !stdout.is_empty() {
        let _ = whole(stdout.as_bytes());
    }
}

/// Writes to stdout as it is: one answer needs no buffer.
#[cfg(unix)]
fn whole(mut bytes: &[u8]) -> io::Result<()> {
    use rustix::io::Errno;
    use rustix::stdio::stdout;

    while !bytes.is_empty() {
        let written = match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => written,
            Err(Errno::INTR) => continue,
            Err(Errno::AGAIN) => {
                wait()?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Waits until a reader has made room, where the pipe that a runtime made does not wait by itself.
#[cfg(unix)]
fn wait() -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdout = rustix::stdio::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::OUT)];
    match poll(&mut asked, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn whole(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
