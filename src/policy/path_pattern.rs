//! Path globs, as in `.gitignore`: the last one that matches decides, `!` excepts.

/// Globs in the order written.
#[derive(Debug, Clone, Default)]
pub struct PathPatterns {}
