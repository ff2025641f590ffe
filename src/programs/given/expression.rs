//! The words of find: options, the paths to start from, then an expression.

use super::{Operand, Parser};
use crate::programs::reading::{At, Word};
use crate::programs::table::Takes;

impl<W: Word> Parser<'_, W> {
    pub(super) fn expression(&mut self) {
        let mut in_expression = false;
        while let Some(word) = self.words.get(self.next) {
            let (index, text) = (self.next, word.start());
            self.next += 1;
            if text.starts_with('-') && text.len() > 1 {
                let known = self.levels.find(text);
                // Only these few may stand before the paths.
                in_expression |= !matches!(text, "-H" | "-L" | "-P" | "-D" | "--");
                match known {
                    Some(option) => {
                        let value = match option.takes {
                            Takes::Nothing | Takes::Attached => None,
                            _ => self.take_next(),
                        };
                        if option.takes == Takes::Two {
                            self.next += 1;
                        }
                        self.give(option, index, value);
                    }
                    None if text == "--" || text.starts_with("-O") => {}
                    None => self.unlisted(text, index, true),
                }
            } else if matches!(text, "(" | ")" | "!" | ",") {
                in_expression = true;
            } else if !in_expression {
                self.uncertain |= text.is_empty() && !word.is_whole();
                self.operands.push(Operand {
                    at: At::from(index, 0),
                    after_dashes: false,
                    folders: 0,
                });
            }
        }
    }
}
