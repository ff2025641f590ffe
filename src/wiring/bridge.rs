//! A bridge: a plugin or script of hookgate's that runs the program, for runtimes without hook commands in a configuration.
//!
//! A plugin is code that only its runtime can run. Here it is written for whom it is wired, and the program in it is found again.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::line::{self, Shell};

/// Returns the bridge for one person, whose program is at a fixed place.
#[must_use]
pub fn for_user(template: &str, program: &Path) -> String {
    if is_script(template) {
        let lines = template.lines();
        let lines = lines.map(|text| line::with_program(text, program, Shell::Posix));
        return lines.map(|text| text + "\n").collect();
    }
    let quoted = Value::from(program.to_string_lossy()).to_string();
    template
        .replace(&name(), &quoted)
        .replace(r#""hook", "#, r#""hook", "--scope", "user", "#)
}

/// Returns the program that a bridge of one person runs; `None` when the text before it is not the template's.
#[must_use]
pub fn program(template: &str, text: &str) -> Option<PathBuf> {
    if is_script(template) {
        let words = text.lines().find_map(line::words)?;
        return Some(PathBuf::from(words.program));
    }
    let (before, _) = template.split_once(&name())?;
    let rest = text.strip_prefix(before)?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    values.next()?.ok().map(PathBuf::from)
}

fn is_script(template: &str) -> bool {
    template.starts_with("#!")
}

/// The program's name as a template has it.
fn name() -> String {
    Value::from(line::PROGRAM).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_in_a_script_is_found_again() {
        let template = "#!/bin/sh\nexec hookgate hook --runtime tool --event stop\n";
        let at = Path::new("/opt/my tools/hookgate");
        let text = for_user(template, at);
        let wanted = "#!/bin/sh\nexec '/opt/my tools/hookgate' hook --scope user --runtime tool --event stop\n";
        assert_eq!(text, wanted);
        assert_eq!(program(template, &text).as_deref(), Some(at));
        assert_eq!(program(template, "#!/bin/sh\nexec rm x\n"), None);
    }

    #[test]
    fn the_program_in_a_bridge_is_found_again() {
        let template = r#"// runs it
spawn("hookgate", ["hook", "--runtime", "tool"])
"#;
        let at = Path::new(r#"/opt/my "tools"/hookgate"#);
        let text = for_user(template, at);
        let wanted = r#"// runs it
spawn("/opt/my \"tools\"/hookgate", ["hook", "--scope", "user", "--runtime", "tool"])
"#;
        assert_eq!(text, wanted);
        assert_eq!(program(template, &text).as_deref(), Some(at));
        assert_eq!(program(template, &text.replace("// runs", "// ran")), None);
    }
}
