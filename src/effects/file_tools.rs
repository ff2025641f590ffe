//! Effects of tools that name their files: edit, write, patch, read, search.

use super::Effects;
use crate::call::{Access, Tool, ToolKind};
use crate::repo::Repository;

/// Adds the effects of a tool call's targets.
pub(super) fn add(effects: &mut Effects, tool: &Tool, repository: &Repository) {
    for target in &tool.targets {
        effects.touch(repository, target.access, &target.path, &tool.name);
    }
    // A search without a folder looks through the current one.
    if tool.kind == ToolKind::Search && tool.targets.is_empty() {
        effects.touch(repository, Access::Read, ".", &tool.name);
    }
}
