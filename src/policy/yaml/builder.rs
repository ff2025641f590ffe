//! Builds the tree from the parser's events, within the limits.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{DEPTH_LIMIT, Kind, NODE_LIMIT, Node, Positions, Scalar, Span, Style};
use crate::policy::problems::{FileId, Place, Problem, Problems, form};

/// Reads events until the end or the first one that makes going on pointless.
pub(super) fn build(
    text: &str,
    positions: &Positions<'_>,
    file: FileId,
    problems: &mut Problems,
) -> Option<Node> {
    let mut builder = Builder {
        positions,
        file,
        problems,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
        kept: 0,
        documents: 0,
        root: None,
    };
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => builder.event(event, span.start, span.end),
            Err(error) => {
                let span = positions.span(*error.marker(), *error.marker());
                let place = builder.place(span);
                // The parser reads ahead and may come to its own limit first.
                let problem = if error.info().contains("recursion limit") {
                    form::too_deep(place, DEPTH_LIMIT)
                } else {
                    form::syntax(place, error.info(), text)
                };
                builder.problems.push(problem);
                Err(Stop)
            }
        };
        if step.is_err() {
            return None;
        }
    }
    // A file of comments only has no value at all.
    let nothing = Node {
        span: Span::default(),
        kind: Kind::Null,
    };
    Some(builder.root.unwrap_or(nothing))
}

/// The problem is already reported and the rest of the file cannot be read.
struct Stop;

/// A finished value with what an alias to it would cost.
#[derive(Clone)]
struct Built {
    node: Node,
    nodes: usize,
    height: usize,
}

/// A list or map that is still being read.
struct Open {
    span: Span,
    start: Marker,
    anchor: usize,
    nodes: usize,
    height: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<(Node, Node)>,
        /// Places of the keys so far, to find those that come twice.
        keys: HashMap<String, Span>,
        pending: Option<Node>,
    },
}

struct Builder<'a, 't> {
    positions: &'a Positions<'t>,
    file: FileId,
    problems: &'a mut Problems,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Built>,
    nodes: usize,
    kept: usize,
    documents: usize,
    root: Option<Node>,
}

impl Builder<'_, '_> {
    fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    fn event(&mut self, event: Event<'_>, start: Marker, end: Marker) -> Result<(), Stop> {
        let span = self.positions.span(start, end);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.stop(form::several_documents(self.place(span)));
                }
                Ok(())
            }
            Event::Alias(id) => self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => {
                let span = match style {
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                        self.positions.quoted(span)
                    }
                    _ => span,
                };
                let text = text.into_owned();
                let (text, style) = match self.tag(tag.as_deref(), span) {
                    None => (text, style),
                    // What was meant as text is taken as text, so that one slip gives one problem.
                    Some(tag) if text.is_empty() => (tag, ScalarStyle::DoubleQuoted),
                    Some(_) => (text, ScalarStyle::DoubleQuoted),
                };
                self.scalar(text, style, anchor, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.tag(tag.as_deref(), span);
                self.start(anchor, start, span, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.tag(tag.as_deref(), span);
                let content = Content::Map {
                    entries: Vec::new(),
                    keys: HashMap::new(),
                    pending: None,
                };
                self.start(anchor, start, span, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// Reports a tag and returns it as written. `!!str` is let through: it says what every text here is.
    fn tag(&mut self, tag: Option<&Tag>, span: Span) -> Option<String> {
        let tag = tag?;
        let core = tag.is_yaml_core_schema();
        let text = if core {
            format!("!!{}", tag.suffix)
        } else {
            format!("{}{}", tag.handle, tag.suffix)
        };
        if !(core && tag.suffix == "str") {
            let place = self.problems.near(self.place(span), &text);
            self.problems.push(form::unsupported_tag(place, &text));
        }
        Some(if core { String::new() } else { text })
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        anchor: usize,
        span: Span,
    ) -> Result<(), Stop> {
        let plain = style == ScalarStyle::Plain;
        let kind = if plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
            Kind::Null
        } else {
            let style = if plain { Style::Plain } else { Style::Quoted };
            Kind::Scalar(Scalar { text, style })
        };
        let built = Built {
            node: Node { span, kind },
            nodes: 1,
            height: 0,
        };
        self.add(built, anchor)
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        let Some(built) = self.anchors.get(&id) else {
            return self.stop(form::alias_inside_itself(self.place(span)));
        };
        if self.open.len() + built.height > DEPTH_LIMIT {
            return self.stop(form::too_deep(self.place(span), DEPTH_LIMIT));
        }
        // Checked before the copy is made, so that the limit also holds for memory.
        if self.nodes + built.nodes > NODE_LIMIT {
            return self.stop(form::too_many_values(self.place(span), NODE_LIMIT));
        }
        let built = built.clone();
        self.add(built, 0)
    }

    fn start(
        &mut self,
        anchor: usize,
        start: Marker,
        span: Span,
        content: Content,
    ) -> Result<(), Stop> {
        if self.open.len() >= DEPTH_LIMIT {
            return self.stop(form::too_deep(self.place(span), DEPTH_LIMIT));
        }
        self.open.push(Open {
            span,
            start,
            anchor,
            nodes: 1,
            height: 1,
            content,
        });
        Ok(())
    }

    fn close(&mut self, end: Marker) -> Result<(), Stop> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let whole = self.positions.span(open.start, end);
        let span = if whole.end > open.span.end {
            whole
        } else {
            open.span
        };
        let kind = match open.content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, .. } => Kind::Map(entries),
        };
        let built = Built {
            node: Node { span, kind },
            nodes: open.nodes,
            height: open.height,
        };
        // Its parts were counted when they were added.
        self.nodes = self.nodes.saturating_sub(open.nodes - 1);
        self.add(built, open.anchor)
    }

    /// Puts a finished value where it belongs: into the innermost open list or map, or at the root.
    fn add(&mut self, built: Built, anchor: usize) -> Result<(), Stop> {
        self.nodes += built.nodes;
        if self.nodes > NODE_LIMIT {
            return self.stop(form::too_many_values(
                self.place(built.node.span),
                NODE_LIMIT,
            ));
        }
        if anchor != 0 {
            // Anchors inside anchors keep their parts again, so copies have a budget too.
            self.kept += built.nodes;
            if self.kept > NODE_LIMIT {
                return self.stop(form::too_many_values(
                    self.place(built.node.span),
                    NODE_LIMIT,
                ));
            }
            self.anchors.insert(anchor, built.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(built.node);
            return Ok(());
        };
        open.nodes += built.nodes;
        open.height = open.height.max(built.height + 1);
        match &mut open.content {
            Content::List(items) => items.push(built.node),
            Content::Map {
                entries,
                keys,
                pending,
            } => match pending.take() {
                None => *pending = Some(built.node),
                Some(key) => {
                    if let Some(problem) = repeated(&key, keys, self.file) {
                        self.problems.push(problem);
                    } else {
                        entries.push((key, built.node));
                    }
                }
            },
        }
        Ok(())
    }

    fn stop(&mut self, problem: Problem) -> Result<(), Stop> {
        self.problems.push(problem);
        Err(Stop)
    }
}

/// Returns the problem of a key that came before; otherwise notes the key.
fn repeated(key: &Node, keys: &mut HashMap<String, Span>, file: FileId) -> Option<Problem> {
    let text = match &key.kind {
        Kind::Scalar(scalar) => scalar.text.as_str(),
        Kind::Null => "",
        Kind::List(_) | Kind::Map(_) => return None,
    };
    if let Some(first) = keys.get(text) {
        return Some(form::duplicate_key(
            Place::new(file, key.span),
            text,
            Place::new(file, *first),
        ));
    }
    keys.insert(text.to_owned(), key.span);
    None
}
