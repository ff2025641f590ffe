//! The words of find: options, the paths to start from, then an expression.

use super::{Operand, Parser};
use crate::programs::reading::{At, Word};
use crate::programs::table::{Opt, Role, Takes};

impl<W: Word> Parser<'_, W> {
    pub(super) fn expression(&mut self) {
        let mut in_expression = false;
        let mut is_negated = false;
        // Whether something was asked of names or times since the last `-o`.
        let mut is_tested = true;
        while let Some(word) = self.words.get(self.next) {
            let (index, text) = (self.next, word.start());
            self.next += 1;
            if text.starts_with('-') && text.len() > 1 {
                let known = self.levels.find(text);
                // Only these few may stand before the paths.
                in_expression |= !matches!(text, "-H" | "-L" | "-P" | "-D" | "--");
                match known {
                    Some(option) => {
                        let is_test = is_test(option);
                        let is_not = std::mem::replace(&mut is_negated, text == "-not");
                        if matches!(text, "-o" | "-or") {
                            is_tested = false;
                        }
                        is_tested |= is_test && !is_not;
                        if is_action(option) && !is_tested {
                            // `-name x -o -delete`: what was asked before says nothing of this.
                            self.options
                                .retain(|given| given.role != Role::Plain || given.value.is_none());
                        }
                        let value = match option.takes {
                            Takes::Nothing | Takes::Attached => None,
                            _ => self.take_next(),
                        };
                        if option.takes == Takes::Two {
                            self.next += 1;
                        }
                        // `! -name x` is anything else.
                        if !(is_not && is_test) {
                            self.give(option, index, value);
                        }
                    }
                    None if text == "--" || text.starts_with("-O") => {}
                    None => self.unlisted(text, index, true),
                }
            } else if matches!(text, "(" | ")" | "!" | ",") {
                in_expression = true;
                is_negated = text == "!";
                is_tested = (is_tested && text != ",") || text == ")";
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

/// Whether a word of an expression asks something of a file that tells it from most others.
fn is_test(option: &Opt) -> bool {
    let is_bound = |name: &&str| matches!(*name, "-maxdepth" | "-mindepth" | "-type" | "-D");
    option.takes == Takes::Value && option.role == Role::Plain && !option.names.iter().any(is_bound)
}

/// Whether a word of an expression does something to what was found.
fn is_action(option: &Opt) -> bool {
    option.role.takes_the_rest() || option.names.contains(&"-delete")
}
