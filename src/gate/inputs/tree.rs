//! The inputs that were found, folder by folder, and their digest.

use crate::digests::Digest;

/// The inputs in one folder, written one behind the other: no allocation for each, of which there may be many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Path from the gate's base; the base itself is "".
    pub(super) folder: Vec<u8>,
    /// For each its name's length, its name and its digest, in the order of their names.
    files: Vec<u8>,
    digest: blake3::Hash,
}

/// Collects the inputs of one folder.
#[derive(Debug, Default)]
pub(super) struct Builder {
    files: Vec<u8>,
}

impl Builder {
    /// Adds a file. Files come in the order of their names.
    pub(super) fn push(&mut self, name: &[u8], digest: Digest) {
        // Lengths in front: no name, whatever is in it, can pass for two, or for a part of another.
        add(&mut self.files, name);
        self.files.extend_from_slice(digest.bytes());
    }

    /// Returns the folder's inputs; `None` when it has none.
    pub(super) fn finish(self, folder: &[u8]) -> Option<Block> {
        if self.files.is_empty() {
            return None;
        }
        let mut head = Vec::with_capacity(folder.len() + 8);
        add(&mut head, folder);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&head);
        hasher.update(&self.files);
        Some(Block {
            folder: folder.to_vec(),
            files: self.files,
            digest: hasher.finalize(),
        })
    }
}

impl Block {
    fn files(&self) -> impl Iterator<Item = (&[u8], Digest)> {
        let mut rest = self.files.as_slice();
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (name, after) = after.split_at_checked(length)?;
            let (digest, after) = after.split_first_chunk()?;
            rest = after;
            Some((name, Digest::from(*digest)))
        })
    }
}

/// Returns the digest of all inputs: their paths, contents and modes.
pub(super) fn digest(blocks: &[Block]) -> String {
    let mut text = Vec::with_capacity(blocks.len() * 32);
    for block in blocks {
        text.extend_from_slice(block.digest.as_bytes());
    }
    blake3::hash(&text).to_hex().to_string()
}

/// Returns every input's path and digest, in an order that is the same each time.
pub(super) fn files(blocks: &[Block]) -> impl Iterator<Item = (Vec<u8>, Digest)> + '_ {
    blocks.iter().flat_map(|block| {
        let files = block.files();
        files.map(|(name, digest)| (super::place::joined(&block.folder, name), digest))
    })
}

fn add(text: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    text.extend_from_slice(&length.to_le_bytes());
    text.extend_from_slice(part);
}
