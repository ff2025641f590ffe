//! ed, ex and vim: the commands that read and write other files or run something.

use super::Found;
use crate::call::Access;

pub(super) fn look(code: &str, has_bars: bool) -> Found {
    let mut found = Found::default();
    for line in code.lines() {
        let runs = line.trim_start_matches([':', '%', ' ']).starts_with('!');
        if has_bars && !runs {
            line.split('|')
                .for_each(|command| self::command(command, has_bars, &mut found));
        } else {
            command(line, has_bars, &mut found);
        }
    }
    found
}

fn command(line: &str, has_bars: bool, found: &mut Found) {
    let line = line.trim().trim_start_matches(|letter: char| {
        letter.is_ascii_digit() || ":%,.$;+-' ".contains(letter)
    });
    if let Some(text) = line.strip_prefix('!') {
        found.scripts.push(text.to_owned());
        return;
    }
    let end = line
        .find(|letter: char| !letter.is_ascii_alphabetic())
        .unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
    let rest = rest
        .strip_prefix('!')
        .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        .unwrap_or(rest);
    let operand = rest.trim().trim_start_matches('>').trim();
    if !rest.starts_with([' ', '>']) || operand.is_empty() {
        return;
    }
    let access = match name {
        "w" | "W" | "wq" | "write" | "sav" | "saveas" | "x" | "xit" | "up" | "update" => {
            Access::Write
        }
        // What is opened may be written by a later command, which is another text.
        "e" | "edit" | "ed" | "sp" | "split" | "vs" | "vsplit" | "tabe" | "tabedit" | "tabnew"
        | "n" | "next" | "ar" | "args" | "bad" | "badd" | "b" | "buffer" | "fin" | "find"
        | "new" | "vne" | "vnew"
            if has_bars =>
        {
            found.known(Access::Read, operand);
            Access::Write
        }
        "sil" | "silent" | "keepalt" | "keepa" | "noautocmd" | "noa" | "keepjumps"
        | "lockmarks"
            if has_bars =>
        {
            return self::command(operand, has_bars, found);
        }
        "r" | "read" | "e" | "edit" | "so" | "source" => Access::Read,
        "call" | "exe" | "execute" | "let" | "py" | "python" | "lua" | "echo" => {
            let inner = super::look("vimscript", operand, &[]);
            found.paths.extend(inner.paths);
            found.scripts.extend(inner.scripts);
            return;
        }
        _ => return,
    };
    match operand.strip_prefix('!') {
        Some(text) => found.scripts.push(text.to_owned()),
        None => found.known(access, operand),
    }
}

/// Whether commands change no file that the editor opened: they print, or write to a file that they name.
pub(super) fn only_shows(code: &str, has_bars: bool) -> bool {
    let shows = |line: &str| {
        if has_bars {
            line.split('|').all(is_show)
        } else {
            is_show(line)
        }
    };
    code.lines().all(shows)
}

/// Whether code of Emacs calls nothing but what prints: any other function may change a file, or have another one do it.
pub(super) fn only_prints(code: &str) -> bool {
    const CALLS: &str = "princ print prin1 message format progn goto-char buffer-string buffer-substring \
        buffer-substring-no-properties buffer-size buffer-name buffer-file-name point point-min point-max count-lines \
        line-number-at-pos kill-emacs";
    let name = |call: &str| call.split([' ', ')', '\n']).next().map(str::to_owned);
    let mut calls = code.split('(').skip(1).filter_map(name);
    calls.all(|call| CALLS.split_whitespace().any(|known| known == call))
}

fn is_show(line: &str) -> bool {
    const PRINTS: [&str; 20] = [
        "", "#", "=", "H", "P", "Q", "h", "k", "l", "list", "n", "nu", "number", "p", "pr",
        "print", "q", "qa", "qall", "quit",
    ];
    let mut rest = line.trim();
    // Addresses, and `g/pattern/`.
    loop {
        rest = rest.trim_start_matches(|letter: char| {
            letter.is_ascii_digit() || ":%,.$;+-' ".contains(letter)
        });
        let pattern = rest.strip_prefix(['g', 'v']).unwrap_or(rest);
        let Some(delimiter) = pattern
            .chars()
            .next()
            .filter(|one| matches!(one, '/' | '?'))
        else {
            break;
        };
        let Some((_, behind)) = pattern
            .get(1..)
            .and_then(|inside| inside.split_once(delimiter))
        else {
            return true;
        };
        rest = behind;
    }
    let (name, operand) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = name.strip_suffix('!').unwrap_or(name);
    let operand = operand.trim();
    // `w !command` hands the text to a shell.
    let writes_elsewhere =
        matches!(name, "w" | "write") && !operand.is_empty() && !operand.starts_with('!');
    PRINTS.contains(&name) || writes_elsewhere
}
