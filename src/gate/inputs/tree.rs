//! The inputs that were found, folder by folder, and their digest.

use crate::digests::Digest;

/// The inputs in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Path from the gate's base; the base itself is "".
    pub(super) folder: Vec<u8>,
    /// In the order of their names. Never empty.
    pub(super) files: Vec<Entry>,
    digest: blake3::Hash,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Box<[u8]>,
    pub(super) digest: Digest,
}

impl Block {
    pub(super) fn new(folder: Vec<u8>, mut files: Vec<Entry>) -> Self {
        files.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut text = Vec::with_capacity(64 + files.len() * 64);
        add(&mut text, &folder);
        for file in &files {
            // Lengths in front: no name, whatever is in it, can pass for two, or for a part of another.
            add(&mut text, &file.name);
            text.extend_from_slice(file.digest.bytes());
        }
        Self {
            folder,
            files,
            digest: blake3::hash(&text),
        }
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
        let files = block.files.iter();
        files.map(|file| (super::place::joined(&block.folder, &file.name), file.digest))
    })
}

fn add(text: &mut Vec<u8>, part: &[u8]) {
    text.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
    text.extend_from_slice(part);
}
