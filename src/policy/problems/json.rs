//! Problems as JSON. The shape is public: new keys may come, none goes without a new `version`.

use serde_json::{Value, json};

use super::{Problem, Problems, quote};

impl Problems {
    /// Returns every problem as `{"version": 1, "problems": [...]}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (errors, warnings) = self.counts();
        let list: Vec<Value> = self.iter().map(|problem| self.one(problem)).collect();
        json!({"version": 1, "errors": errors, "warnings": warnings, "problems": list})
    }

    fn one(&self, problem: &Problem) -> Value {
        let (end_line, end_column) = self.end_of(problem.place);
        let mut value = json!({
            "code": problem.code.name(),
            "severity": problem.severity().name(),
            "file": quote::escaped(self.file_name(problem.place.file)),
            "line": problem.place.span.line.max(1),
            "column": problem.place.span.column.max(1),
            "end_line": end_line,
            "end_column": end_column,
            "message": problem.title,
            "label": problem.label,
            "help": problem.help,
        });
        if let (Some((place, label)), Some(object)) = (&problem.related, value.as_object_mut()) {
            let related = json!({
                "file": quote::escaped(self.file_name(place.file)),
                "line": place.span.line.max(1),
                "column": place.span.column.max(1),
                "label": label,
            });
            object.insert("related".into(), related);
        }
        value
    }
}
