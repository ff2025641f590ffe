//! Finds, reads, layers and checks policy files.
//!
//! Loading never fails: it returns the rules it could read and every problem it found. A policy with errors is not used
//! at all ([`Loaded::is_usable`]). Layers are read from the outermost to the innermost, and what a file extends before the
//! file; the order of the file system plays no part.

pub(crate) mod files;
mod gate;
mod globs;
mod kinds;
mod layers;
mod needs;
mod programs;
mod reader;
mod rule;
mod settings;

pub(crate) use needs::candidates as gate_candidates;

use std::path::{Path, PathBuf};

use super::problems::Problems;
use super::text_pattern::Scrutiny;
use super::yaml::Node;
use super::{Layer, PolicySet};
use crate::digests::{Stamp, device};
use crate::programs::Programs;
use crate::repo::text::child;
use layers::Loading;

/// Name of a repository's policy file, in the root and in sub-folders.
pub const POLICY_FILE: &str = "hookgate.yaml";
/// Name of the policy file that is not committed.
pub const LOCAL_POLICY_FILE: &str = "hookgate.local.yaml";

/// A policy file to read, and whose policy it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFile {
    pub path: PathBuf,
    pub layer: Layer,
    /// Folder that the file's globs, gates and inputs are relative to, itself relative to the root; "" is the root.
    pub base: String,
}

/// What loading found.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// INVARIANT: complete only when [`Loaded::is_usable`]; otherwise its settings hold, its rules must not be used.
    pub set: PolicySet,
    pub problems: Problems,
    /// What the policy is made of, for whoever keeps it.
    pub(crate) origins: Origins,
}

/// What a policy is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins {
    pub(crate) files: Vec<ReadFile>,
    /// The values under `programs`, in the order in which they were read.
    pub(crate) programs: Vec<Node>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadFile {
    /// As it was opened.
    pub(crate) path: PathBuf,
    /// Where its links led, for a file that another one extends: it has to stay below a folder.
    pub(crate) real: Option<PathBuf>,
    /// The file system that it is on, and what that said of it once it was read.
    pub(crate) stamp: Option<(u64, Stamp)>,
    /// Of its content.
    pub(crate) digest: [u8; 32],
}

impl ReadFile {
    pub(crate) fn of(path: &Path, real: Option<&Path>, content: &files::Content) -> Self {
        Self {
            path: path.to_path_buf(),
            real: real.map(Path::to_path_buf),
            stamp: Stamp::of(&content.about).map(|stamp| (device(&content.about), stamp)),
            digest: *blake3::hash(&content.bytes).as_bytes(),
        }
    }
}

/// Reads the values under `programs` once more, as they were kept with a policy; `None` when any of them has a mistake.
pub(crate) fn kept_programs(nodes: &[Node]) -> Option<Programs> {
    let mut found = Programs::default();
    let mut problems = Problems::default();
    let file = problems.add_file("");
    for node in nodes {
        let mut reader = reader::Reader {
            file,
            problems: &mut problems,
            scrutiny: Scrutiny::Trust,
            programs: None,
        };
        for (name, meaning) in programs::read(&mut reader, node) {
            found.add(&name, meaning);
        }
    }
    (!problems.has_errors()).then_some(found)
}

impl Loaded {
    /// Returns whether the policy can be used: it has no errors. Warnings do not matter.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.problems.has_errors()
    }
}

/// Returns the policy files at a repository's root that are there.
///
/// A file that is there but cannot be read is listed too: loading then reports it, instead of doing without it.
#[must_use]
pub fn repository_layers(root: &Path) -> Vec<LayerFile> {
    [
        (POLICY_FILE, Layer::Repository),
        (LOCAL_POLICY_FILE, Layer::Local),
    ]
    .into_iter()
    .map(|(name, layer)| LayerFile {
        path: child(root, name),
        layer,
        base: String::new(),
    })
    .filter(|file| file.path.symlink_metadata().is_ok())
    .collect()
}

/// Reads policy files and what they extend.
///
/// `known_runtimes` are the words that `runtimes` may hold. The layers may come in any order.
#[must_use]
pub fn load(root: &Path, layers: &[LayerFile], known_runtimes: &[&str]) -> Loaded {
    read_layers(Loading::new(Some(root), known_runtimes), layers)
}

/// Like [`load`], for a person who wants to hear of every doubt: what is only looked at when it is needed is looked at now.
#[must_use]
pub fn check(root: &Path, layers: &[LayerFile], known_runtimes: &[&str]) -> Loaded {
    let loading = Loading::new(Some(root), known_runtimes);
    read_layers(loading.thoroughly(), layers)
}

fn read_layers(mut loading: Loading<'_>, layers: &[LayerFile]) -> Loaded {
    for layer in in_order(layers) {
        loading.layer_file(layer);
    }
    loading.finish()
}

/// Returns layers in the order in which they are read, from the outermost to the innermost.
pub(crate) fn in_order(layers: &[LayerFile]) -> Vec<&LayerFile> {
    let mut layers: Vec<&LayerFile> = layers.iter().collect();
    layers.sort_by(|left, right| {
        (left.layer, &left.base, &left.path).cmp(&(right.layer, &right.base, &right.path))
    });
    layers
}

/// Reads one text as a policy, without touching a file: shipped packs can be extended, files cannot.
#[must_use]
pub fn read_text(
    name: &str,
    text: &str,
    layer: Layer,
    base: &str,
    known_runtimes: &[&str],
) -> Loaded {
    read_bytes(name, text.as_bytes(), layer, base, known_runtimes)
}

/// Like [`read_text`], for bytes that may not be text.
#[must_use]
pub fn read_bytes(
    name: &str,
    bytes: &[u8],
    layer: Layer,
    base: &str,
    known_runtimes: &[&str],
) -> Loaded {
    let mut loading = Loading::new(None, known_runtimes);
    loading.layer_bytes(name, bytes, layer, base);
    loading.finish()
}

#[cfg(test)]
mod tests;
