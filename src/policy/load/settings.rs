//! The settings that hold for the whole policy: `mode`, `when-broken`, `on-unknown`.
//!
//! The outermost file that is there speaks first, and where it is silent the defaults hold. Whatever comes further in can
//! only tighten; a looser word is reported and ignored. What a file extends counts as said just before the file.

use super::reader::{Map, Reader};
use crate::decision::Verdict;
use crate::policy::problems::{layers, values};
use crate::policy::{Mode, OnUnknown, PolicySet, WhenBroken};

const MODES: [(Mode, &str); 2] = [(Mode::Enforce, "enforce"), (Mode::Observe, "observe")];
const BROKEN_ANSWERS: [(Verdict, &str); 2] = [(Verdict::Deny, "deny"), (Verdict::Neutral, "allow")];
const UNKNOWN_ANSWERS: [(Verdict, &str); 3] = [
    (Verdict::Deny, "deny"),
    (Verdict::Ask, "ask"),
    (Verdict::Neutral, "allow"),
];
const BROKEN_KEYS: [&str; 3] = ["before-tool", "stop", "otherwise"];
const UNKNOWN_KEYS: [&str; 4] = ["opaque-code", "path", "unparsable", "script"];

/// What was said so far; `None` where nothing was.
#[derive(Debug, Default)]
pub(super) struct Settings {
    mode: Option<Mode>,
    when_broken: [Option<Verdict>; 3],
    on_unknown: [Option<Verdict>; 4],
}

impl Settings {
    /// Reads the settings of one file. An extended file only has `on-unknown`.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, map: &Map<'_>, is_layer: bool) {
        if let Some(node) = map.get("on-unknown")
            && let Some(inner) = reader.map(node, "on-unknown", &UNKNOWN_KEYS)
        {
            let keys = UNKNOWN_KEYS.iter().zip(&mut self.on_unknown);
            tighten(reader, &inner, keys, &UNKNOWN_ANSWERS);
        }
        if !is_layer {
            return;
        }
        if let Some(node) = map.get("when-broken")
            && let Some(inner) = reader.map(node, "when-broken", &BROKEN_KEYS)
        {
            let keys = BROKEN_KEYS.iter().zip(&mut self.when_broken);
            tighten(reader, &inner, keys, &BROKEN_ANSWERS);
        }
        if let Some(node) = map.get("mode") {
            let said = reader.word(node, "mode", &MODES, values::unknown_mode);
            match (said, self.mode) {
                (Some(Mode::Observe), Some(Mode::Enforce)) => {
                    let problem =
                        layers::looser_layer(reader.place(node), "mode", "observe", "enforce");
                    reader.say(problem);
                }
                (Some(mode), _) => self.mode = Some(mode),
                (None, _) => {}
            }
        }
    }

    /// Lets the defaults hold wherever the layer that was just read was silent.
    pub(super) fn close_layer(&mut self) {
        let broken = WhenBroken::default();
        let unknown = OnUnknown::default();
        self.mode.get_or_insert_default();
        let [before_tool, stop, otherwise] = &mut self.when_broken;
        before_tool.get_or_insert(broken.before_tool);
        stop.get_or_insert(broken.stop);
        otherwise.get_or_insert(broken.otherwise);
        let [opaque_code, path, unparsable, script] = &mut self.on_unknown;
        opaque_code.get_or_insert(unknown.opaque_code);
        path.get_or_insert(unknown.path);
        unparsable.get_or_insert(unknown.unparsable);
        script.get_or_insert(unknown.script);
    }

    /// Puts the settings into the policy.
    pub(super) fn write(&self, set: &mut PolicySet) {
        set.mode = self.mode.unwrap_or_default();
        let [before_tool, stop, otherwise] = self.when_broken;
        set.when_broken = WhenBroken {
            before_tool: before_tool.unwrap_or(set.when_broken.before_tool),
            stop: stop.unwrap_or(set.when_broken.stop),
            otherwise: otherwise.unwrap_or(set.when_broken.otherwise),
        };
        let [opaque_code, path, unparsable, script] = self.on_unknown;
        set.on_unknown = OnUnknown {
            opaque_code: opaque_code.unwrap_or(set.on_unknown.opaque_code),
            path: path.unwrap_or(set.on_unknown.path),
            unparsable: unparsable.unwrap_or(set.on_unknown.unparsable),
            script: script.unwrap_or(set.on_unknown.script),
        };
    }
}

/// Reads answers; each one counts unless something further out said a stricter one.
fn tighten<'k>(
    reader: &mut Reader<'_>,
    map: &Map<'_>,
    keys: impl Iterator<Item = (&'k &'k str, &'k mut Option<Verdict>)>,
    answers: &[(Verdict, &str)],
) {
    let word = |verdict: Verdict| {
        let known = answers.iter().find(|(answer, _)| *answer == verdict);
        known.map_or("allow", |(_, word)| word)
    };
    for (key, held) in keys {
        let Some(node) = map.get(key) else { continue };
        let Some(said) = reader.word(node, key, answers, values::unknown_answer) else {
            continue;
        };
        match *held {
            Some(outer) if said < outer => {
                let problem =
                    layers::looser_layer(reader.place(node), key, word(said), word(outer));
                reader.say(problem);
            }
            _ => *held = Some(said),
        }
    }
}
