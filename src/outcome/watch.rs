//! Which files are looked at again afterwards: those that rules protect from being written or deleted, and the floor's own.
//!
//! A watch is kept with the baseline, so that the session is judged by what held when it began.

use std::collections::BTreeSet;

use super::codec::{Reader, Writer};
use super::globs::Globs;
use crate::adapter::HookFiles;
use crate::call::Access;
use crate::policy::path_pattern::PathPattern;
use crate::policy::rules::protect_paths::from_base;
use crate::policy::rules::{Restore, floor};
use crate::policy::{Action, PolicySet, Rule, RuleKind};
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
    globs: Globs,
    /// The floor's files by name, each relative to the root or absolute.
    files: Vec<Named>,
    write: bool,
    delete: bool,
    /// Whether reading is refused too: then no copy of the content is made.
    secret: bool,
    pub auto: bool,
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
        let floor = Watched {
            id: floor::ID.into(),
            reason: Some(floor::REASON.into()),
            files: floor_files(set, repository, hook_files),
            write: true,
            delete: true,
            ..Watched::default()
        };
        let rules = set.rules.iter().filter_map(Watched::of);
        Self {
            rules: std::iter::once(floor).chain(rules).collect(),
            own: set.records.clone(),
        }
    }

    /// Returns whether a policy protects any of some paths from being written or deleted, as [`Watch::of`] would.
    #[must_use]
    pub fn would_hold<'p>(
        set: &PolicySet,
        repository: &Repository,
        hook_files: &HookFiles,
        mut paths: impl Iterator<Item = &'p str>,
    ) -> bool {
        let case = repository.case();
        let rules: Vec<Watched> = set.rules.iter().filter_map(Watched::of).collect();
        paths.any(|path| {
            floor_names(set, repository, hook_files)
                .any(|(name, _)| name.is(path) && name.is_path())
                || rules.iter().any(|rule| rule.covers(path, case))
        })
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
            Some((rule, rule.globs.all().matches(path, case)?))
        })
    }

    /// Returns whether something is or could be watched below a folder, judged by globs that begin with a name.
    pub(super) fn reaches(&self, folder: &str, case: Case) -> bool {
        self.rules.iter().any(|rule| {
            match from_base(folder, &rule.base, case) {
                Some(inner) => {
                    rule.globs.anchored().below(inner, case).is_some()
                        || rule.globs.all().matches(inner, case).is_some()
                }
                // A folder above the rule's own.
                None => from_base(&rule.base, folder, case).is_some(),
            }
        })
    }

    /// Returns whether a glob could match in any folder.
    pub(super) fn is_everywhere(&self, folder: &str, case: Case) -> bool {
        self.rules.iter().any(|rule| {
            rule.globs.are_everywhere() && from_base(folder, &rule.base, case).is_some()
        })
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

    /// Reads a watch; `is_ours`: this very program wrote it.
    pub(super) fn read_from(reader: &mut Reader<'_>, is_ours: bool) -> Option<Self> {
        Some(Self {
            rules: reader.list(|reader| Watched::read_from(reader, is_ours))?,
            own: reader.list(Reader::text)?,
        })
    }
}

impl Watched {
    /// What of a rule is watched, if anything.
    fn of(rule: &Rule) -> Option<Self> {
        let RuleKind::ProtectPaths(protect) = &rule.kind else {
            return None;
        };
        let denies = |access| protect.deny.contains(&access);
        let changes = denies(Access::Write) || denies(Access::Delete);
        if rule.action == Action::Warn || protect.paths.is_empty() || !changes {
            return None;
        }
        Some(Self {
            id: rule.id.clone(),
            origin: Some(format!("{}:{}", rule.origin.file, rule.origin.line)),
            reason: rule.reason.clone(),
            instead: rule.instead.clone(),
            base: rule.base.clone(),
            globs: Globs::of(&protect.paths),
            files: Vec::new(),
            write: denies(Access::Write),
            delete: denies(Access::Delete),
            secret: denies(Access::Read),
            auto: protect.restore == Restore::Auto,
        })
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    fn covers(&self, path: &str, case: Case) -> bool {
        let by_name = || self.files.iter().any(|named| named.path == path);
        let by_glob = || {
            from_base(path, &self.base, case)
                .is_some_and(|inner| self.globs.all().matches(inner, case).is_some())
        };
        by_name() || by_glob()
    }

    fn write_to(&self, writer: &mut Writer) {
        writer.text(&self.id);
        for text in [&self.origin, &self.reason, &self.instead] {
            writer.optional(text.as_deref());
        }
        writer.text(&self.base);
        writer.list(self.globs.texts(), |writer, glob| writer.text(glob));
        writer.list(&self.files, |writer, named| {
            writer.text(&named.path);
            writer.flag(named.hooks_only);
        });
        for flag in [self.write, self.delete, self.secret, self.auto] {
            writer.flag(flag);
        }
    }

    fn read_from(reader: &mut Reader<'_>, is_ours: bool) -> Option<Self> {
        let mut watched = Self {
            id: reader.text()?,
            origin: reader.optional(Reader::text).ok()?,
            reason: reader.optional(Reader::text).ok()?,
            instead: reader.optional(Reader::text).ok()?,
            base: reader.text()?,
            ..Self::default()
        };
        watched.globs = Globs::written(reader.list(Reader::text)?);
        if !is_ours && !watched.globs.are_right() {
            return None;
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
        Some(watched)
    }
}

/// The floor: policies and the files that runtimes read their hooks from, each once.
fn floor_files(set: &PolicySet, repository: &Repository, hook_files: &HookFiles) -> Vec<Named> {
    let names = floor_names(set, repository, hook_files);
    let names = names.filter(|(name, _)| name.is_path());
    let all = names.map(|(name, hooks_only)| Named {
        path: name.into_string(),
        hooks_only,
    });
    let all: Vec<Named> = all.collect();
    let mut seen = BTreeSet::new();
    let first = all.iter().map(|named| seen.insert(named.path.as_str()));
    let first: Vec<bool> = first.collect();
    let kept = all.into_iter().zip(first);
    kept.filter_map(|(named, is_first)| is_first.then_some(named))
        .collect()
}

/// The name of a file of the floor, before it is put together.
enum Name<'n> {
    Plain(&'n str),
    /// As a runtime's table has it.
    Config(&'n str),
    /// A folder and a name in it.
    In(&'n str, &'n str),
}

impl Name<'_> {
    fn is(&self, path: &str) -> bool {
        match self {
            Self::Plain(name) | Self::Config(name) => *name == path,
            Self::In(folder, name) => {
                let rest = path.strip_prefix(folder);
                rest.and_then(|rest| rest.strip_prefix('/')) == Some(*name)
            }
        }
    }

    /// Some are globs, or paths of another system.
    fn is_path(&self) -> bool {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '{', '\\']);
        match self {
            Self::Plain(_) => true,
            Self::Config(name) => is_plain(name),
            Self::In(folder, name) => is_plain(folder) && is_plain(name),
        }
    }

    fn into_string(self) -> String {
        match self {
            Self::Plain(name) | Self::Config(name) => (*name).to_owned(),
            Self::In(folder, name) => [folder, "/", name].concat(),
        }
    }
}

/// The floor's files, and whether only what they say about hooks counts.
fn floor_names<'n>(
    set: &'n PolicySet,
    repository: &'n Repository,
    hook_files: &'n HookFiles,
) -> impl Iterator<Item = (Name<'n>, bool)> {
    let root = repository.root();
    let policies = set.sources.iter().filter_map(move |source| {
        let path = source.path.as_deref()?;
        path.strip_prefix(root).unwrap_or(path).to_str()
    });
    let policies = [POLICY_FILE, LOCAL_POLICY_FILE].into_iter().chain(policies);
    let of_home = repository.home().into_iter().flat_map(|home| {
        let rests = hook_files.of_home();
        rests.filter_map(move |rest| Some(Name::In(home, rest.strip_prefix('/')?)))
    });
    let written = hook_files.inside().chain(hook_files.absolute());
    let configs = written.map(Name::Config).chain(of_home);
    let configs = configs.map(|name| (name, true));
    let policies = policies.map(|path| (Name::Plain(path), false));
    policies.chain(configs)
}
