//! Finds options by any of their spellings, in a subcommand and in the programs above it.

use crate::programs::table::{Dashes, Opt, Program, UNLISTED};

/// A program and the subcommands taken.
pub(in crate::programs) struct Levels {
    innermost: &'static Program,
    /// Those around it, outermost first.
    above: Vec<&'static Program>,
}

impl Levels {
    pub(in crate::programs) fn of(program: &'static Program) -> Self {
        Self {
            innermost: program,
            above: Vec::new(),
        }
    }

    /// Returns the levels down to a subcommand, as far as it is listed.
    pub(in crate::programs) fn at(program: &'static Program, path: &[&str]) -> Self {
        let mut levels = Self::of(program);
        for name in path {
            match subcommand(levels.innermost(), name) {
                Some(sub) => levels.push(sub),
                None => levels.push(&UNLISTED),
            }
        }
        levels
    }

    pub(super) fn push(&mut self, level: &'static Program) {
        self.above
            .push(std::mem::replace(&mut self.innermost, level));
    }

    pub(in crate::programs) fn innermost(&self) -> &'static Program {
        self.innermost
    }

    /// Returns the programs whose options count here, innermost first.
    pub(in crate::programs) fn in_force(&self) -> impl Iterator<Item = &'static Program> {
        let above = self.above.iter().rev().copied();
        let above = above.filter(|program| program.options_everywhere);
        std::iter::once(self.innermost).chain(above)
    }

    /// Returns the option of exactly this name.
    pub(in crate::programs) fn find(&self, name: &str) -> Option<&'static Opt> {
        let single = self.innermost().dashes == Dashes::Single;
        let shorter = name.strip_prefix('-').filter(|name| name.len() > 1);
        let name = shorter
            .filter(|name| single && name.starts_with('-'))
            .unwrap_or(name);
        self.in_force().find_map(|program| program.option(name))
    }

    /// Returns the option of this name or, where abbreviations are understood, the one that alone begins with it.
    pub(super) fn find_long(&self, name: &str) -> Option<&'static Opt> {
        if let Some(option) = self.find(name) {
            return Some(option);
        }
        if name.len() < 3 || !self.innermost().abbreviations {
            return None;
        }
        let mut fitting = self.in_force().flat_map(|program| {
            program
                .options
                .iter()
                .filter(|option| option.names.iter().any(|long| long.starts_with(name)))
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    /// Returns the option that one letter after `-` or `+` stands for.
    pub(super) fn letter(&self, sign: char, letter: char) -> Option<&'static Opt> {
        self.find(letter_name(sign, letter)?)
    }

    /// Whether a word is written like an option here: most programs know `-` only, a few also `+`.
    pub(super) fn looks_like_option(&self, text: &str) -> bool {
        if text.len() < 2 {
            return false;
        }
        text.starts_with('-')
            || text.starts_with('+')
                && self.in_force().any(|program| {
                    let mut names = program.options.iter().flat_map(|option| option.names);
                    names.any(|name| name.starts_with('+'))
                })
    }
}

/// `-` and each letter from `!` to `~`, in the order of their codes.
const MINUS: &str = "-!-\"-#-$-%-&-'-(-)-*-+-,---.-/-0-1-2-3-4-5-6-7-8-9-:-;-<-=->-?-@\
         -A-B-C-D-E-F-G-H-I-J-K-L-M-N-O-P-Q-R-S-T-U-V-W-X-Y-Z-[-\\-]-^-_-`\
         -a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z-{-|-}-~";
const PLUS: &str = "+!+\"+#+$+%+&+'+(+)+*+++,+-+.+/+0+1+2+3+4+5+6+7+8+9+:+;+<+=+>+?+@\
         +A+B+C+D+E+F+G+H+I+J+K+L+M+N+O+P+Q+R+S+T+U+V+W+X+Y+Z+[+\\+]+^+_+`\
         +a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x+y+z+{+|+}+~";

/// Returns `-x` for a letter: no new text, and no search, because words may hold thousands of letters.
pub(super) fn letter_name(sign: char, letter: char) -> Option<&'static str> {
    let names = if sign == '+' { PLUS } else { MINUS };
    // `--` is no letter's name.
    let code = u8::try_from(letter).ok().filter(|code| *code != b'-')?;
    let place = 2 * usize::from(code.checked_sub(b'!')?);
    names.get(place..place + 2)
}

/// Returns the subcommand of this name.
pub(super) fn subcommand(program: &Program, name: &str) -> Option<&'static Program> {
    let index = program
        .subcommands
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()?;
    program.subcommands.get(index).map(|(_, sub)| *sub)
}

#[cfg(test)]
mod tests {
    use super::letter_name;

    #[test]
    fn each_letter_has_its_name() {
        for letter in '!'..='~' {
            for sign in ['-', '+'] {
                let name = (letter != '-').then(|| format!("{sign}{letter}"));
                assert_eq!(letter_name(sign, letter), name.as_deref(), "{letter}");
            }
        }
        for none in ['-', ' ', '\0', '\u{7f}', 'é', '日'] {
            assert_eq!(letter_name('-', none), None, "{none:?}");
        }
    }
}
