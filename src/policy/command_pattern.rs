//! Command patterns of `deny-command` rules: a command as one would type it, matched by meaning.

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandPattern {
    /// As written.
    pub text: String,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Byte offset in the pattern's text.
    pub at: usize,
    /// What is wrong, in the style of a problem's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl CommandPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is empty or its quoting is broken.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.trim().is_empty() {
            return Err(PatternError {
                at: 0,
                message: "this pattern names no program".into(),
                help: None,
            });
        }
        Ok(Self { text: text.into() })
    }
}
