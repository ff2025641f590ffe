//! Which files are looked at again afterwards: those that rules protect from being written or deleted, and the floor's own.
//!
//! A watch is kept with the baseline, so that the session is judged by what held when it began.

use super::codec::{Reader, Writer};
use crate::adapter::HookFiles;
use crate::call::Access;
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::policy::rules::protect_paths::from_base;
use crate::policy::rules::{Restore, floor};
use crate::policy::{Action, PolicySet, RuleKind};
use crate::repo::{Case, LOCAL_POLICY_FILE, POLICY_FILE, Repository};

/// What is watched, in the policy's order; the floor first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    pub rules: Vec<Watched>,
    /// Files that hookgate itself writes, relative to the root.
    own: Vec<String>,
}

/// One rule, as far as the check needs it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent marks, not states"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    pub id: String,
    /// `file:line`; `None` for the floor.
    pub origin: Option<String>,
    pub reason: Option<String>,
    pub instead: Option<String>,
    base: String,
    globs: PathPatterns,
    /// The floor's files by name, each relative to the root or absolute.
    files: Vec<Named>,
    write: bool,
    delete: bool,
    /// Whether reading is refused too: then no copy of the content is made.
    secret: bool,
    pub auto: bool,
    /// The globs that begin with a folder's name, and exceptions; and whether there are others.
    anchored: PathPatterns,
    everywhere: bool,
}

/// A file of the floor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub path: String,
    /// Only what the file says about hooks counts: runtimes keep other settings in it.
    pub hooks_only: bool,
}

impl Watch {
    /// Returns what a policy protects. `hook_files` are the files that runtimes read their hooks from.
    #[must_use]
    pub fn of(set: &PolicySet, repository: &Repository, hook_files: &HookFiles) -> Self {
        let mut rules = vec![floor_of(set, repository, hook_files)];
        for rule in &set.rules {
            let RuleKind::ProtectPaths(protect) = &rule.kind else {
                continue;
            };
            let denies = |access| protect.deny.contains(&access);
            let changes = denies(Access::Write) || denies(Access::Delete);
            if rule.action == Action::Warn || protect.paths.is_empty() || !changes {
                continue;
            }
            let mut watched = Watched {
                id: rule.id.clone(),
                origin: Some(format!("{}:{}", rule.origin.file, rule.origin.line)),
                reason: rule.reason.clone(),
                instead: rule.instead.clone(),
                base: rule.base.clone(),
                globs: protect.paths.clone(),
                write: denies(Access::Write),
                delete: denies(Access::Delete),
                secret: denies(Access::Read),
                auto: protect.restore == Restore::Auto,
                ..Watched::default()
            };
            watched.sort_globs();
            rules.push(watched);
        }
        Self {
            rules,
            own: set.records.clone(),
        }
    }

    /// Returns the rule that refuses an access to a path; for the floor's files whatever the access.
    #[must_use]
    pub fn rule(&self, path: &str, access: Access, case: Case) -> Option<&Watched> {
        self.rules.iter().find(|rule| {
            let refuses = match access {
                Access::Read => rule.secret,
                Access::Write => rule.write,
                Access::Delete => rule.delete,
            };
            refuses && rule.covers(path, case)
        })
    }

    /// Returns whether a path is watched by a glob, and the glob.
    pub(super) fn glob(&self, path: &str, case: Case) -> Option<(&Watched, &PathPattern)> {
        if self.own.iter().any(|own| own == path) {
            return None;
        }
        self.rules.iter().find_map(|rule| {
            let path = from_base(path, &rule.base, case)?;
            Some((rule, rule.globs.matches(path, case)?))
        })
    }

    /// Returns whether something is or could be watched below a folder, judged by globs that begin with a name.
    pub(super) fn reaches(&self, folder: &str, case: Case) -> bool {
        self.rules.iter().any(|rule| {
            match from_base(folder, &rule.base, case) {
                Some(inner) => {
                    rule.anchored.below(inner, case).is_some()
                        || rule.globs.matches(inner, case).is_some()
                }
                // A folder above the rule's own.
                None => from_base(&rule.base, folder, case).is_some(),
            }
        })
    }

    /// Returns whether a glob could match in any folder.
    pub(super) fn is_everywhere(&self, folder: &str, case: Case) -> bool {
        self.rules
            .iter()
            .any(|rule| rule.everywhere && from_base(folder, &rule.base, case).is_some())
    }

    /// Returns whether no copy of a file's content may be made.
    pub(super) fn is_secret(&self, path: &str, case: Case) -> bool {
        self.rule(path, Access::Read, case).is_some()
    }

    /// Returns the files that are watched by their name, whether they are there or not.
    pub(super) fn named(&self) -> impl Iterator<Item = &Named> {
        self.rules.iter().flat_map(|rule| &rule.files)
    }

    /// Returns whether a path is one of the floor's.
    #[must_use]
    pub fn is_floor(&self, path: &str) -> bool {
        self.named().any(|named| named.path == path)
    }

    /// Returns the files of which only what they say about hooks counts.
    pub(super) fn hooks_only(&self) -> impl Iterator<Item = &str> {
        let named = self.named().filter(|named| named.hooks_only);
        named.map(|named| named.path.as_str())
    }

    pub(super) fn write_to(&self, writer: &mut Writer) {
        writer.list(&self.rules, |writer, rule| rule.write_to(writer));
        writer.list(&self.own, |writer, path| writer.text(path));
    }

    pub(super) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            rules: reader.list(Watched::read_from)?,
            own: reader.list(Reader::text)?,
        })
    }
}

impl Watched {
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    fn covers(&self, path: &str, case: Case) -> bool {
        let by_name = || self.files.iter().any(|named| named.path == path);
        let by_glob = || {
            from_base(path, &self.base, case)
                .is_some_and(|inner| self.globs.matches(inner, case).is_some())
        };
        by_name() || by_glob()
    }

    /// Tells globs whose folder is known from those that could match anywhere.
    fn sort_globs(&mut self) {
        for glob in self.globs.iter() {
            let alone: PathPatterns = std::iter::once(glob.clone()).collect();
            let is_anchored = alone.below("", Case::Sensitive).is_some();
            if glob.is_exception() || is_anchored {
                self.anchored.push(glob.clone());
            } else {
                self.everywhere = true;
            }
        }
    }

    fn write_to(&self, writer: &mut Writer) {
        writer.text(&self.id);
        for text in [&self.origin, &self.reason, &self.instead] {
            writer.optional(text.as_deref());
        }
        writer.text(&self.base);
        let globs: Vec<&PathPattern> = self.globs.iter().collect();
        writer.list(&globs, |writer, glob| writer.text(glob.text()));
        writer.list(&self.files, |writer, named| {
            writer.text(&named.path);
            writer.flag(named.hooks_only);
        });
        for flag in [self.write, self.delete, self.secret, self.auto] {
            writer.flag(flag);
        }
    }

    fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        let mut watched = Self {
            id: reader.text()?,
            origin: reader.optional(Reader::text).ok()?,
            reason: reader.optional(Reader::text).ok()?,
            instead: reader.optional(Reader::text).ok()?,
            base: reader.text()?,
            ..Self::default()
        };
        let globs: Vec<String> = reader.list(Reader::text)?;
        for glob in &globs {
            watched.globs.push(PathPattern::parse(glob).ok()?);
        }
        watched.files = reader.list(|reader| {
            Some(Named {
                path: reader.text()?,
                hooks_only: reader.flag()?,
            })
        })?;
        watched.write = reader.flag()?;
        watched.delete = reader.flag()?;
        watched.secret = reader.flag()?;
        watched.auto = reader.flag()?;
        watched.sort_globs();
        Some(watched)
    }
}

/// The floor: policies and the files that runtimes read their hooks from.
fn floor_of(set: &PolicySet, repository: &Repository, hook_files: &HookFiles) -> Watched {
    let root = repository.root();
    let policies = set.sources.iter().filter_map(|source| {
        let path = source.path.as_deref()?;
        let path = path.strip_prefix(root).unwrap_or(path);
        path.to_str().map(str::to_owned)
    });
    let always = [POLICY_FILE, LOCAL_POLICY_FILE].map(str::to_owned);
    let mut files: Vec<Named> = Vec::new();
    let mut add = |path: String, hooks_only| {
        if !files.iter().any(|named| named.path == path) {
            files.push(Named { path, hooks_only });
        }
    };
    for path in always.into_iter().chain(policies) {
        add(path, false);
    }
    let of_home = repository.home().into_iter().flat_map(|home| {
        let below = hook_files.of_home();
        below.map(move |rest| format!("{home}{rest}"))
    });
    let written = hook_files.inside().chain(hook_files.absolute());
    for path in written.map(str::to_owned).chain(of_home) {
        // Some are globs, or paths of another system.
        if !path.contains(['*', '?', '[', '{', '\\']) {
            add(path, true);
        }
    }
    Watched {
        id: floor::ID.into(),
        reason: Some(floor::REASON.into()),
        files,
        write: true,
        delete: true,
        ..Watched::default()
    }
}
