//! `cache/inputs/<gate>`: the files that a gate last ran for, each with its digest. It is read only to name what moved.

use std::collections::HashMap;

use super::tree::{self, Block};
use crate::digests::Digest;
use crate::state::{State, StateError, file_name};

const MAGIC: &[u8; 16] = b"hookgate-inputs\x01";
/// Above this size the list is not kept: nobody would read so many names.
const LIMIT: usize = 32 * 1024 * 1024;

pub(super) fn write(
    state: &State,
    gate: &str,
    digest: &str,
    blocks: &[Block],
) -> Result<(), StateError> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(blake3::hash(digest.as_bytes()).as_bytes());
    for (path, digest) in tree::files(blocks) {
        bytes.extend(u32::try_from(path.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(path);
        bytes.extend(digest.bytes());
        if bytes.len() > LIMIT {
            return Ok(());
        }
    }
    state.write_bytes(&path_of(gate), &bytes)
}

/// Returns the files of the run whose inputs had this digest; `None` when they are not known.
pub(super) fn read(state: &State, gate: &str, digest: &str) -> Option<HashMap<Vec<u8>, Digest>> {
    let limit = u64::try_from(LIMIT).ok()?;
    let bytes = state.read_bytes(&path_of(gate), limit)?;
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let of: [u8; 32] = *take(&mut rest)?;
    if *blake3::hash(digest.as_bytes()).as_bytes() != of {
        return None;
    }
    let mut files = HashMap::new();
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_le_bytes(*take(&mut rest)?)).ok()?;
        let path = rest.get(..length)?.to_vec();
        rest = rest.get(length..)?;
        let digest: [u8; 32] = *take(&mut rest)?;
        files.insert(path, Digest::from(digest));
    }
    Some(files)
}

fn path_of(gate: &str) -> String {
    format!("cache/inputs/{}", file_name(gate))
}

fn take<'r, const N: usize>(rest: &mut &'r [u8]) -> Option<&'r [u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(head)
}
