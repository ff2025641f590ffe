//! Reads JSON, with or without comments and trailing commas, into a tree with places.

use jsonc_parser::ast::Value as Ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde_json::Value;

use crate::wiring::problem::{Problem, position};
use crate::wiring::tree::{Kind, Member, Node};

/// A text as it was read.
#[derive(Debug)]
pub struct Document {
    /// `None`: nothing but blanks and comments.
    pub root: Option<Node>,
    /// Where the commas are.
    pub commas: Vec<usize>,
    /// Where comments begin and end.
    pub comments: Vec<(usize, usize)>,
}

const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a text. A byte order mark counts as a blank.
///
/// # Errors
/// The first mistake, at its line and column.
pub fn parse(text: &str) -> Result<Document, Problem> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::AsTokens,
        tokens: true,
    };
    let parsed = parse_to_ast(body, &collect, &OPTIONS).map_err(|error| Problem {
        at: Some(position(body, error.range().start)),
        what: format!("not valid JSON: {}", lowercase(&error.kind().to_string())),
    })?;
    let mut document = Document {
        root: parsed.value.as_ref().map(|value| node(value, skipped)),
        commas: Vec::new(),
        comments: Vec::new(),
    };
    let tokens = parsed.tokens.unwrap_or_default();
    let ranges = tokens
        .iter()
        .map(|token| (token.range.start, token.range.end));
    if let Some(at) = odd_blank(body, ranges) {
        return Err(Problem::at(
            body,
            at,
            "not valid JSON: a blank that is none there",
        ));
    }
    for token in tokens {
        let place = (token.range.start + skipped, token.range.end + skipped);
        match token.token {
            Token::Comma => document.commas.push(place.0),
            Token::CommentLine(_) | Token::CommentBlock(_) => document.comments.push(place),
            _ => {}
        }
    }
    Ok(document)
}

/// The first blank between tokens that this parser passes over and JSON does not know.
fn odd_blank(text: &str, tokens: impl Iterator<Item = (usize, usize)>) -> Option<usize> {
    let mut from = 0;
    for (start, end) in tokens.chain([(text.len(), text.len())]) {
        let between = text.get(from..start).unwrap_or_default();
        let odd = between.find(|sign| !matches!(sign, ' ' | '\t' | '\r' | '\n'));
        if let Some(odd) = odd {
            return Some(from + odd);
        }
        from = end;
    }
    None
}

fn lowercase(text: &str) -> String {
    let mut signs = text.chars();
    let first = signs.next().map(|sign| sign.to_lowercase().to_string());
    first.unwrap_or_default() + signs.as_str()
}

fn node(ast: &Ast, skipped: usize) -> Node {
    let kind = match ast {
        Ast::Object(object) => {
            let members = object.properties.iter().map(|property| Member {
                key: property.name.as_str().to_owned(),
                start: property.range.start + skipped,
                node: node(&property.value, skipped),
            });
            Kind::Object(members.collect())
        }
        Ast::Array(array) => {
            let elements = array.elements.iter().map(|value| node(value, skipped));
            Kind::Array(elements.collect())
        }
        Ast::StringLit(text) => Kind::Scalar(Value::String(text.value.to_string())),
        Ast::BooleanLit(literal) => Kind::Scalar(Value::Bool(literal.value)),
        Ast::NullKeyword(_) => Kind::Scalar(Value::Null),
        // A number that serde does not take is none that a template could equal.
        Ast::NumberLit(number) => {
            Kind::Scalar(serde_json::from_str(number.value).unwrap_or_else(|_| number.value.into()))
        }
    };
    let range = ast.range();
    Node {
        start: range.start + skipped,
        end: range.end + skipped,
        kind,
    }
}

impl Document {
    /// Returns the first comma that stands before a closing bracket.
    #[must_use]
    pub fn trailing_comma(&self, text: &str) -> Option<usize> {
        let is_trailing = |comma: &usize| {
            let mut at = comma + 1;
            for (start, end) in self.comments.iter().filter(|(start, _)| start > comma) {
                let between = text.get(at..*start).unwrap_or("x");
                if !between.trim().is_empty() {
                    break;
                }
                at = *end;
            }
            let rest = text.get(at..).unwrap_or_default().trim_start();
            rest.starts_with(['}', ']'])
        };
        self.commas.iter().copied().find(is_trailing)
    }

    /// Where the comma after an item is, when there is one before the next item or the end of the list.
    #[must_use]
    pub fn comma_between(&self, start: usize, end: usize) -> Option<usize> {
        let at = self.commas.partition_point(|comma| *comma < start);
        self.commas.get(at).copied().filter(|comma| *comma < end)
    }

    /// The end of the comments that follow on the same line, or the place itself.
    #[must_use]
    pub fn after_comments(&self, text: &str, from: usize) -> usize {
        let mut end = from;
        for (start, stop) in &self.comments {
            let Some(between) = text.get(end..*start) else {
                continue;
            };
            let comment = text.get(*start..*stop).unwrap_or_default();
            let is_beside = between.chars().all(|sign| sign == ' ' || sign == '\t');
            if !is_beside || comment.trim_end_matches('\r').contains('\n') {
                break;
            }
            // A carriage return belongs to the line's end, not to the comment.
            end = start + comment.trim_end_matches('\r').len();
        }
        end
    }
}
