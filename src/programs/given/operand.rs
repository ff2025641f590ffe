//! What an operand does: names a subcommand, begins a further command, or is kept.

use super::{Along, Operand, Parser, lookup};
use crate::programs::layout::{chosen, holds_rest, is_assignment};
use crate::programs::reading::{At, Command, Word};
use crate::programs::table::{Folders, Parsing, UNLISTED};

impl<'w, W: Word> Parser<'w, W> {
    pub(super) fn operand(&mut self, index: usize) {
        let Some(word) = self.words.get(index) else {
            return;
        };
        if self.subcommand(word) {
            return;
        }
        let level = self.level();
        let text = word.start();
        if let Some((_, option)) = level
            .means
            .iter()
            .find(|(start, _)| text.starts_with(start))
            && let Some(option) = self.levels.find(option)
            && !self
                .options
                .iter()
                .any(|given| given.name == option.canonical())
        {
            self.give(option, index, None);
        }
        if level.starts_commands() && holds_rest(self, text) {
            let end = self.words.len();
            let role = chosen(self).rest_role();
            self.commands.push(Command {
                words: index..end,
                role,
                split: None,
                placeholder: None,
                appends_stdin: level.appends_stdin,
                inputs: None,
            });
            self.next = end;
            return;
        }
        if self.assignments == self.operands.len() && is_assignment(text) {
            self.assignments += 1;
        }
        self.operands.push(Operand {
            at: At::from(index, 0),
            after_dashes: self.dashes,
            folders: match level.folders {
                Folders::Following => self.folders,
                Folders::All => usize::MAX,
            },
        });
        self.operands_only |= level.parsing == Parsing::StopAtOperand && !is_assignment(text);
    }

    /// Steps down into a subcommand, if this word is where one stands.
    fn subcommand(&mut self, word: &'w W) -> bool {
        let level = self.level();
        if level.subcommands.is_empty()
            || !self.operands.is_empty()
            || self.along.is_some_and(|along| along.is_past)
        {
            return false;
        }
        let mut text = word.start();
        if let Some(along) = self.along {
            if text == "**" {
                self.pass_subcommands(along);
                return true;
            }
            let name = along.path.get(self.path.len());
            text = name
                .copied()
                .filter(|name| (along.fits)(text, name))
                .unwrap_or(text);
        }
        if let Some(sub) = lookup::subcommand(level, text).filter(|_| word.is_whole()) {
            self.levels.push(sub);
            self.path = sub.path.to_vec();
            return true;
        }
        if level.has_operands() {
            return false;
        }
        self.path.push(text);
        self.levels.push(&UNLISTED);
        self.uncertain = true;
        true
    }

    /// Goes down to where the options of the command belong, without naming a subcommand.
    fn pass_subcommands(&mut self, along: Along<'w>) {
        self.along = Some(Along {
            is_past: true,
            ..along
        });
        for name in along.path.get(self.path.len()..).unwrap_or_default() {
            let sub = lookup::subcommand(self.level(), name).unwrap_or(&UNLISTED);
            self.levels.push(sub);
        }
    }
}
