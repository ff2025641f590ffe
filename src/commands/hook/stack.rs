//! How large the stack of the main thread is.

/// Returns whether the main thread has as much stack.
#[cfg(unix)]
pub(super) fn is_large(size: usize) -> bool {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Stack).current;
    limit.is_none_or(|limit| usize::try_from(limit).is_ok_and(|limit| limit >= size))
}

/// Elsewhere the program's file says how large it is, mostly less than is wanted.
#[cfg(not(unix))]
pub(super) fn is_large(_size: usize) -> bool {
    false
}
