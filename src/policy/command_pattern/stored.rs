//! Command patterns as they are kept in a compiled policy.

use super::form::Variant;
use super::operand::{Operand, alternatives};
use super::{CommandPattern, Judged};
use crate::policy::cache::bytes::{Reader, Writer};
use crate::programs::{self, Programs};

impl CommandPattern {
    pub(crate) fn write_to(&self, writer: &mut Writer) {
        writer.text(&self.text);
        writer.list(&self.environment, |writer, (name, value)| {
            writer.text(name);
            value.write_to(writer);
        });
        self.program.write_to(writer);
        writer.list(&self.variants, |writer, variant| {
            writer.texts(variant.words());
        });
        writer.flag(self.dashes);
    }

    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            text: reader.string()?,
            environment: reader
                .list(|reader| Some((reader.string()?, Operand::read_from(reader)?)))?,
            program: Operand::read_from(reader)?,
            variants: reader.list(|reader| reader.strings().map(Variant::new))?,
            dashes: reader.flag()?,
        })
    }

    /// Returns the names that its program may have; `None` when they cannot be listed.
    pub(crate) fn program_names(&self) -> Option<&[String]> {
        match &self.program {
            Operand::Text(names) if !self.program.is_wild() => Some(names),
            Operand::Text(_) => None,
            // Places are no names.
            _ => Some(&[]),
        }
    }

    /// Returns the first subcommands of a program that the shipped table lists, of which a command must have one to be described;
    /// `None` where it may have any, or none.
    pub(crate) fn first_subcommands(&self, program: &str) -> Option<Vec<String>> {
        let entry = programs::find(program)?;
        let variants = self.variants.iter();
        variants
            .map(|variant| variant.first_subcommand(entry))
            .collect()
    }

    /// Returns names of which one stands on a path among the words of every command that it describes, or where such a word
    /// leads; `None` where it needs no such path.
    pub(crate) fn names_on_paths(&self) -> Option<Vec<String>> {
        let mut words = self.variants.iter().flat_map(Variant::words);
        // What an option or a separator makes of the words behind it hangs on the program.
        if words.clone().any(|word| word.starts_with(['-', '+', ':'])) {
            return None;
        }
        words.find_map(|word| {
            let choices = alternatives(word).into_iter();
            choices.map(|choice| name_on_path(&choice)).collect()
        })
    }

    /// Whether it describes only commands that see variables which the line sets.
    pub(crate) fn names_variables(&self) -> bool {
        !self.environment.is_empty()
    }

    /// Whether it speaks of what other rules protect.
    pub(crate) fn names_protected(&self) -> bool {
        self.text.contains("<protected>")
    }
}

/// Returns the longest name in a path without wildcards in it. The first one could follow something else in its word.
fn name_on_path(path: &str) -> Option<String> {
    let names = path.split('/').skip(1);
    let names =
        names.filter(|name| !matches!(*name, "" | "." | "..") && name.chars().all(is_of_name));
    names.max_by_key(|name| name.len()).map(str::to_owned)
}

/// Whether a letter stands in names that are looked for among the words of commands: no program splits its words there.
pub(crate) fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

impl Judged<'_> {
    /// Returns the names that a pattern may call the command's program by.
    pub(crate) fn names(&self, programs: &Programs) -> Vec<&str> {
        let Some(name) = self.command.program.as_deref() else {
            return Vec::new();
        };
        let entries = programs.entries(name).flatten().map(|entry| entry.name);
        std::iter::once(name).chain(entries).collect()
    }

    /// Returns the first subcommands that the command has in any reading, each with the names that a pattern may call its
    /// program by.
    pub(crate) fn first_subcommands(&self, programs: &Programs) -> Vec<([&str; 2], &str)> {
        let Some(name) = self.command.program.as_deref() else {
            return Vec::new();
        };
        let listed = self.entries(name, programs).iter().filter_map(|entry| {
            let program = entry.program?;
            (!program.subcommands.is_empty()).then_some((entry, [name, program.name]))
        });
        let read = listed.flat_map(|(entry, names)| {
            let readings = entry.read(self.command).iter();
            readings.filter_map(move |read| Some((names, *read.reading.subcommand.first()?)))
        });
        read.collect()
    }
}
