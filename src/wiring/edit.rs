//! Changes to a text, made all at once.

/// What stands between two bytes becomes something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Edit {
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self {
            start: at,
            end: at,
            text: text.into(),
        }
    }

    #[must_use]
    pub fn cut(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            text: String::new(),
        }
    }
}

/// Makes changes that do not overlap. Insertions at one place stay in their order.
#[must_use]
pub fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut changed = String::with_capacity(text.len());
    let mut done = 0;
    for edit in &edits {
        changed.push_str(text.get(done..edit.start).unwrap_or_default());
        changed.push_str(&edit.text);
        done = edit.end;
    }
    changed.push_str(text.get(done..).unwrap_or_default());
    changed
}
