//! The compiled policy: what a hook call needs of its policy files, kept so that no call parses them again and each reads
//! only the rules that could concern it.
//!
//! It holds for exactly these layers, files, contents, and this program. Contents are told by their digests; as long as all
//! that the file system says of a file stays the same, and proves something, the file is not read (see `digests` for when
//! stamps prove something). Whatever is wrong with a compiled policy, it is as good as none: the files are read, and it is
//! written anew. Only policies without errors are kept.
//!
//! The digests prove that a compiled policy was made of the present files, if it was hookgate that made it. They prove nothing
//! against somebody who can write the state folder as they like: the floor keeps agents from that. Nor can git bring one in:
//! it counts only with permissions that git gives no file.

pub(crate) mod bytes;
mod file;
mod fit;
mod head;
mod rule;
mod triggers;
mod wanted;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::load::{self, LayerFile, Loaded, in_order};
use super::path_pattern::PathPatterns;
use super::{PolicySet, Rule, RuleKind, WhenBroken};
use crate::call::Call;
use crate::digests::MARGIN;
use crate::effects::Effects;
use crate::programs::Programs;
use crate::repo::Repository;
use crate::repo::text::child;
use crate::state::State;
use crate::state::clock::Moment;
pub(crate) use file::maker;

use bytes::{Damaged, sum};
use file::Opened;
use head::Head;
use triggers::Sight;
use wanted::Wanted;

/// Compiled policies that are kept: each set of folders with policies that calls touch together has one.
const KEPT: usize = 64;

/// The policy of some layers, as it was found.
pub struct Held<'r> {
    repository: &'r Repository,
    layers: Vec<LayerFile>,
    runtimes: fn() -> Vec<&'static str>,
    form: Form,
}

enum Form {
    Compiled(Box<Compiled>),
    /// Read from its files, with every rule.
    Read(Box<Loaded>),
}

struct Compiled {
    opened: Opened,
    head: Head,
    programs: Programs,
}

impl<'r> Held<'r> {
    /// Finds the policy of layers, compiled if possible; else it is read, and compiled for the next call.
    #[must_use]
    pub fn find(
        repository: &'r Repository,
        layers: &[LayerFile],
        runtimes: fn() -> Vec<&'static str>,
    ) -> Self {
        let mut held = Self::of(repository, layers, runtimes);
        held.form = match held.compiled() {
            Some(compiled) => Form::Compiled(Box::new(compiled)),
            None => Form::Read(Box::new(held.compile())),
        };
        held
    }

    /// Reads the policy of layers from its files, and writes nothing.
    #[must_use]
    pub fn read(
        repository: &'r Repository,
        layers: &[LayerFile],
        runtimes: fn() -> Vec<&'static str>,
    ) -> Self {
        let mut held = Self::of(repository, layers, runtimes);
        held.form = Form::Read(Box::new(held.load()));
        held
    }

    fn of(
        repository: &'r Repository,
        layers: &[LayerFile],
        runtimes: fn() -> Vec<&'static str>,
    ) -> Self {
        Self {
            repository,
            layers: in_order(layers).into_iter().cloned().collect(),
            runtimes,
            form: Form::Read(Box::default()),
        }
    }

    /// Whether it was found compiled.
    #[must_use]
    pub fn is_compiled(&self) -> bool {
        matches!(self.form, Form::Compiled(_))
    }

    #[must_use]
    pub fn repository(&self) -> &'r Repository {
        self.repository
    }

    /// Returns what the policy says of calls that cannot be judged, whether or not it loads.
    #[must_use]
    pub fn when_broken(&self) -> WhenBroken {
        match &self.form {
            Form::Compiled(compiled) => compiled.head.set.when_broken,
            Form::Read(loaded) => loaded.set.when_broken,
        }
    }

    /// Returns what the policy says of programs.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        match &self.form {
            Form::Compiled(compiled) => &compiled.programs,
            Form::Read(loaded) => &loaded.set.programs,
        }
    }

    /// Returns the policy with all rules that have a word to say of a call; perhaps with others.
    #[must_use]
    pub fn for_call(&self, call: &Call, effects: &Effects) -> Cow<'_, Loaded> {
        self.loaded(|compiled| compiled.for_call(call, effects, self.repository))
    }

    /// Returns the policy with all rules, but without their tests.
    #[must_use]
    pub fn whole(&self) -> Cow<'_, Loaded> {
        self.loaded(|compiled| Ok(compiled.with(compiled.opened.all_rules()?)))
    }

    /// Returns the policy with all rules for paths; perhaps with others.
    #[must_use]
    pub fn for_paths(&self) -> Cow<'_, Loaded> {
        self.loaded(|compiled| Ok(compiled.with(compiled.opened.path_rules()?)))
    }

    /// Returns a number for everything that all rules are made of: layers, files with their contents, and this program.
    /// `None` when the policy cannot be used.
    #[must_use]
    pub fn source(&self) -> Option<u64> {
        let files = match &self.form {
            Form::Compiled(compiled) => &compiled.head.files,
            Form::Read(loaded) if loaded.is_usable() => &loaded.origins.files,
            Form::Read(_) => return None,
        };
        let start = sum(maker(), self.root().as_bytes());
        let layers = self.layers.iter().fold(start, |state, layer| {
            let path = sum(state, layer.path.as_os_str().as_encoded_bytes());
            sum(path, layer.base.as_bytes())
        });
        Some(files.iter().fold(layers, |state, file| {
            let path = sum(state, file.path.as_os_str().as_encoded_bytes());
            sum(path, &file.digest)
        }))
    }

    fn loaded(&self, of: impl FnOnce(&Compiled) -> Result<Loaded, Damaged>) -> Cow<'_, Loaded> {
        match &self.form {
            Form::Read(loaded) => Cow::Borrowed(loaded),
            Form::Compiled(compiled) => {
                Cow::Owned(of(compiled).unwrap_or_else(|Damaged| self.compile()))
            }
        }
    }

    fn load(&self) -> Loaded {
        load::load(self.repository.root(), &self.layers, &(self.runtimes)())
    }

    fn state(&self) -> State {
        State::of(self.repository.root())
    }

    /// Reads the files and keeps what they say, where that is possible: a state folder that cannot be written only costs time.
    fn compile(&self) -> Loaded {
        let state = self.state();
        let moment = state.moment();
        let loaded = self.load();
        if loaded.is_usable()
            && let Some(bytes) = self.bytes(&loaded, moment)
        {
            let _ = state.write_sealed(&self.name(), &bytes);
            state.keep_newest("cache", "policy-", KEPT);
        }
        loaded
    }

    /// Returns the bytes to keep of a policy that was read after a moment.
    fn bytes(&self, loaded: &Loaded, moment: Option<Moment>) -> Option<Vec<u8>> {
        let mut files = loaded.origins.files.clone();
        for file in &mut files {
            file.stamp = file.stamp.filter(|(device, stamp)| {
                moment.is_some_and(|moment| {
                    *device == moment.device && stamp.is_older(moment.nanoseconds, MARGIN)
                })
            });
        }
        let rules = &loaded.set.rules;
        let paths = rules.iter().filter_map(|rule| match &rule.kind {
            RuleKind::ProtectPaths(paths) => Some(&paths.paths),
            _ => None,
        });
        let set = &loaded.set;
        let head = Head {
            root: self.root().into_owned(),
            layers: self.layers.clone(),
            files,
            has_clock: moment.is_some(),
            has_system: paths.into_iter().any(PathPatterns::reach_outside),
            has_words: triggers::have_words(rules),
            programs: loaded.origins.programs.clone(),
            refusing: [None; 3],
            set: PolicySet {
                mode: set.mode,
                when_broken: set.when_broken,
                on_unknown: set.on_unknown,
                runtimes: set.runtimes.clone(),
                sources: set.sources.clone(),
                records: set.records.clone(),
                ..PolicySet::default()
            },
        };
        file::compile(head, rules)
    }

    fn root(&self) -> Cow<'_, str> {
        self.repository.root().to_string_lossy()
    }

    /// The file's name: another for each program, for each root that the repository is reached by, and for each list of layers.
    fn name(&self) -> String {
        let mut digest = sum(maker(), self.root().as_bytes());
        for layer in &self.layers {
            digest = sum(digest, layer.path.as_os_str().as_encoded_bytes());
        }
        // Formatting would take as long as finding the file.
        let bytes = digest.to_be_bytes().into_iter();
        let digits = bytes.flat_map(|byte| [byte >> 4, byte & 15]);
        let mut name = String::with_capacity(32);
        name.push_str("cache/policy-");
        name.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
        name.push_str(".bin");
        name
    }

    /// Returns the compiled policy, if there is one that holds.
    fn compiled(&self) -> Option<Compiled> {
        let state = self.state();
        let name = self.name();
        if state.is_behind_link("cache") {
            return None;
        }
        let (file, about) = fit::open(&child(state.folder(), &name))?;
        let (opened, head) = Opened::read(file, about)?;
        let is_same = head.root == self.root() && head.layers == self.layers;
        let fit = is_same.then(|| fit::of(&head, &opened.about))??;
        if fit == fit::Fit::Renewable {
            renew(&state, &name, &opened, &head);
        }
        let programs = if head.programs.is_empty() {
            Programs::default()
        } else {
            load::kept_programs(&head.programs)?
        };
        Some(Compiled {
            opened,
            head,
            programs,
        })
    }
}

/// Writes down the stamps that prove something by now, so that the next call need not read the files.
fn renew(state: &State, name: &str, opened: &Opened, head: &Head) {
    let renewed = || {
        let head = fit::renewed(head, state.moment()?)?;
        file::renewed(&head, &opened.all()?)
    };
    if let Some(bytes) = renewed() {
        // Who cannot write it goes on reading the files.
        let _ = state.write_sealed(name, &bytes);
    }
}

impl Compiled {
    fn for_call(
        &self,
        call: &Call,
        effects: &Effects,
        repository: &Repository,
    ) -> Result<Loaded, Damaged> {
        let sight = Sight {
            call,
            effects,
            programs: &self.programs,
            root: &self.head.root,
            case: repository.case(),
            has_system: self.head.has_system,
            has_words: self.head.has_words,
        };
        // One rule that refuses an access tells that some path is protected from it.
        let unknown = sight
            .unknown()
            .filter_map(|access| self.head.refusing(access));
        let unknown: Vec<_> = unknown.collect();
        let wanted = Wanted::new(sight.keys(), effects);
        let rules = self.opened.rules(&wanted, &unknown)?;
        Ok(self.with(rules))
    }

    /// Returns the policy with some of its rules.
    fn with(&self, rules: Vec<Rule>) -> Loaded {
        Loaded {
            set: PolicySet {
                rules,
                programs: self.programs.clone(),
                ..self.head.set.clone()
            },
            ..Loaded::default()
        }
    }
}
