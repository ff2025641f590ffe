//! A scratch copy of the demo repository, with a git history of its own, gone when the tour is over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::tour::Change;
use crate::state;

include!(concat!(env!("OUT_DIR"), "/demo_files.rs"));

/// One file of the demo repository, as it was when hookgate was built.
struct DemoFile {
    path: &'static str,
    content: &'static [u8],
    executable: bool,
}

/// The copy.
pub(super) struct Scratch {
    root: PathBuf,
    keep: bool,
}

impl Scratch {
    /// Writes the files, makes them a checkout and runs the repository's own reset script.
    pub(super) fn make(keep: bool) -> Result<Self> {
        let name = format!("hookgate-demo-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        fs::create_dir(&root).with_context(|| format!("while making `{}`", root.display()))?;
        // From here on the folder is removed, whatever fails.
        let scratch = Self {
            root: fs::canonicalize(&root)?,
            keep,
        };
        for file in DEMO_FILES {
            scratch.put(file)?;
        }
        scratch.commit().context("while making a git history")?;
        scratch.reset()?;
        Ok(scratch)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Changes a file as an agent's edit tool would.
    pub(super) fn change(&self, change: &Change) -> Result<()> {
        let path = self.root.join(&change.file);
        let before = fs::read_to_string(&path)?;
        if !before.contains(&change.from) {
            bail!("`{}` does not hold `{}`", change.file, change.from);
        }
        let after = before.replacen(&change.from, &change.to, 1);
        state::replace(&path, after.as_bytes())?;
        Ok(())
    }

    /// Returns the first line of a file that holds a text; empty when there is none.
    pub(super) fn line_with(&self, path: &str, text: &str) -> String {
        let content = fs::read_to_string(self.root.join(path)).unwrap_or_default();
        let line = content.lines().find(|line| line.contains(text));
        line.unwrap_or_default().trim().to_owned()
    }

    pub(super) fn holds(&self, path: &str, text: &str) -> bool {
        fs::read_to_string(self.root.join(path)).is_ok_and(|content| content.contains(text))
    }

    fn put(&self, file: &DemoFile) -> Result<()> {
        let path = self.root.join(file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        state::replace(&path, file.content)?;
        #[cfg(unix)]
        if file.executable {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok(())
    }

    fn commit(&self) -> Result<(), git2::Error> {
        let repository = git2::Repository::init(&self.root)?;
        let mut index = repository.index()?;
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
        index.write()?;
        let tree = repository.find_tree(index.write_tree()?)?;
        let author = git2::Signature::now("Corner Shop", "shop@example.com")?;
        repository.commit(Some("HEAD"), &author, &author, "Open the shop", &tree, &[])?;
        Ok(())
    }

    fn reset(&self) -> Result<()> {
        let status = Command::new("sh")
            .arg("reset.sh")
            .current_dir(&self.root)
            .stdout(Stdio::null())
            .status()
            .context("while running reset.sh")?;
        if !status.success() {
            bail!("reset.sh ended with {status}");
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed is left to the system's own cleaning.
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}
