//! Keeps a bounded part of what a gate prints: the beginning and the end, in a file for people and in memory for the rest.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;

use super::super::text::harmless;

/// Bytes kept from the beginning.
const HEAD: usize = 1024 * 1024;
/// Bytes kept from the end.
const TAIL: usize = 4 * 1024 * 1024;

/// Both streams, in the order in which their lines came.
#[derive(Debug, Default)]
pub(super) struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
    file: Option<File>,
    trouble: Option<String>,
}

impl Kept {
    pub(super) fn new(file: Option<File>) -> Self {
        Self {
            file,
            ..Self::default()
        }
    }

    /// Adds whole lines, secrets taken out.
    pub(super) fn push(&mut self, lines: &[u8]) {
        if self.tail.is_empty() && self.head.len() + lines.len() <= HEAD {
            self.head.extend_from_slice(lines);
            self.write(&harmless(lines));
            return;
        }
        self.tail.extend(lines);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
        self.left_out += u64::try_from(surplus).unwrap_or(u64::MAX);
    }

    /// A line of our own, in the file only.
    pub(super) fn note(&mut self, line: &str) {
        self.write(line);
    }

    /// Completes the file and returns the text, with what went wrong in writing it.
    pub(super) fn finish(&mut self, last: &str) -> (String, Option<String>) {
        let mut end = String::new();
        if self.left_out > 0 {
            // A cut goes through a line; the rest of that line says nothing.
            let cut = self.tail.iter().position(|byte| *byte == b'\n');
            let cut = cut.map_or(0, |at| at + 1);
            self.tail.drain(..cut);
            let left_out = self.left_out + u64::try_from(cut).unwrap_or_default();
            end = format!("[… {left_out} bytes left out …]\n");
        }
        end.push_str(&harmless(self.tail.make_contiguous()));
        self.write(&end);
        let mut text = harmless(&self.head);
        text.push_str(&end);
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.write(&format!("{gap}{last}\n"));
        (text, self.trouble.take())
    }

    fn write(&mut self, text: &str) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = file.write_all(text.as_bytes()) {
            self.trouble = Some(format!("the log is not complete: {error}"));
            self.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAD, Kept, TAIL};

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let mut kept = Kept::default();
        let line = [b"x".repeat(1023), b"\n".to_vec()].concat();
        for _ in 0..(HEAD + TAIL) / 1024 {
            kept.push(&line);
        }
        kept.push(b"the end\n");
        let (text, trouble) = kept.finish("");
        assert_eq!(trouble, None);
        assert!(text.ends_with("x\nthe end\n"));
        let marks: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
        assert_eq!(marks, ["[… 1024 bytes left out …]"]);
        assert_eq!(text.lines().count(), (HEAD + TAIL) / 1024 + 1);
    }

    #[test]
    fn little_is_kept_whole() {
        let mut kept = Kept::default();
        kept.push(b"a\n");
        kept.push(b"b");
        assert_eq!(kept.finish("").0, "a\nb");
    }
}
