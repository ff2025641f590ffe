//! Which tests a repository has, and what they depend on.

use super::survey::Survey;

/// A gate for the starter policy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gate {
    pub(super) id: &'static str,
    pub(super) run: String,
    pub(super) inputs: Vec<String>,
}

/// A language: how its tests are run, and what they depend on.
struct Language {
    id: &'static str,
    run: fn(&Survey) -> Option<String>,
    endings: &'static [&'static str],
    files: &'static [&'static str],
}

const LANGUAGES: [Language; 9] = [
    Language {
        id: "rust-tests",
        run: |survey| survey.has("Cargo.toml").then(|| "cargo test".into()),
        endings: &[".rs"],
        files: &["Cargo.toml", "Cargo.lock"],
    },
    Language {
        id: "go-tests",
        run: |survey| survey.has("go.mod").then(|| "go test ./...".into()),
        endings: &[".go"],
        files: &["go.mod", "go.sum"],
    },
    Language {
        id: "javascript-tests",
        run: javascript,
        endings: &[
            ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".vue", ".svelte",
        ],
        files: &["package.json", "tsconfig.json"],
    },
    Language {
        id: "python-tests",
        run: python,
        endings: &[".py"],
        files: &["pyproject.toml", "setup.cfg", "requirements.txt"],
    },
    Language {
        id: "ruby-tests",
        run: ruby,
        endings: &[".rb"],
        files: &["Gemfile", "Gemfile.lock"],
    },
    Language {
        id: "php-tests",
        run: php,
        endings: &[".php"],
        files: &["composer.json", "composer.lock"],
    },
    Language {
        id: "java-tests",
        run: java,
        endings: &[".java", ".kt"],
        files: &["pom.xml", "build.gradle", "build.gradle.kts"],
    },
    Language {
        id: "dotnet-tests",
        run: |survey| survey.with_ending(".csproj").map(|_| "dotnet test".into()),
        endings: &[".cs"],
        files: &[],
    },
    Language {
        id: "elixir-tests",
        run: |survey| survey.has("mix.exs").then(|| "mix test".into()),
        endings: &[".ex", ".exs"],
        files: &["mix.exs", "mix.lock"],
    },
];

/// Returns the gates that fit a repository.
pub(super) fn of(survey: &Survey) -> Vec<Gate> {
    let found: Vec<Gate> = LANGUAGES
        .iter()
        .filter_map(|language| {
            let endings = language.endings.iter();
            let endings = endings.filter(|ending| survey.with_ending(ending).is_some());
            let mut inputs: Vec<String> = endings.map(|ending| format!("*{ending}")).collect();
            // Without a file of the language there is nothing to test.
            if inputs.is_empty() {
                return None;
            }
            let files = language.files.iter().filter(|file| survey.has(file));
            inputs.extend(files.map(|file| format!("/{file}")));
            Some(Gate {
                id: language.id,
                run: (language.run)(survey)?,
                inputs,
            })
        })
        .collect();
    if found.is_empty() {
        return by_target(survey).into_iter().collect();
    }
    found
}

/// A target that is called `test`, where no language says how its tests are run.
fn by_target(survey: &Survey) -> Option<Gate> {
    let (file, run) = [("Makefile", "make test"), ("justfile", "just test")]
        .into_iter()
        .find(|(file, _)| survey.has_target(file, "test"))?;
    let folders = ["src", "lib", "test", "tests"].into_iter();
    let folders = folders.filter(|folder| survey.below(folder).is_some());
    let mut inputs: Vec<String> = folders.map(|folder| format!("/{folder}/**")).collect();
    inputs.push(format!("/{file}"));
    Some(Gate {
        id: "tests",
        run: run.into(),
        inputs,
    })
}

fn javascript(survey: &Survey) -> Option<String> {
    let script = survey.script("package.json", "test")?;
    // What `npm init` writes; it always fails.
    if script.contains("no test specified") {
        return None;
    }
    let managers = [
        ("pnpm-lock.yaml", "pnpm test"),
        ("yarn.lock", "yarn test"),
        ("bun.lock", "bun run test"),
        ("bun.lockb", "bun run test"),
    ];
    let manager = managers.into_iter().find(|(lock, _)| survey.has(lock));
    Some(manager.map_or("npm test", |(_, run)| run).into())
}

fn python(survey: &Survey) -> Option<String> {
    let says = [
        "pyproject.toml",
        "setup.cfg",
        "tox.ini",
        "requirements.txt",
        "requirements-dev.txt",
    ];
    let has_pytest = says.iter().any(|file| survey.text(file).contains("pytest"))
        || survey.first(&["pytest.ini", "conftest.py"]).is_some()
        || survey
            .below("tests")
            .is_some_and(|_| survey.fitting("tests/conftest.py").is_some());
    let start = match survey.first(&["uv.lock", "poetry.lock"]) {
        Some("uv.lock") => "uv run python",
        Some(_) => "poetry run python",
        None => "python3",
    };
    if has_pytest {
        return Some(format!("{start} -m pytest -q"));
    }
    let folder = ["tests", "test"]
        .into_iter()
        .find(|folder| survey.below(folder).is_some())?;
    Some(format!("{start} -m unittest discover -s {folder}"))
}

fn ruby(survey: &Survey) -> Option<String> {
    if !survey.has("Gemfile") {
        return None;
    }
    if survey.below("spec").is_some() && survey.text("Gemfile").contains("rspec") {
        return Some("bundle exec rspec".into());
    }
    survey.below("test").map(|_| "bundle exec rake test".into())
}

fn php(survey: &Survey) -> Option<String> {
    if survey.script("composer.json", "test").is_some() {
        return Some("composer test".into());
    }
    let configured = survey.first(&["phpunit.xml", "phpunit.xml.dist"]);
    configured.map(|_| "vendor/bin/phpunit".into())
}

fn java(survey: &Survey) -> Option<String> {
    if survey.has("pom.xml") {
        let own = survey.first(&["mvnw"]).map(|_| "./mvnw");
        return Some(format!("{} -q test", own.unwrap_or("mvn")));
    }
    survey.first(&["build.gradle", "build.gradle.kts"])?;
    let own = survey.first(&["gradlew"]).map(|_| "./gradlew");
    Some(format!("{} test", own.unwrap_or("gradle")))
}
