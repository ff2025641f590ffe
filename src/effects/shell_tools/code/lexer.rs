//! Splits code of scripting languages into names, texts and signs.

use super::super::printing::numbered;
use super::filled;
use crate::effects::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name with its dots: `os.path.join`; one that follows a bracket begins with a dot.
    Name(String),
    Text(Value),
    /// Between backticks, in languages where a shell reads that.
    Shell(String),
    /// A text into which names are filled: its pieces, and whether a shell reads the whole.
    Filled(Vec<Token>, bool),
    Sign(char),
    /// The end of a line.
    End,
}

pub(super) fn tokens(language: &str, code: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: code,
        language,
        all: Vec::new(),
    };
    while let Some(letter) = lexer.rest.chars().next() {
        lexer.token(letter);
    }
    if code.contains(IMPORTS) {
        return imported(lexer.all);
    }
    lexer.all
}

const IMPORTS: &str = "__import__";

/// Reads `__import__("os").remove` as `os.remove`.
fn imported(tokens: Vec<Token>) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let (
            Token::Name(called),
            [
                ..,
                Token::Name(import),
                Token::Sign('('),
                Token::Text(Value::Known(module)),
                Token::Sign(')'),
            ],
        ) = (&token, all.as_slice())
            && import == IMPORTS
            && called.starts_with('.')
        {
            let name = format!("{module}{called}");
            all.truncate(all.len().saturating_sub(4));
            all.push(Token::Name(name));
        } else {
            all.push(token);
        }
    }
    all
}

struct Lexer<'c> {
    rest: &'c str,
    language: &'c str,
    all: Vec<Token>,
}

impl Lexer<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn token(&mut self, letter: char) {
        let is_name =
            |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '@' | '.');
        let hashes = matches!(self.language, "python" | "perl" | "ruby" | "php" | "r");
        let slashes = matches!(self.language, "javascript" | "php" | "typescript");
        match letter {
            '\n' => {
                self.all.push(Token::End);
                self.skip(1);
            }
            '#' if hashes => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
            '<' if self.language == "r" && self.rest.starts_with("<-") => {
                self.all.push(Token::Sign('='));
                self.skip(2);
            }
            '/' if slashes && self.rest.starts_with("//") => {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            }
            '\'' | '"' | '`' => self.text(letter),
            '%' if self.language == "ruby"
                && (self.rest.starts_with("%w") || self.rest.starts_with("%W")) =>
            {
                self.skip(1);
                self.words(1);
            }
            '<' if self.language == "perl" && self.is_glob() => self.words(0),
            '%' if self.language == "ruby" && self.rest.starts_with("%x") => {
                self.words(2);
                self.run_last();
            }
            letter if letter.is_whitespace() => self.skip(letter.len_utf8()),
            letter if is_name(letter) => {
                let end = self
                    .rest
                    .find(|letter| !is_name(letter))
                    .unwrap_or(self.rest.len());
                let name = self
                    .rest
                    .get(..end)
                    .unwrap_or_default()
                    .trim_start_matches(['$', '@'])
                    .to_owned();
                if name.chars().all(|letter| letter == '.') && !name.is_empty() {
                    self.all.push(Token::Sign('.'));
                    return self.skip(end);
                }
                let quotes = self
                    .rest
                    .get(end..)
                    .is_some_and(|rest| rest.starts_with(['\'', '"']));
                if quotes
                    && matches!(
                        name.to_lowercase().as_str(),
                        "f" | "r" | "b" | "fr" | "rf" | "br" | "u" | "rb"
                    )
                {
                    self.skip(end);
                    let is_filled = name.to_lowercase().contains('f');
                    let quote = self.rest.chars().next().unwrap_or('"');
                    self.plain_text(quote);
                    if is_filled {
                        self.fill(filled::Marks::Braces);
                    }
                    return;
                }
                if self.language == "perl" && matches!(name.as_str(), "qw" | "q" | "qq" | "qx") {
                    self.words(end);
                    if name == "qx" {
                        self.run_last();
                    }
                    return;
                }
                let is_tag = name.is_empty();
                if !is_tag {
                    self.name(name);
                }
                self.skip(end);
                if is_tag && slashes && self.rest.starts_with('`') {
                    self.text('`');
                    self.run_last();
                }
            }
            other => {
                self.all.push(Token::Sign(other));
                self.skip(other.len_utf8());
            }
        }
    }

    /// `<folder/*>`
    fn is_glob(&self) -> bool {
        let inner = self.rest.get(1..).and_then(|rest| rest.split_once('>'));
        inner.is_some_and(|(inner, _)| {
            inner.contains(['*', '/', '?']) && !inner.contains([' ', '\n', '=', '$'])
        })
    }

    /// Adds a name; `File::write` is one as `File.write`.
    fn name(&mut self, name: String) {
        let joined = matches!(self.language, "ruby" | "perl" | "php" | "rust");
        if joined
            && let [.., Token::Name(_), Token::Sign(':'), Token::Sign(':')] = self.all.as_slice()
        {
            self.all.truncate(self.all.len() - 2);
            if let Some(Token::Name(before)) = self.all.last_mut() {
                before.push('.');
                before.push_str(&name);
                return;
            }
        }
        self.all.push(Token::Name(name));
    }

    /// The last text is shell text.
    fn run_last(&mut self) {
        match self.all.last_mut() {
            Some(Token::Filled(_, runs)) => *runs = true,
            Some(last @ Token::Text(_)) => {
                if let Token::Text(value) = last {
                    *last = Token::Shell(value.start().to_owned());
                }
            }
            _ => {}
        }
    }

    /// Finds what is filled into the last text when the code runs.
    fn fill(&mut self, marks: filled::Marks) {
        if let Some(last) = self.all.last_mut()
            && let Token::Text(Value::Known(text)) = last
            && let Some(pieces) = filled::pieces(text, marks)
        {
            *last = Token::Filled(pieces, false);
        }
    }

    /// `qw(a b)`, `%w[a b]`: a list of texts; `q{a b}`: one.
    fn words(&mut self, bytes: usize) {
        let is_list = self
            .rest
            .get(..bytes)
            .is_some_and(|name| name.contains(['w', 'W']));
        self.skip(bytes);
        self.rest = self.rest.trim_start();
        let Some(open) = self.rest.chars().next() else {
            return;
        };
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            other => other,
        };
        self.skip(open.len_utf8());
        let end = self.rest.find(close).unwrap_or(self.rest.len());
        let inner = self.rest.get(..end).unwrap_or_default().to_owned();
        self.skip(end + close.len_utf8());
        if is_list {
            for word in inner.split_whitespace() {
                self.all.push(Token::Text(Value::Known(word.to_owned())));
                self.all.push(Token::Sign(','));
            }
        } else {
            let is_filled = open != '\'' && (bytes == 2 || self.language == "ruby");
            self.all.push(Token::Text(Value::Known(inner)));
            if is_filled && let Some(marks) = filled::Marks::of(self.language, '"') {
                self.fill(marks);
            }
        }
    }

    fn text(&mut self, quote: char) {
        self.plain_text(quote);
        if let Some(marks) = filled::Marks::of(self.language, quote) {
            self.fill(marks);
        }
        if quote == '`' && matches!(self.language, "perl" | "ruby" | "php" | "julia") {
            self.run_last();
        }
    }

    fn plain_text(&mut self, quote: char) {
        let long = quote.to_string().repeat(3);
        let end = if self.language == "python" && self.rest.starts_with(&long) {
            long
        } else {
            quote.to_string()
        };
        let names_letters = self.names_letters(quote);
        self.skip(end.len());
        let mut text = String::new();
        while !self.rest.is_empty() && !self.rest.starts_with(&end) {
            let mut letters = self.rest.chars();
            let letter = letters.next().unwrap_or_default();
            let mut used = letter.len_utf8();
            if letter == '\\' {
                let number = names_letters.then(|| numbered(letters.as_str())).flatten();
                let escaped = letters.next().unwrap_or_default();
                used += number.map_or(escaped.len_utf8(), |(_, bytes)| bytes);
                match (number, escaped) {
                    (Some((letter, _)), _) => text.push(letter),
                    (None, 'n') => text.push('\n'),
                    (None, 't') => text.push('\t'),
                    (None, '\n') => {}
                    (None, other) => text.push(other),
                }
            } else {
                text.push(letter);
            }
            self.skip(used);
        }
        self.skip(end.len());
        self.all.push(Token::Text(Value::Known(text)));
    }

    /// Whether numbers behind backslashes stand for letters in a text that begins here.
    fn names_letters(&self, quote: char) -> bool {
        match self.language {
            "python" => !matches!(self.all.last(), Some(Token::Name(prefix))
                if prefix.len() <= 2 && prefix.contains(['r', 'R'])),
            "perl" | "php" | "ruby" => quote != '\'',
            _ => true,
        }
    }
}
