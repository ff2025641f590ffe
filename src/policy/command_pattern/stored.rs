//! Command patterns as they are kept in a compiled policy.

use super::form::Variant;
use super::operand::Operand;
use super::{CommandPattern, Judged};
use crate::policy::cache::bytes::{Reader, Writer};
use crate::programs::Programs;

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

    /// Whether it speaks of what other rules protect.
    pub(crate) fn names_protected(&self) -> bool {
        self.text.contains("<protected>")
    }
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
}
