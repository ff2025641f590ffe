//! The policies that the program ships: one folder of `policies/` each, embedded.

/// A shipped policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// The folder's name, and the word under `extends`.
    pub name: &'static str,
    /// `pack.yaml`.
    pub text: &'static str,
}

/// Every shipped policy, by name. A test compares the list with the folders.
pub const PACKS: &[Pack] = &[
    Pack {
        name: "baseline",
        text: include_str!("../../policies/baseline/pack.yaml"),
    },
    Pack {
        name: "cloud",
        text: include_str!("../../policies/cloud/pack.yaml"),
    },
    Pack {
        name: "databases",
        text: include_str!("../../policies/databases/pack.yaml"),
    },
    Pack {
        name: "filesystem",
        text: include_str!("../../policies/filesystem/pack.yaml"),
    },
    Pack {
        name: "git-safety",
        text: include_str!("../../policies/git-safety/pack.yaml"),
    },
    Pack {
        name: "publish",
        text: include_str!("../../policies/publish/pack.yaml"),
    },
    Pack {
        name: "secrets",
        text: include_str!("../../policies/secrets/pack.yaml"),
    },
    Pack {
        name: "supply-chain",
        text: include_str!("../../policies/supply-chain/pack.yaml"),
    },
];

/// Returns the shipped policy with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}

/// Returns the names of all shipped policies.
#[must_use]
pub fn names() -> Vec<&'static str> {
    PACKS.iter().map(|pack| pack.name).collect()
}
