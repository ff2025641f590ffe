//! Reads quotes, escapes and expansions of a line, as far as it takes to say which bytes stand for which.

use super::{GAP, Manner, Spelled};

/// Reads bytes of a line, the first of which is its byte `at`.
pub(super) fn read(raw: &str, at: usize, manner: Manner) -> Spelled {
    let mut reader = Reader::of(raw, at);
    match manner {
        Manner::Words => reader.words(),
        Manner::Body { expands, strips } => reader.body(expands, strips),
    }
    reader.spelled
}

/// Returns a text with what backslashes stand for in their place.
pub(super) fn unescaped(raw: &str) -> Spelled {
    let mut reader = Reader::of(raw, 0);
    reader.escapes(None);
    reader.spelled
}

/// Reads one stretch of a line.
struct Reader<'t> {
    raw: &'t str,
    /// Where the stretch stands.
    at: usize,
    pos: usize,
    spelled: Spelled,
}

impl<'t> Reader<'t> {
    fn of(raw: &'t str, at: usize) -> Self {
        Self {
            raw,
            at,
            pos: 0,
            spelled: Spelled::default(),
        }
    }

    fn rest(&self) -> &'t str {
        self.raw.get(self.pos..).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes so many bytes that spell another text.
    fn unit(&mut self, text: &str, length: usize) {
        let start = self.at + self.pos;
        self.pos += length;
        self.spelled.push(text, start..start + length);
    }

    /// Takes so many bytes as they are.
    fn plain(&mut self, length: usize) {
        let raw = self.raw;
        let start = self.pos;
        self.pos += length;
        let text = raw.get(start..start + length).unwrap_or_default();
        self.spelled
            .push(text, self.at + start..self.at + start + length);
    }

    /// Takes what does not mean anything else, at least one letter.
    fn run(&mut self, special: &[char]) {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let more = rest.get(first..).unwrap_or_default();
        let length = first + more.find(special).unwrap_or(more.len());
        self.plain(length);
    }

    fn words(&mut self) {
        while let Some(letter) = self.next() {
            match letter {
                '\'' => {
                    self.pos += 1;
                    let length = self.rest().find('\'').unwrap_or(self.rest().len());
                    self.plain(length);
                    self.pos += 1;
                }
                '"' => self.double(),
                '\\' => self.escaped(None),
                '$' if self.rest().starts_with("$'") => {
                    self.pos += 2;
                    self.escapes(Some('\''));
                    self.pos += 1;
                }
                '$' if self.rest().starts_with("$\"") => {
                    self.pos += 1;
                    self.double();
                }
                '$' | '`' => self.expansion(),
                ' ' | '\t' | '\n' => {
                    let rest = self.rest();
                    let length = rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
                    self.unit(" ", length);
                }
                _ => self.run(&['\'', '"', '\\', '$', '`', ' ', '\t', '\n']),
            }
        }
    }

    fn double(&mut self) {
        self.pos += 1;
        while let Some(letter) = self.next() {
            match letter {
                '"' => break,
                '\\' => self.escaped(Some(&['$', '`', '"', '\\'])),
                '$' | '`' => self.expansion(),
                _ => self.run(&['"', '\\', '$', '`']),
            }
        }
        self.pos += 1;
    }

    fn body(&mut self, expands: bool, strips: bool) {
        let mut begins_line = true;
        while let Some(letter) = self.next() {
            if letter == '\t' && begins_line && strips {
                self.pos += 1;
                continue;
            }
            begins_line = false;
            match letter {
                '\n' => {
                    self.plain(1);
                    begins_line = true;
                }
                '\\' if expands => self.escaped(Some(&['$', '`', '\\'])),
                '$' | '`' if expands => self.expansion(),
                _ if expands => self.run(&['\n', '\\', '$', '`']),
                _ => self.run(&['\n']),
            }
        }
    }

    /// Takes a backslash, and the letter after it where it is one that it quotes.
    fn escaped(&mut self, quoted: Option<&[char]>) {
        let Some(letter) = self.rest().chars().nth(1) else {
            return self.plain(1);
        };
        let length = 1 + letter.len_utf8();
        if letter == '\n' {
            self.pos += length;
        } else if quoted.is_none_or(|quoted| quoted.contains(&letter)) {
            self.unit(letter.encode_utf8(&mut [0; 4]), length);
        } else {
            self.plain(1);
        }
    }

    /// Takes an expansion, whose text is not known here.
    fn expansion(&mut self) {
        let length = expansion(self.rest());
        if length == 1 && self.next() == Some('$') {
            return self.plain(1);
        }
        self.unit(GAP.encode_utf8(&mut [0; 4]), length);
    }

    /// Takes a text with escapes of C up to a letter that ends it.
    fn escapes(&mut self, end: Option<char>) {
        while let Some(letter) = self.next().filter(|letter| Some(*letter) != end) {
            if letter != '\\' {
                let special: &[char] = if end.is_some() {
                    &['\\', '\'']
                } else {
                    &['\\']
                };
                self.run(special);
                continue;
            }
            let (text, length) = escape(self.rest());
            match text {
                Some(text) => self.unit(text.encode_utf8(&mut [0; 4]), length),
                None => self.plain(length),
            }
        }
    }
}

/// Returns what an escape of C stands for, and its length; nothing where it stands for itself.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text.chars().nth(1) else {
        return (None, 1);
    };
    let number = |base: u32, from: usize, most: usize| {
        let digits = text.get(from..).unwrap_or_default();
        let count = digits
            .chars()
            .take(most)
            .take_while(|digit| digit.is_digit(base))
            .count();
        let value = u32::from_str_radix(digits.get(..count).unwrap_or_default(), base);
        let known = value.ok().and_then(char::from_u32);
        // What is no text of its own is nothing that a shell would take for a word.
        (count > 0).then_some((Some(known.unwrap_or(GAP)), from + count))
    };
    let simple = match letter {
        'a' => '\x07',
        'b' => '\x08',
        'e' | 'E' => '\x1b',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '\'' | '"' | '?' => letter,
        _ => {
            let found = match letter {
                '0'..='7' => number(8, 1, 3),
                'x' => number(16, 2, 2),
                'u' => number(16, 2, 4),
                'U' => number(16, 2, 8),
                _ => None,
            };
            return found.unwrap_or((None, 1 + letter.len_utf8()));
        }
    };
    (Some(simple), 2)
}

/// Returns the length of the expansion that a text begins with.
fn expansion(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match letters.next() {
        _ if text.starts_with('`') => {
            let end = text.get(1..).and_then(|rest| rest.find('`'));
            end.map_or(text.len(), |end| end + 2)
        }
        Some((_, '(')) => closed(text, '(', ')'),
        Some((_, '{')) => closed(text, '{', '}'),
        Some((_, letter)) if letter == '_' || letter.is_ascii_alphabetic() => {
            let is_name =
                |letter: &(usize, char)| letter.1 == '_' || letter.1.is_ascii_alphanumeric();
            2 + letters.take_while(is_name).count()
        }
        Some((_, letter)) if letter.is_ascii_digit() || "@*#?-$!".contains(letter) => 2,
        _ => 1,
    }
}

/// Returns the length up to the bracket that closes the first one.
fn closed(text: &str, open: char, close: char) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => {
                letters.next();
            }
            (None, '\'' | '"') => quote = Some(letter),
            _ if letter == open => depth += 1,
            _ if letter == close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
