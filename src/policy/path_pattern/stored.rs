//! Path globs as they are kept in a compiled policy, and by what a path must hold to be covered by one.

use super::{Part, PathPattern, PathPatterns};
use crate::policy::cache::bytes::{Reader, Writer};
use crate::wildcards::{Item, Token, Wildcards};

/// What some name of every covered path has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handle<'p> {
    /// All of it.
    Name(&'p str),
    /// Its last dot and what stands behind.
    Ending(String),
}

impl PathPatterns {
    pub(crate) fn write_to(&self, writer: &mut Writer) {
        writer.list(&self.list, |writer, pattern| pattern.write_to(writer));
    }

    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        let list = reader.list(PathPattern::read_from)?;
        Some(Self { list })
    }

    /// Returns what hangs on each way to be covered: one of the handles is on every path that it covers. A way without handles
    /// may cover anything. Exceptions cover nothing.
    pub(crate) fn ways(&self) -> impl Iterator<Item = Vec<Handle<'_>>> {
        let positive = self.list.iter().filter(|pattern| !pattern.excepts);
        positive.flat_map(PathPattern::ways)
    }

    /// Returns the literal names that globs begin with: of folders below which, by their texts, something is covered.
    pub(crate) fn first_names(&self) -> impl Iterator<Item = &str> {
        let positive = self.list.iter().filter(|pattern| !pattern.excepts);
        positive.flat_map(|pattern| {
            pattern.parts().filter_map(|parts| match parts.first()? {
                Part::Name(name) => name.literal(),
                Part::AnyFolders => None,
            })
        })
    }
}

impl PathPattern {
    /// The alternatives; of a glob in the home folder without the `~`.
    fn parts(&self) -> impl Iterator<Item = &[Part]> {
        let skip = usize::from(self.is_in_home());
        self.alternatives
            .iter()
            .filter_map(move |parts| parts.get(skip..))
    }

    /// Returns what hangs on each way to match: all of the handles are on every path that matches so.
    pub(crate) fn ways(&self) -> impl Iterator<Item = Vec<Handle<'_>>> {
        self.parts().map(handles)
    }

    pub(crate) fn write_to(&self, writer: &mut Writer) {
        writer.text(&self.text);
        writer.flag(self.excepts);
        writer.flag(self.is_of_system);
        writer.list(&self.alternatives, |writer, parts| {
            writer.list(parts, |writer, part| match part {
                Part::AnyFolders => writer.byte(0),
                Part::Name(name) => name.write_to(writer),
            });
        });
    }

    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            text: reader.string()?,
            excepts: reader.flag()?,
            is_of_system: reader.flag()?,
            alternatives: reader.list(|reader| reader.list(part))?,
        })
    }
}

fn part(reader: &mut Reader<'_>) -> Option<Part> {
    match reader.byte()? {
        0 => Some(Part::AnyFolders),
        1 => Some(Part::Name(Wildcards::Literal(reader.string()?))),
        2 => Some(Part::Name(Wildcards::Wild(reader.list(token)?))),
        _ => None,
    }
}

fn token(reader: &mut Reader<'_>) -> Option<Token> {
    Some(match reader.byte()? {
        0 => Token::Char(letter(reader)?),
        1 => Token::One,
        2 => Token::Many,
        3 => Token::Class {
            negated: reader.flag()?,
            items: reader.list(|reader| Some((letter(reader)?, letter(reader)?)))?,
        },
        _ => return None,
    })
}

fn letter(reader: &mut Reader<'_>) -> Option<char> {
    char::from_u32(u32::try_from(reader.number()?).ok()?)
}

impl Wildcards {
    fn write_to(&self, writer: &mut Writer) {
        match self {
            Self::Literal(name) => {
                writer.byte(1);
                writer.text(name);
            }
            Self::Wild(tokens) => {
                writer.byte(2);
                writer.list(tokens, |writer, token| token.write_to(writer));
            }
        }
    }
}

impl Token {
    fn write_to(&self, writer: &mut Writer) {
        let write_letter =
            |writer: &mut Writer, letter: char| writer.number(u64::from(u32::from(letter)));
        match self {
            Self::Char(letter) => {
                writer.byte(0);
                write_letter(writer, *letter);
            }
            Self::One => writer.byte(1),
            Self::Many => writer.byte(2),
            Self::Class { negated, items } => {
                writer.byte(3);
                writer.flag(*negated);
                writer.list(items, |writer, (from, to): &Item| {
                    write_letter(writer, *from);
                    write_letter(writer, *to);
                });
            }
        }
    }
}

/// Every part of a glob matches a name of each path that it covers, so that each part's handle is on them all.
fn handles(parts: &[Part]) -> Vec<Handle<'_>> {
    parts
        .iter()
        .filter_map(|part| match part {
            Part::AnyFolders => None,
            Part::Name(Wildcards::Literal(name)) => Some(Handle::Name(name)),
            Part::Name(Wildcards::Wild(tokens)) => ending(tokens).map(Handle::Ending),
        })
        .collect()
}

/// Returns the ending that a name with wildcards has in any case: what stands behind the last wildcard, from its last dot on.
fn ending(tokens: &[Token]) -> Option<String> {
    let is_open = |token: &Token| !matches!(token, Token::Char(_));
    let behind = tokens.iter().rposition(is_open).map_or(0, |at| at + 1);
    let tail: String = tokens
        .get(behind..)?
        .iter()
        .filter_map(|token| match token {
            Token::Char(letter) => Some(*letter),
            _ => None,
        })
        .collect();
    let dot = tail.rfind('.')?;
    tail.get(dot..).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Handle, PathPattern, PathPatterns, Reader, Writer};

    fn patterns(globs: &[&str]) -> PathPatterns {
        let globs = globs.iter();
        globs
            .map(|glob| PathPattern::parse(glob).unwrap())
            .collect()
    }

    #[test]
    fn globs_come_back_as_they_were() {
        let globs = patterns(&[
            "generated/**",
            "!generated/README.md",
            "*.[!a-cé]?m",
            "{a,b/c}/x*.p\\*y",
            "~/.ssh/**",
            "/etc/**",
            "C:/x",
            "**/keys/",
        ]);
        let mut writer = Writer::default();
        globs.write_to(&mut writer);
        let mut reader = Reader::new(&writer.bytes);
        assert_eq!(PathPatterns::read_from(&mut reader), Some(globs));
        assert!(reader.is_at_end());
    }

    #[test]
    fn handles_are_what_every_covered_path_has() {
        let name = |name| Handle::Name(name);
        let ending = |ending: &str| Handle::Ending(ending.into());
        let cases: [(&str, Vec<Handle<'_>>); 10] = [
            ("generated/**", vec![name("generated")]),
            ("*.pem", vec![ending(".pem")]),
            ("*.tar.gz", vec![ending(".gz")]),
            ("secret*", vec![]),
            ("**", vec![]),
            (
                "config/**/secret*.json",
                vec![name("config"), ending(".json")],
            ),
            ("~/.ssh/**", vec![name(".ssh")]),
            ("/etc/**", vec![name("etc")]),
            ("*.p?", vec![]),
            ("!x", vec![]),
        ];
        for (glob, expected) in cases {
            let globs = patterns(&[glob]);
            let found: Vec<_> = globs.ways().flatten().collect();
            assert_eq!(found, expected, "{glob}");
        }
        assert_eq!(patterns(&["{a,b}/c"]).ways().count(), 2);
        assert_eq!(patterns(&["!x"]).ways().count(), 0);
    }
}
