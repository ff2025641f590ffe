//! What is checked out: asked of git only on rare events, for session records.

use std::path::Path;

/// The checkout's present branch and commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// `None` when no branch is checked out.
    pub branch: Option<String>,
    /// Abbreviated; `None` before the first commit.
    pub commit: Option<String>,
}

/// Returns the head of the checkout at this root; `None` when it is none, or git's files cannot be read.
#[must_use]
pub fn head(root: &Path) -> Option<Head> {
    let repository = git2::Repository::open(root).ok()?;
    let Ok(head) = repository.head() else {
        // A branch without a commit has a name already.
        let unborn = repository.find_reference("HEAD").ok()?;
        let branch = unborn.symbolic_target().ok().flatten()?;
        return Some(Head {
            branch: branch.strip_prefix("refs/heads/").map(str::to_owned),
            commit: None,
        });
    };
    Some(Head {
        branch: head
            .is_branch()
            .then(|| head.shorthand().ok().map(str::to_owned))
            .flatten(),
        commit: head
            .peel_to_commit()
            .ok()
            .map(|commit| commit.id().to_string().chars().take(12).collect()),
    })
}
