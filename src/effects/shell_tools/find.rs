//! What `find` and `ls` would print: an expression tried on what is there, as far as names and types decide.

use std::collections::VecDeque;
use std::fs::FileType;
use std::path::Path;

use super::Walker;
use super::globs::{LETTERS, OPENING, take};
use super::stages::Input;
use super::state::State;
use crate::deadline;
use crate::state::holds_copies;
use crate::wildcards::{Case, Wildcards};

/// Paths named at most; beyond, only where they lie.
const MATCHES: usize = 256;
/// Nesting of brackets that is read.
const DEPTH: usize = 16;
/// Words of an expression that take no value.
const ALONE: [&str; 21] = [
    "-empty",
    "-executable",
    "-readable",
    "-writable",
    "-nogroup",
    "-nouser",
    "-daystart",
    "-depth",
    "-d",
    "-follow",
    "-mount",
    "-xdev",
    "-noleaf",
    "-warn",
    "-nowarn",
    "-ignore_readdir_race",
    "-noignore_readdir_race",
    "-quit",
    "-E",
    "-X",
    "-s",
];

/// An expression of find.
enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Name(Wildcards, Case),
    Path(Wildcards, Case),
    Type(String),
    Prune,
    Action,
    Always,
    /// Depends on what is not looked at: times, sizes, owners.
    Perhaps,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Truth {
    No,
    Perhaps,
    Yes,
}

/// One file that is tried.
struct Candidate<'c> {
    path: &'c str,
    name: &'c str,
    kind: char,
    acted: bool,
    pruned: bool,
}

impl Test {
    fn holds(&self, file: &mut Candidate<'_>) -> Truth {
        match self {
            Self::All(tests) => {
                let mut all = Truth::Yes;
                for test in tests {
                    let one = test.holds(file);
                    if one < all {
                        all = one;
                    }
                    if all == Truth::No {
                        break;
                    }
                }
                all
            }
            Self::Any(tests) => {
                let mut any = Truth::No;
                for test in tests {
                    let one = test.holds(file);
                    if one > any {
                        any = one;
                    }
                    if any == Truth::Yes {
                        break;
                    }
                }
                any
            }
            Self::Not(test) => match test.holds(file) {
                Truth::No => Truth::Yes,
                Truth::Perhaps => Truth::Perhaps,
                Truth::Yes => Truth::No,
            },
            Self::Name(glob, case) => truth(glob.matches(file.name, *case)),
            Self::Path(glob, case) => truth(glob.matches(file.path, *case)),
            Self::Type(kinds) => truth(kinds.contains(file.kind)),
            Self::Prune => {
                file.pruned = true;
                Truth::Yes
            }
            Self::Action => {
                file.acted = true;
                Truth::Yes
            }
            Self::Always => Truth::Yes,
            Self::Perhaps => Truth::Perhaps,
        }
    }

    fn acts(&self) -> bool {
        match self {
            Self::All(tests) | Self::Any(tests) => tests.iter().any(Self::acts),
            Self::Not(test) => test.acts(),
            Self::Action => true,
            _ => false,
        }
    }
}

fn truth(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

/// The words of one find.
struct Expression<'w> {
    words: std::iter::Peekable<std::slice::Iter<'w, &'w str>>,
    deepest: usize,
    least: usize,
}

impl Expression<'_> {
    fn any(&mut self, depth: usize) -> Test {
        let mut all = vec![self.all(depth)];
        while self
            .words
            .next_if(|word| matches!(**word, "-o" | "-or" | ","))
            .is_some()
        {
            all.push(self.all(depth));
        }
        Test::Any(all)
    }

    fn all(&mut self, depth: usize) -> Test {
        let mut all = Vec::new();
        while let Some(word) = self
            .words
            .next_if(|word| !matches!(**word, "-o" | "-or" | "," | ")"))
        {
            all.push(self.one(word, depth));
        }
        Test::All(all)
    }

    fn one(&mut self, word: &str, depth: usize) -> Test {
        match word {
            "-a" | "-and" | "-true" => Test::Always,
            "-false" => Test::Any(Vec::new()),
            "!" | "-not" => match self.words.next() {
                Some(word) => Test::Not(Box::new(self.one(word, depth))),
                None => Test::Perhaps,
            },
            "(" if depth < DEPTH => {
                let inner = self.any(depth + 1);
                self.words.next();
                inner
            }
            "-prune" => Test::Prune,
            "-print" | "-print0" | "-ls" | "-delete" => Test::Action,
            "-printf" | "-fprint" | "-fprint0" | "-fls" => {
                self.words.next();
                Test::Action
            }
            "-fprintf" => {
                self.words.nth(1);
                Test::Action
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                let mut before = "";
                for word in self.words.by_ref() {
                    if *word == ";" || (*word == "+" && before == "{}") {
                        break;
                    }
                    before = word;
                }
                Test::Action
            }
            word if ALONE.contains(&word) => Test::Perhaps,
            word => self.with_value(word),
        }
    }

    fn with_value(&mut self, word: &str) -> Test {
        let value = self.words.next().copied().unwrap_or_default();
        let read = |test: fn(Wildcards, Case) -> Test, case| {
            Wildcards::parse(value).map_or(Test::Perhaps, |glob| test(glob, case))
        };
        match word {
            "-name" => read(Test::Name, Case::Sensitive),
            "-iname" => read(Test::Name, Case::Insensitive),
            "-path" | "-wholename" => read(Test::Path, Case::Sensitive),
            "-ipath" | "-iwholename" => read(Test::Path, Case::Insensitive),
            "-type" => Test::Type(value.to_owned()),
            "-maxdepth" => {
                self.deepest = value.parse().unwrap_or(usize::MAX);
                Test::Always
            }
            "-mindepth" => {
                self.least = value.parse().unwrap_or(0);
                Test::Always
            }
            _ => Test::Perhaps,
        }
    }
}

impl Walker<'_> {
    /// Returns the paths that a find with these words acts on; a call looks once.
    pub(super) fn found(&mut self, words: &[&str], state: &State) -> Input {
        let [Some(folder)] = state.folders.as_slice() else {
            return self.find(words, state);
        };
        let key = format!("{folder}\0{}\0{}", words.join("\0"), self.remote);
        if let Some(known) = self.found.get(&key) {
            return known.clone();
        }
        let found = self.find(words, state);
        if key.len() <= super::LONGEST_KEY {
            self.found.insert(key, found.clone());
        }
        found
    }

    fn find(&mut self, words: &[&str], state: &State) -> Input {
        let begins = |word: &&&str| word.starts_with('-') || matches!(**word, "(" | "!");
        let options = words
            .iter()
            .take_while(|word| matches!(**word, "-H" | "-L" | "-P"))
            .count();
        let words = words.get(options..).unwrap_or_default();
        let count = words.iter().take_while(|word| !begins(word)).count();
        let (starts, rest) = words.split_at_checked(count).unwrap_or_default();
        let starts = if starts.is_empty() { &["."] } else { starts };
        // Each word of an expression is read once, and tried on each file.
        let letters = rest.iter().map(|word| word.len()).sum::<usize>();
        let trial = rest.len() / 4 + letters / (4 * LETTERS);
        let is_within = take(&mut self.entries, 8 * rest.len()).is_some();
        let rest = if is_within { rest } else { &[] };
        let mut expression = Expression {
            words: rest.iter().peekable(),
            deepest: usize::MAX,
            least: 0,
        };
        let test = expression.any(0);
        let below = || {
            Input::Begins(
                starts
                    .iter()
                    .map(|start| format!("{}/", start.trim_end_matches('/')))
                    .collect(),
            )
        };
        let [Some(folder)] = state.folders.as_slice() else {
            return below();
        };
        if self.remote {
            return Input::Unknown;
        }
        // All that the machine holds is more than is looked at.
        let is_root = |start: &&str| start.trim_end_matches('/').is_empty();
        if !is_within || (expression.deepest > 1 && starts.iter().any(is_root)) {
            return below();
        }
        let implied = !test.acts();
        let mut paths = String::new();
        let mut count = 0;
        let mut pending: VecDeque<(String, usize, Option<FileType>)> = starts
            .iter()
            .map(|start| ((*start).to_owned(), 0, None))
            .collect();
        while let Some((path, depth, kind)) = pending.pop_front() {
            if take(&mut self.entries, trial).is_none() {
                return below();
            }
            let full = Path::new(folder).join(&path);
            let told = || full.symlink_metadata().ok().map(|about| about.file_type());
            let Some(kind) = kind.or_else(told).map(self::kind) else {
                continue;
            };
            let name = path
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(&path);
            let mut file = Candidate {
                path: &path,
                name,
                kind,
                acted: false,
                pruned: false,
            };
            let holds = test.holds(&mut file);
            let is_hit = file.acted || (implied && holds != Truth::No);
            let pruned = file.pruned;
            if is_hit && depth >= expression.least {
                paths.push_str(&path);
                paths.push('\n');
                count += 1;
            }
            if count > MATCHES {
                return below();
            }
            if kind == 'd' && !pruned && depth < expression.deepest && !holds_copies(&path) {
                if take(&mut self.entries, OPENING).is_none() {
                    return below();
                }
                for entry in deadline::read_dir(&full).into_iter().flatten().flatten() {
                    if take(&mut self.entries, 1).is_none() {
                        return below();
                    }
                    let name = entry.file_name();
                    pending.push_back((
                        format!("{}/{}", path.trim_end_matches('/'), name.to_string_lossy()),
                        depth + 1,
                        entry.file_type().ok(),
                    ));
                }
            }
        }
        Input::Known(paths)
    }

    /// Returns what `ls` prints for plain files and for one folder.
    pub(super) fn listed(&mut self, words: &[&str], state: &State) -> Input {
        let [Some(folder)] = state.folders.as_slice() else {
            return Input::Unknown;
        };
        let options: String = words
            .iter()
            .filter_map(|word| word.strip_prefix('-'))
            .collect();
        if self.remote || options.contains(|letter| "lRsiFp-".contains(letter)) {
            return Input::Unknown;
        }
        let operands: Vec<&&str> = words.iter().filter(|word| !word.starts_with('-')).collect();
        let is_folder = |path: &str| Path::new(folder).join(path).is_dir();
        if !operands.is_empty()
            && (options.contains('d') || !operands.iter().any(|path| is_folder(path)))
        {
            let names: Vec<String> = operands.iter().map(|path| format!("{path}\n")).collect();
            return Input::Known(names.concat());
        }
        let path = match operands.as_slice() {
            [] => ".",
            [path] => path,
            paths => return self.listed_each(paths, folder, options.contains(['a', 'A'])),
        };
        self.entries_listed(folder, path, options.contains(['a', 'A']))
            .map_or(Input::Unknown, Input::Known)
    }

    /// What `ls` prints of several paths: the files first, then each folder under its name.
    fn listed_each(&mut self, paths: &[&&str], folder: &str, hidden: bool) -> Input {
        let is_folder = |path: &&&&str| Path::new(folder).join(path).is_dir();
        let (folders, files): (Vec<&&&str>, Vec<&&&str>) = paths.iter().partition(is_folder);
        let names: Vec<String> = files.iter().map(|path| format!("{path}\n")).collect();
        let mut text = names.concat();
        for path in folders {
            let Some(names) = self.entries_listed(folder, path, hidden) else {
                return Input::Unknown;
            };
            text.extend(["\n", path, ":\n", names.as_str()]);
        }
        Input::Known(text)
    }

    /// Returns the names in a folder, a line each; `None` for too many.
    fn entries_listed(&mut self, folder: &str, path: &str, hidden: bool) -> Option<String> {
        let mut names = Vec::new();
        take(&mut self.entries, OPENING)?;
        for entry in deadline::read_dir(Path::new(folder).join(path))
            .into_iter()
            .flatten()
            .flatten()
        {
            take(&mut self.entries, 1)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') || hidden {
                names.push(name + "\n");
            }
        }
        names.sort();
        (names.len() <= MATCHES).then(|| names.concat())
    }
}

fn kind(file: FileType) -> char {
    if file.is_dir() {
        'd'
    } else if file.is_symlink() {
        'l'
    } else {
        'f'
    }
}
