//! Reads TOML into the same tree as JSON.

use serde_json::Value as Json;
use toml_edit::{Document, Item, TableLike, Value};

use crate::wiring::problem::{Problem, position};
use crate::wiring::tree::{Kind, Member, Node};

/// Reads a text.
///
/// # Errors
/// The first mistake, at its line and column.
pub fn parse(text: &str) -> Result<Node, Problem> {
    let document = Document::parse(text).map_err(|error| Problem {
        at: error.span().map(|span| position(text, span.start)),
        what: format!("not valid TOML: {}", error.message().replace('\n', "; ")),
    })?;
    Ok(Node {
        start: 0,
        end: text.len(),
        kind: table(document.as_table()),
    })
}

fn table(table: &dyn TableLike) -> Kind {
    let members = table.iter().map(|(key, item)| {
        let node = node(item);
        let start = table.key(key).and_then(toml_edit::Key::span);
        Member {
            key: key.to_owned(),
            start: start.map_or(node.start, |span| span.start),
            node,
        }
    });
    Kind::Object(members.collect())
}

fn node(item: &Item) -> Node {
    let span = item.span().unwrap_or_default();
    let kind = match item {
        Item::None => Kind::Scalar(Json::Null),
        Item::Value(value) => return of_value(value),
        Item::Table(inner) => table(inner),
        Item::ArrayOfTables(tables) => {
            let tables = tables.iter().map(|inner| {
                let span = inner.span().unwrap_or_default();
                Node {
                    start: span.start,
                    end: span.end,
                    kind: table(inner),
                }
            });
            Kind::Array(tables.collect())
        }
    };
    Node {
        start: span.start,
        end: span.end,
        kind,
    }
}

fn of_value(value: &Value) -> Node {
    let span = value.span().unwrap_or_default();
    let kind = match value {
        Value::String(text) => Kind::Scalar(Json::from(text.value().as_str())),
        Value::Integer(number) => Kind::Scalar(Json::from(*number.value())),
        Value::Float(number) => Kind::Scalar(Json::from(*number.value())),
        Value::Boolean(truth) => Kind::Scalar(Json::from(*truth.value())),
        Value::Datetime(date) => Kind::Scalar(Json::from(date.value().to_string())),
        Value::Array(array) => Kind::Array(array.iter().map(of_value).collect()),
        Value::InlineTable(inner) => table(inner),
    };
    Node {
        start: span.start,
        end: span.end,
        kind,
    }
}
