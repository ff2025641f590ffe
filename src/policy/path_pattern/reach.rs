//! What globs say of a folder before anything in it is known: whether looking into it can yield anything, and whether an
//! author named it.

use super::{Case, Part, PathPattern, PathPatterns, covers, names};

impl PathPatterns {
    /// Returns whether some path below a folder can be covered. Judged by the globs' text alone: `false` is certain.
    #[must_use]
    pub fn can_match_below(&self, folder: &str, case: Case) -> bool {
        for pattern in self.list.iter().rev() {
            let of_pattern = |judge: fn(&[Part], &str, Case) -> bool| {
                let mut alternatives = pattern.alternatives.iter();
                alternatives.any(|parts| judge(parts, folder, case))
            };
            // What stands behind in the list decides: once all below is excepted, earlier globs do not matter.
            if pattern.excepts && of_pattern(covers_all_below) {
                return false;
            }
            if !pattern.excepts && of_pattern(leads_below) {
                return true;
            }
        }
        false
    }

    /// Returns the globs that name this very path, or a path below it, without a wildcard before its end; `None` when there
    /// is none. A single name means the one at the base. Exceptions stay.
    #[must_use]
    pub fn naming(&self, path: &str, case: Case) -> Option<Self> {
        let kept = self.list.iter();
        let kept = kept.filter(|pattern| pattern.excepts || pattern.names(path, case));
        let list: Vec<PathPattern> = kept.cloned().collect();
        list.iter()
            .any(|pattern| !pattern.excepts)
            .then_some(Self { list })
    }
}

impl PathPattern {
    /// Returns the names that stand before the first wildcard; of a glob with braces, those of its first alternative.
    #[must_use]
    pub fn literal_names(&self) -> Vec<&str> {
        let parts = self.alternatives.first().map_or(&[][..], Vec::as_slice);
        self.after_base(parts)
            .iter()
            .map_while(|part| match part {
                Part::Name(name) => name.literal(),
                Part::AnyFolders => None,
            })
            .collect()
    }

    fn names(&self, path: &str, case: Case) -> bool {
        self.alternatives.iter().any(|parts| {
            let mut parts = self.after_base(parts).iter();
            names(path).all(|name| match parts.next() {
                Some(Part::Name(part)) => part.is_literal() && part.matches(name, case),
                Some(Part::AnyFolders) | None => false,
            })
        })
    }

    /// A glob of a single name was given `**` in front when it was read.
    fn after_base<'p>(&self, parts: &'p [Part]) -> &'p [Part] {
        let glob = self.text.strip_prefix('!').unwrap_or(&self.text);
        let is_single = !glob.trim_end_matches('/').contains('/');
        match parts.split_first() {
            Some((Part::AnyFolders, rest)) if is_single => rest,
            _ => parts,
        }
    }
}

/// Whether the parts could cover something below the folder.
fn leads_below(parts: &[Part], folder: &str, case: Case) -> bool {
    let mut parts = parts.iter();
    for name in names(folder) {
        match parts.next() {
            None | Some(Part::AnyFolders) => return true,
            Some(Part::Name(part)) if part.matches(name, case) => {}
            Some(Part::Name(_)) => return false,
        }
    }
    true
}

/// Whether the parts cover everything below the folder.
fn covers_all_below(parts: &[Part], folder: &str, case: Case) -> bool {
    match parts.split_last() {
        Some((Part::AnyFolders, [])) => true,
        Some((Part::AnyFolders, above)) => covers(above, folder, case),
        _ => covers(parts, folder, case),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(globs: &[&str]) -> PathPatterns {
        let globs = globs.iter();
        globs
            .map(|glob| PathPattern::parse(glob).unwrap())
            .collect()
    }

    #[test]
    fn folders_that_can_hold_nothing_are_known() {
        let cases: [(&[&str], &str, bool); 16] = [
            (&["**"], "a/b", true),
            (&["src/**"], "", true),
            (&["src/**"], "src", true),
            (&["src/**"], "src/a", true),
            (&["src/**"], "lib", false),
            (&["src/*.rs"], "src", true),
            (&["src/*.rs"], "src/x", false),
            (&["src/*.rs"], "src/x.rs", true),
            (&["*.rs"], "any", true),
            (&["a/*/c/**"], "a/x", true),
            (&["a/*/c/**"], "a/x/d", false),
            (&["{a,b}/x"], "b", true),
            (&["**", "!vendor/**"], "vendor", false),
            (&["**", "!vendor/**"], "vendor/a", false),
            (&["**", "!vendor/a"], "vendor", true),
            (&["**", "!vendor/**", "vendor/keep/**"], "vendor", true),
        ];
        for (globs, folder, expected) in cases {
            let found = patterns(globs).can_match_below(folder, Case::Sensitive);
            assert_eq!(found, expected, "{globs:?} {folder:?}");
        }
    }

    #[test]
    fn a_path_is_named_when_no_wildcard_stands_before_its_end() {
        type Case<'c> = (&'c [&'c str], &'c str, Option<&'c [&'c str]>);
        let cases: [Case<'_>; 12] = [
            (&["build/**"], "build", Some(&["build/**"])),
            (&["build/gen/*.py"], "build", Some(&["build/gen/*.py"])),
            (&["build/gen/*.py"], "build/gen", Some(&["build/gen/*.py"])),
            (&["build/gen/*.py"], "build/gen/a.py", None),
            (&["**"], "build", None),
            (&["**/build"], "build", None),
            (&["*.log"], "a.log", None),
            (&[".env"], ".env", Some(&[".env"])),
            (&[".env"], "sub/.env", None),
            (&["build/"], "build", Some(&["build/"])),
            (
                &["**", "build/**", "!*.o"],
                "build",
                Some(&["build/**", "!*.o"]),
            ),
            (&["{a,b}/c"], "b/c", Some(&["{a,b}/c"])),
        ];
        for (globs, path, expected) in cases {
            let found = patterns(globs).naming(path, super::Case::Sensitive);
            assert_eq!(found, expected.map(patterns), "{globs:?} {path:?}");
        }
    }

    #[test]
    fn literal_names_end_at_the_first_wildcard() {
        let names = |glob| PathPattern::parse(glob).unwrap().literal_names().join("/");
        assert_eq!(names("src/a/*.rs"), "src/a");
        assert_eq!(names("src"), "src");
        assert_eq!(names("**/src"), "");
        assert_eq!(names("/a/b"), "a/b");
    }
}
