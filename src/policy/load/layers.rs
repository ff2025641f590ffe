//! Puts the policy together from its layers and from what they extend.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::files::{self, Extended};
use super::reader::{Map, Reader, Text};
use super::settings::Settings;
use super::{LayerFile, Loaded, Origins, ReadFile, needs, programs, rule};
use crate::policy::problems::{FileId, Place, Problems, form, layers, shape, values};
use crate::policy::text_pattern::Scrutiny;
use crate::policy::yaml::{self, Kind, Meaning, Node};
use crate::policy::{Layer, PolicySet, RuleKind, Source, packs};

/// Longest chain of files that extend one another.
const CHAIN_LIMIT: usize = 32;
/// Keys of a policy file.
const KEYS: [&str; 8] = [
    "version",
    "extends",
    "runtimes",
    "mode",
    "when-broken",
    "on-unknown",
    "programs",
    "rules",
];
/// Keys that hold for the whole policy and therefore only stand in a layer's own file.
const OWN_KEYS: [&str; 3] = ["runtimes", "mode", "when-broken"];

/// A policy that is being put together.
pub(super) struct Loading<'a> {
    root: Option<&'a Path>,
    known_runtimes: &'a [&'a str],
    /// Whether a person wants to hear of everything, doubts included.
    is_thorough: bool,
    set: PolicySet,
    problems: Problems,
    settings: Settings,
    ids: HashMap<String, Place>,
    /// What is being read now: the layer's file and the chain of what it extends.
    chain: Vec<Link>,
    /// What was read. A pack that two layers extend counts once.
    done: HashSet<PathBuf>,
    origins: Origins,
}

struct Link {
    key: PathBuf,
    name: String,
}

/// One file or pack that is being read.
#[derive(Clone)]
struct Part {
    file: FileId,
    /// As shown to people.
    name: String,
    path: Option<PathBuf>,
    layer: Layer,
    base: String,
    /// Folder that files under `extends` must stay in; `None` where files cannot be extended.
    boundary: Option<PathBuf>,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Layer,
    Extended,
}

impl<'a> Loading<'a> {
    pub(super) fn new(root: Option<&'a Path>, known_runtimes: &'a [&'a str]) -> Self {
        Self {
            root,
            known_runtimes,
            is_thorough: false,
            set: PolicySet::default(),
            problems: Problems::default(),
            settings: Settings::default(),
            ids: HashMap::new(),
            chain: Vec::new(),
            done: HashSet::new(),
            origins: Origins::default(),
        }
    }

    /// Looks for doubts, too.
    pub(super) fn thoroughly(self) -> Self {
        Self {
            is_thorough: true,
            ..self
        }
    }

    /// Reads a layer's file and what it extends.
    pub(super) fn layer_file(&mut self, layer: &LayerFile) {
        let name = files::shown(&layer.path, self.root);
        let file = self.problems.add_file(name.as_str());
        match files::read(&layer.path) {
            Err(why) => {
                let place = self.problems.start_of(file);
                self.problems.push(form::unreadable_file(place, why));
            }
            Ok(content) => {
                self.origins
                    .files
                    .push(ReadFile::of(&layer.path, None, &content));
                let real = layer
                    .path
                    .canonicalize()
                    .unwrap_or_else(|_| layer.path.clone());
                let in_root = self
                    .root
                    .filter(|_| !matches!(layer.layer, Layer::Managed | Layer::User));
                let boundary = in_root
                    .or_else(|| layer.path.parent())
                    .map(Path::to_path_buf);
                let part = Part {
                    file,
                    name,
                    path: Some(layer.path.clone()),
                    layer: layer.layer,
                    base: layer.base.clone(),
                    boundary,
                    role: Role::Layer,
                };
                self.part(&part, real, &content.bytes);
            }
        }
        self.settings.close_layer();
    }

    /// Reads bytes as a layer's file; it cannot extend files.
    pub(super) fn layer_bytes(&mut self, name: &str, bytes: &[u8], layer: Layer, base: &str) {
        let part = Part {
            file: self.problems.add_file(name),
            name: name.to_owned(),
            path: None,
            layer,
            base: base.to_owned(),
            boundary: None,
            role: Role::Layer,
        };
        self.part(&part, PathBuf::from(name), bytes);
        self.settings.close_layer();
    }

    /// Returns what was read.
    pub(super) fn finish(mut self) -> Loaded {
        self.settings.write(&mut self.set);
        needs::resolve(&mut self.set, &mut self.problems);
        self.problems.set_when_broken(self.set.when_broken);
        self.set.list_records();
        Loaded {
            set: self.set,
            problems: self.problems,
            origins: self.origins,
        }
    }

    fn part(&mut self, part: &Part, key: PathBuf, bytes: &[u8]) {
        self.set.sources.push(Source {
            name: part.name.clone(),
            path: part.path.clone(),
            layer: part.layer,
        });
        self.done.insert(key.clone());
        self.chain.push(Link {
            key,
            name: part.name.clone(),
        });
        if let Some(text) = yaml::decode(bytes, part.file, &mut self.problems) {
            self.problems.set_text(part.file, text.as_str());
            if let Some(root) = yaml::parse(&text, part.file, &mut self.problems) {
                self.document(part, &root);
            }
        }
        self.chain.pop();
    }

    fn reader(&mut self, part: &Part) -> Reader<'_> {
        let is_shipped = part.path.is_none() && part.role == Role::Extended;
        Reader {
            file: part.file,
            problems: &mut self.problems,
            scrutiny: match (self.is_thorough, is_shipped) {
                (true, _) => Scrutiny::Compile,
                (false, true) => Scrutiny::Trust,
                (false, false) => Scrutiny::Read,
            },
            programs: self.is_thorough.then_some(&self.set.programs),
        }
    }

    fn document(&mut self, part: &Part, root: &Node) {
        let mut reader = self.reader(part);
        if root.kind == Kind::Null {
            let problem = shape::empty_file(reader.problems.start_of(part.file));
            reader.say(problem);
            return;
        }
        let Some(map) = reader.any_map(root, "a policy") else {
            return;
        };
        keys(&mut reader, &map, part.role);
        if !version(&mut reader, &map) {
            // Another version may mean something else by every other key.
            return;
        }
        if let Some(node) = map.get("extends") {
            self.extends(part, node);
        }
        if part.role == Role::Layer {
            self.runtimes(part, &map);
        }
        let mut settings = std::mem::take(&mut self.settings);
        settings.read(&mut self.reader(part), &map, part.role == Role::Layer);
        self.settings = settings;
        if let Some(node) = map.get("programs") {
            for (name, meaning) in programs::read(&mut self.reader(part), node) {
                self.set.programs.add(&name, meaning);
            }
            self.origins.programs.push(node.clone());
        }
        if let Some(node) = map.get("rules") {
            self.rules(part, node);
        }
    }

    fn runtimes(&mut self, part: &Part, map: &Map<'_>) {
        let words: Vec<(&str, &str)> = self
            .known_runtimes
            .iter()
            .map(|name| (*name, *name))
            .collect();
        let named = map.get("runtimes").and_then(|node| {
            self.reader(part)
                .words(node, "runtimes", &words, values::unknown_runtime)
        });
        for name in named.unwrap_or_default() {
            if !self.set.runtimes.iter().any(|known| known == name) {
                self.set.runtimes.push(name.to_owned());
            }
        }
    }

    fn rules(&mut self, part: &Part, node: &Node) {
        let mut reader = self.reader(part);
        let Kind::List(items) = &node.kind else {
            reader.wrong_type(node, "rules", "a list");
            return;
        };
        if items.is_empty() {
            let problem = shape::empty_list(reader.place(node), "rules");
            reader.say(problem);
        }
        for item in items {
            let mut reader = self.reader(part);
            let (id, rule) = rule::read(&mut reader, item, &part.name, &part.base);
            let mut rule = rule;
            if let Some(id) = id {
                let place = Place::new(part.file, id.node.span);
                // Folders are written by different people: a rule's full name begins with its folder.
                let full = if part.base.is_empty() {
                    id.text.to_owned()
                } else {
                    format!("{}/{}", part.base, id.text)
                };
                if let Some(first) = self.ids.get(&full) {
                    self.problems
                        .push(layers::duplicate_id(place, id.text, *first));
                    continue;
                }
                self.ids.insert(full.clone(), place);
                if let Some(rule) = &mut rule {
                    rule.id = full;
                }
            }
            self.set.rules.extend(rule);
        }
    }

    fn extends(&mut self, part: &Part, node: &Node) {
        for entry in self.reader(part).texts(node, "extends").unwrap_or_default() {
            if self.chain.len() >= CHAIN_LIMIT {
                let problem = layers::unreadable_extends(
                    Place::new(part.file, entry.node.span),
                    entry.text,
                    "more than 32 files extend each other",
                );
                self.problems.push(problem);
            } else if is_pack_name(entry.text) {
                self.extend_pack(part, entry);
            } else {
                self.extend_file(part, entry);
            }
        }
    }

    fn extend_pack(&mut self, part: &Part, entry: Text<'_>) {
        let Some(pack) = packs::find(entry.text) else {
            let place = Place::new(part.file, entry.node.span);
            self.problems
                .push(layers::unknown_pack(place, entry.text, &packs::names()));
            return;
        };
        let name = format!("pack:{}", pack.name);
        let key = PathBuf::from(&name);
        if self.done.contains(&key) {
            return;
        }
        let pack_part = Part {
            file: self.problems.add_file(name.as_str()),
            name,
            path: None,
            boundary: None,
            role: Role::Extended,
            ..part.clone()
        };
        self.part(&pack_part, key, pack.text.as_bytes());
    }

    fn extend_file(&mut self, part: &Part, entry: Text<'_>) {
        let place = Place::new(part.file, entry.node.span);
        let folder = part.path.as_deref().and_then(Path::parent);
        let (Some(folder), Some(boundary)) = (folder, part.boundary.as_deref()) else {
            let why = "only a file can extend files";
            self.problems
                .push(layers::unreadable_extends(place, entry.text, why));
            return;
        };
        let real = match files::extended(folder, entry.text, boundary) {
            Extended::Inside(real) => real,
            Extended::Outside => {
                self.problems
                    .push(layers::extends_outside(place, entry.text));
                return;
            }
            Extended::Missing(why) => {
                self.problems
                    .push(layers::unreadable_extends(place, entry.text, why));
                return;
            }
        };
        if let Some(at) = self.chain.iter().position(|link| link.key == real) {
            let mut chain: Vec<&str> = self
                .chain
                .iter()
                .skip(at)
                .map(|link| link.name.as_str())
                .collect();
            chain.extend(chain.first().copied());
            self.problems.push(layers::extends_cycle(place, &chain));
            return;
        }
        if self.done.contains(&real) {
            return;
        }
        match files::read(&real) {
            Err(why) => self
                .problems
                .push(layers::unreadable_extends(place, entry.text, why)),
            Ok(content) => {
                let path = folder.join(entry.text);
                let origin = ReadFile::of(&path, Some(&real), &content);
                self.origins.files.push(origin);
                let name = files::shown(&real, self.root);
                let extended = Part {
                    file: self.problems.add_file(name.as_str()),
                    name,
                    path: Some(real.clone()),
                    role: Role::Extended,
                    ..part.clone()
                };
                self.part(&extended, real, &content.bytes);
            }
        }
    }
}

/// Words are packs; whatever looks like a path is a file.
fn is_pack_name(text: &str) -> bool {
    !text.starts_with('.')
        && !text.starts_with('/')
        && !text.contains(['/', '\\'])
        && !Path::new(text)
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Reports keys that do not belong into this file.
fn keys(reader: &mut Reader<'_>, map: &Map<'_>, role: Role) {
    for (name, key, _) in map.entries() {
        let place = reader.place(key);
        let problem = if role == Role::Extended && OWN_KEYS.contains(&name) {
            let belongs =
                "it holds for the whole policy; write it in the file that extends this one";
            shape::misplaced_key(place, name, "an extended file", belongs)
        } else if KEYS.contains(&name) {
            continue;
        } else if RuleKind::NAMES.contains(&name) || rule::KEYS.contains(&name) {
            shape::misplaced_key(
                place,
                name,
                "a policy",
                "it belongs in a rule: an item of the list under `rules`",
            )
        } else {
            shape::unknown_key(place, name, "a policy", &KEYS)
        };
        reader.say(problem);
    }
}

/// Returns whether the file is of a version that this program reads.
fn version(reader: &mut Reader<'_>, map: &Map<'_>) -> bool {
    let Some(node) = map.get("version") else {
        let problem = shape::missing_key(
            reader.place(map.node),
            "version",
            "this policy",
            "begin with `version: 1`",
        );
        reader.say(problem);
        return true;
    };
    let meaning = node
        .scalar()
        .map(|scalar| (scalar.meaning(), scalar.text.as_str()));
    match meaning {
        Some((Meaning::Integer(1), _)) => return true,
        Some((Meaning::Integer(_) | Meaning::Number, text)) => {
            let problem = shape::unsupported_version(reader.place(node), text);
            reader.say(problem);
        }
        _ => reader.wrong_type(node, "version", "a number"),
    }
    false
}
