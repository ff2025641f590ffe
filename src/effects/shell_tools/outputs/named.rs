//! Names by which options say where a result goes, or that files are changed in place, in programs that nobody listed.

use super::super::fields::Field;
use super::super::program::Started;

/// Names of options, in small letters and without what joins their words, whose value is a file or folder that is written.
const OUTPUTS: [&str; 38] = [
    "artifactdir",
    "artifactdirectory",
    "buildbase",
    "builddir",
    "buildlib",
    "buildpath",
    "buildtemp",
    "cargotargetdir",
    "coveragedirectory",
    "declarationdir",
    "dest",
    "destdir",
    "destination",
    "dist",
    "distdir",
    "downloaddir",
    "exportdir",
    "femitbin",
    "gobin",
    "localdir",
    "o",
    "out",
    "outdir",
    "outfile",
    "outfolder",
    "outpath",
    "output",
    "outputfiles",
    "outputflat",
    "reportdir",
    "reportsdir",
    "reportsdirectory",
    "saveas",
    "saveto",
    "scratchpath",
    "sitedir",
    "targetdir",
    "writeto",
];
/// What such a name begins with when the rest says what kind of place it is: `--output-directory`.
const PLACES: [&str; 9] = [
    "base",
    "dir",
    "directory",
    "file",
    "filename",
    "filepath",
    "files",
    "folder",
    "path",
];
/// Options that have a program change the files that it is given.
pub(super) const EDITING: [&str; 9] = [
    "--in-place",
    "--inplace",
    "--write",
    "--write-changes",
    "--fix",
    "--autofix",
    "--autocorrect",
    "--auto-correct",
    "--autocorrect-all",
];
/// First words that say the same.
pub(super) const EDITING_WORDS: [&str; 4] = ["fix", "fmt", "format", "reformat"];
/// Options with which nothing is changed after all.
pub(super) const TRYING: [&str; 6] = [
    "--check",
    "--dry-run",
    "--diff",
    "--list-different",
    "--stdout",
    "--help",
];

/// Values of such options that say in which form something is printed.
const FORMS: &str = "\
    json jsonl ndjson json-pretty yaml yml text table wide name csv tsv xml sarif junit checkstyle pretty plain \
    compact none default github gitlab tty short long full";

/// Kinds of reports, before the place where one goes: `--cov-report=html:folder`.
const REPORTS: &str = "annotate html json junit lcov markdown message xml";

/// Whether a program puts files in order, by its name.
pub(super) fn is_formatter(name: &str) -> bool {
    ["fmt", "format", "formatter", "-fixer"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Returns the place in the value of an option that asks for a report.
fn report_of(name: &str, value: &str) -> Option<String> {
    let asks = ["report", "reporter", "format"]
        .iter()
        .any(|end| name.ends_with(end));
    let (kind, place) = value.split_once(':').filter(|_| asks)?;
    REPORTS
        .split(' ')
        .any(|report| report == kind)
        .then(|| place.to_owned())
}

/// Returns where the result goes, if a word or the next one says so.
pub(super) fn output_of(started: &Started<'_>, word: usize) -> Option<Field> {
    let field = started.fields.get(word)?;
    let text = field.value.start();
    // `--out=x`, `-o:x` of Nim, `output:crd:dir=x` of controller-gen.
    let joint = match text.find('=') {
        None => text.find(':').filter(|_| text.starts_with('-')),
        found => found,
    };
    let (name, inline) = match joint.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    // `output=x` of programs that take settings for operands.
    let is_word = !name.starts_with('-') && is_output(&format!("--{name}"));
    let is_kind = name.starts_with("output:") || name.starts_with("out:");
    if let Some(value) = inline.filter(|_| is_kind || is_word) {
        return Some(Field::known(value, field.span));
    }
    let attached = text.strip_prefix("-o").filter(|rest| rest.contains('/'));
    let next = || {
        started
            .fields
            .get(word + 1)
            .map_or("", |field| field.value.start())
    };
    if let Some(place) = report_of(name, inline.unwrap_or_else(next)) {
        return Some(Field::known(&place, field.span));
    }
    // `csc /out:file`
    if let Some((kind, path)) = text.strip_prefix('/').and_then(|rest| rest.split_once(':'))
        && kind.starts_with("out")
        && is_output(&format!("--{kind}"))
    {
        return Some(Field::known(path, field.span));
    }
    let value = match (is_output(name), inline, attached) {
        (true, Some(value), _) | (false, _, Some(value)) => Field::known(value, field.span),
        (true, None, _) => started.fields.get(word + 1)?.clone(),
        (false, ..) => return None,
    };
    let is_form = |text| FORMS.split(' ').any(|form| form == text);
    let is_place =
        !value.value.start().starts_with('-') && !value.value.known().is_some_and(is_form);
    is_place.then_some(value)
}

/// Returns the path in a value that says more: `type=local,dest=folder`, `html:folder`.
pub(super) fn place_in(text: &str) -> &str {
    if let Some(path) = text.strip_prefix("file://") {
        return path;
    }
    if let Some((_, place)) = text.split_once("dest=") {
        return place.split(',').next().unwrap_or(place);
    }
    // An image, which is no file.
    if text.starts_with("type=") {
        return "";
    }
    let is_kind = |kind: &str| kind.len() > 1 && !kind.contains(['/', '.', '$', '\\', '@']);
    match text.rsplit_once([':', '=']) {
        Some((kind, place)) if is_kind(kind) && !place.is_empty() && !place.starts_with("//") => {
            // `log_cli=true`, which is no file either.
            let is_setting = text.as_bytes().get(kind.len()) == Some(&b'=')
                && !place.contains(['/', '.'])
                && !is_output(&format!("--{kind}"));
            if is_setting { "" } else { place }
        }
        _ => text,
    }
}

/// Whether an option says where the result goes, by its name: `-o`, `--outDir`, `--output-path`, `--ts_out`.
pub(super) fn is_output(option: &str) -> bool {
    let bare = option.trim_start_matches('-');
    if bare.len() == option.len() || bare == "O" {
        return false;
    }
    // `--config.directories.output=x`, `--config.output.dir=x`
    if let Some((before, last)) = bare.rsplit_once('.') {
        let whole = before.rsplit('.').next().unwrap_or(before);
        return [last.to_owned(), format!("{whole}-{last}")]
            .iter()
            .any(|name| is_output(&format!("--{name}")));
    }
    // `-DoutputDirectory=x` of Maven, `-PoutputDir=x` of Gradle.
    let property = bare.strip_prefix(['D', 'P']);
    let bare = property
        .filter(|_| !option.starts_with("--"))
        .unwrap_or(bare);
    let name: String = bare
        .chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let is_place = |rest: &str| PLACES.contains(&rest);
    OUTPUTS.contains(&name.as_str())
        || name.strip_prefix("output").is_some_and(is_place)
        // `--output-template-file`
        || bare.starts_with("output-") && bare.rsplit('-').next().is_some_and(is_place)
        || ["_out", "-out", "-output", "_output"]
            .iter()
            .any(|end| bare.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::{is_output, place_in};

    #[test]
    fn outputs_are_told_by_their_names() {
        for name in [
            "-o",
            "--out",
            "--outDir",
            "--out-file",
            "--output_path",
            "--ts_out",
            "--destination",
            "-declarationDir",
            "--local-dir",
            "-DoutputDirectory",
            "--config.directories.output",
            "--output-files",
            "--output-template-file",
            "--config.output.dir",
            "-femit-bin",
        ] {
            assert!(is_output(name), "{name}");
        }
        for name in [
            "out",
            "--timeout",
            "--output-format",
            "--config.output.format",
            "--output-profile",
            "--input",
            "--outer",
            "-O",
        ] {
            assert!(!is_output(name), "{name}");
        }
    }

    #[test]
    fn places_stand_behind_what_kind_they_are() {
        for (text, place) in [
            ("folder/file", "folder/file"),
            ("type=local,dest=folder", "folder"),
            ("type=image,name=folder/x", ""),
            ("c++:folder", "folder"),
            ("log_cli=true", ""),
            ("log_file=a/b", "a/b"),
            ("dir:folder", "folder"),
            ("paths=source_relative:folder", "folder"),
            ("file://folder", "folder"),
            ("docker://folder/x", "docker://folder/x"),
            ("./a:b", "./a:b"),
            ("C:/x", "C:/x"),
        ] {
            assert_eq!(place_in(text), place, "{text}");
        }
    }
}
