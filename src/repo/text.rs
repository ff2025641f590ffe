//! Paths as the texts that they are. `Path` takes them apart name by name, which would cost a hook call more than asking the
//! disk; on other systems than Unix, where names may be spelled in several ways, it does.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the path of a name, or of some names with `/` between them, in a folder.
pub(crate) fn child(folder: &Path, names: &str) -> PathBuf {
    if !cfg!(unix) || folder.as_os_str().is_empty() || names.starts_with('/') {
        return folder.join(names);
    }
    let mut path = OsString::with_capacity(folder.as_os_str().len() + 1 + names.len());
    path.push(folder);
    if !folder.as_os_str().as_encoded_bytes().ends_with(b"/") {
        path.push("/");
    }
    path.push(names);
    PathBuf::from(path)
}

/// Returns the path of a name in a folder; both are relative, and "" is the folder that they are relative to.
pub(crate) fn joined(folder: &str, name: &str) -> String {
    let mut path = String::with_capacity(folder.len() + 1 + name.len());
    path.push_str(folder);
    if !folder.is_empty() {
        path.push('/');
    }
    path.push_str(name);
    path
}

/// Returns what follows a folder in a path that begins with it, without a slash at its beginning; nothing for the folder
/// itself. Both are absolute.
pub(crate) fn rest_below<'p>(path: &'p Path, folder: &Path) -> Option<&'p Path> {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let text = path.as_os_str().as_bytes();
        let above = folder.as_os_str().as_bytes();
        match text.strip_prefix(above) {
            Some([]) => return Some(Path::new("")),
            Some([b'/', rest @ ..]) if rest.first() != Some(&b'/') => {
                return Some(Path::new(OsStr::from_bytes(rest)));
            }
            _ if super::is_normal(text) && super::is_normal(above) => return None,
            _ => {}
        }
    }
    path.strip_prefix(folder).ok()
}

/// Returns a folder and all above it, from the root of the file system on. The folder's path is normal.
pub(super) fn from_outermost(folder: &Path) -> Vec<&Path> {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let text = folder.as_os_str().as_bytes();
        if super::is_normal(text) {
            let slashes = text.iter().enumerate().filter(|(_, byte)| **byte == b'/');
            let above = slashes.map(|(at, _)| text.get(..at.max(1)).unwrap_or_default());
            let texts = above.chain([text]);
            return texts
                .map(|text| Path::new(OsStr::from_bytes(text)))
                .collect();
        }
    }
    let mut folders: Vec<&Path> = folder.ancestors().collect();
    folders.reverse();
    folders
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const PATHS: [&str; 9] = [
        "/", "/a", "/a/", "/a/b", "/a//b", "/a/./b", "/a/../b", "/a/b/c", "/ab",
    ];

    #[test]
    fn what_is_below_is_what_the_standard_library_says() {
        for path in PATHS.map(Path::new) {
            for folder in PATHS.map(Path::new) {
                let names = |path: &Path| {
                    path.components()
                        .map(|name| name.as_os_str().to_owned())
                        .collect::<Vec<_>>()
                };
                // `.` in front is of no weight to those who go through the names.
                let rest = rest_below(path, folder).map(|rest| {
                    let mut names = names(rest);
                    names.retain(|name| name != ".");
                    names
                });
                let expected = path.strip_prefix(folder).ok().map(names);
                assert_eq!(rest, expected, "{} in {}", path.display(), folder.display());
            }
        }
    }

    #[test]
    fn folders_come_from_the_outermost() {
        for path in PATHS.map(Path::new) {
            let mut expected: Vec<&Path> = path.ancestors().collect();
            expected.reverse();
            assert_eq!(from_outermost(path), expected, "{}", path.display());
        }
    }

    #[test]
    fn a_child_is_what_joining_gives() {
        for folder in ["", "/", "/a", "/a/"].map(Path::new) {
            for names in ["b", "b/c", "/b"] {
                assert_eq!(
                    child(folder, names).as_os_str(),
                    folder.join(names).as_os_str()
                );
            }
        }
    }
}
