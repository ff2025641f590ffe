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

/// Returns `-x` for a letter or digit, without making a new text.
pub(super) fn letter_name(sign: char, letter: char) -> Option<&'static str> {
    const MINUS: &str = "-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z-A-B-C-D-E-F-G-H-I-J-K-L-M-N-O-P-Q-R-S-T-U-V-W-X-Y-Z\
                         -0-1-2-3-4-5-6-7-8-9-#-@-?-:-.-%-+-=-,-/-_-~-^-!-$-&-*-;-[-]-{-}-(-)-<->-|";
    const PLUS: &str = "+a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x+y+z+A+B+C+D+E+F+G+H+I+J+K+L+M+N+O+P+Q+R+S+T+U+V+W+X+Y+Z";
    let names = if sign == '+' { PLUS } else { MINUS };
    let letters = names.bytes().skip(1).step_by(2);
    let place = letters
        .into_iter()
        .position(|known| char::from(known) == letter)?;
    names.get(2 * place..2 * place + 2)
}

/// Returns the subcommand of this name.
pub(super) fn subcommand(program: &Program, name: &str) -> Option<&'static Program> {
    let index = program
        .subcommands
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()?;
    program.subcommands.get(index).map(|(_, sub)| *sub)
}
