//! The files that runtimes read their hooks from: all that the build found in `adapters/`, and where an environment says that
//! some of them have moved.

use std::path::Path;

use super::shipped;
use crate::repo::normal;
use crate::settings;

/// Those of all runtimes, by where they are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// Relative to a repository.
    pub(super) inside: &'static [&'static str],
    /// What follows the home folder.
    pub(super) of_home: &'static [&'static str],
    pub(super) absolute: &'static [&'static str],
    /// Names, and the variables that hold the folders they have moved to.
    pub(super) moved: &'static [(&'static str, &'static str)],
}

/// Files that runtimes read their hooks from; by default, none are known.
#[derive(Debug, Clone, Default)]
pub struct HookFiles {
    known: Known,
    /// Where some of them are now, as the environment has it.
    moved: Vec<String>,
}

impl HookFiles {
    /// Returns those that hold for this process.
    #[must_use]
    pub fn here() -> Self {
        let known = shipped::HOOK_FILES;
        let moved = known.moved.iter().filter_map(|(name, variable)| {
            let folder = settings::variable(variable)?;
            Some(moved(&folder, name))
        });
        Self {
            moved: moved.collect(),
            known,
        }
    }

    /// Returns those that are relative to a repository. Some are globs.
    pub fn inside(&self) -> impl Iterator<Item = &str> {
        let moved = self.moved().filter(|path| !path.starts_with(['~', '/']));
        self.known.inside.iter().copied().chain(moved)
    }

    /// Returns what follows the home folder in the paths of those below it, from the `/` on.
    pub fn of_home(&self) -> impl Iterator<Item = &str> {
        let moved = self.moved().filter_map(|path| path.strip_prefix('~'));
        self.known.of_home.iter().copied().chain(moved)
    }

    pub fn absolute(&self) -> impl Iterator<Item = &str> {
        let moved = self.moved().filter(|path| path.starts_with('/'));
        self.known.absolute.iter().copied().chain(moved)
    }

    /// Returns those that the environment has moved: all else is the same for every process of one build.
    pub fn moved(&self) -> impl Iterator<Item = &str> {
        self.moved.iter().map(String::as_str)
    }
}

/// Returns the path of a file in the folder that a variable names, written as paths of calls are compared.
fn moved(folder: &str, name: &str) -> String {
    let path = [folder, "/", name].concat();
    match normal(Path::new(&path)).to_str() {
        Some(normal) if !folder.starts_with('~') => normal.to_owned(),
        _ => path,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::moved;

    #[test]
    fn a_moved_file_has_one_path_however_its_folder_is_written() {
        for folder in ["/x/cfg", "/x/cfg/", "/x//cfg", "/x/./cfg/.", "/x/y/../cfg"] {
            assert_eq!(
                moved(folder, "settings.json"),
                "/x/cfg/settings.json",
                "{folder}"
            );
        }
        assert_eq!(moved("./cfg/", "a.json"), "cfg/a.json");
        assert_eq!(moved("~/cfg", "a.json"), "~/cfg/a.json");
    }
}
