//! Files of code, which are looked at more narrowly than what stands on a command line.

use super::names::is_in;

/// Modules and types whose calls are about files and programs.
const BASES: &str = "\
    os shutil io codecs pathlib Path fs fsp promises fsPromises Deno Bun File FileUtils IO Pathname Kernel subprocess \
    child_process cp Open3 process";
/// Calls that mean one thing wherever they stand.
const CALLS: &str = "\
    open writeFile writeFileSync appendFile appendFileSync createWriteStream outputFileSync writeTextFile \
    writeTextFileSync file_put_contents write_text write_bytes unlinkSync rmSync rmdirSync rmtree renameSync \
    copyFileSync copytree copyfile cpSync symlinkSync truncateSync removedirs unlink system execSync execFileSync \
    spawnSync shell_exec passthru check_call check_output";

/// Whether a call is surely what its name says.
pub(super) fn is_sure(base: &str, last: &str) -> bool {
    let module = base.rsplit('.').next().unwrap_or(base);
    is_in(BASES, module) || (is_in(CALLS, last) && (last != "open" || base.is_empty()))
}

/// Leaves out the bodies of functions and classes: whether they are called is not known. A definition ends where a line
/// begins at the margin again.
pub(super) fn top_level(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut is_inside = false;
    for line in code.lines() {
        let is_margin = line.starts_with(|letter: char| !letter.is_whitespace());
        if is_margin && is_inside && line.starts_with([')', ']', ':', '{']) {
            // The head of a definition goes on.
        } else if is_margin {
            is_inside = defines(line);
        }
        if !is_inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn defines(line: &str) -> bool {
    const HEADS: &str =
        "def class async function sub module interface trait abstract final @ describe test it";
    let bare = line
        .trim_start_matches("export ")
        .trim_start_matches("default ");
    let first = bare.split([' ', '(', '<']).next().unwrap_or_default();
    let is_arrow = line.ends_with('{') && (line.contains("=>") || line.contains("= function"));
    is_in(HEADS, first) || first.starts_with('@') || is_arrow
}
