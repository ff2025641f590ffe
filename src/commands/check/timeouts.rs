//! How long a runtime lets a hook line run, as hookgate wires it. A gate that takes longer is ended with its hook.

use std::time::Duration;

use crate::adapter::{Adapter, TimeUnit};
use crate::call::Event;
use crate::wiring::tree::Node;
use crate::wiring::{entries, json};

/// What a hook needs besides its gate: to decide, to end a gate that is out of time, and to reply.
const MARGIN: Duration = Duration::from_secs(5);

/// Says what is wrong when the gates of an event may take so long; `None` when they end in time, or no limit is known.
pub(super) fn too_long(adapter: &Adapter, event: Event, gate: Duration) -> Option<String> {
    let limit = wired(adapter, event)?;
    (gate.saturating_add(MARGIN) > limit).then(|| {
        format!(
            "on {} the hook is ended after {}, with the gate in it, and this gate may take {} with those that it needs; shorten `timeout`",
            event.name(),
            humantime::format_duration(limit),
            humantime::format_duration(gate),
        )
    })
}

/// Returns the longest that a gate may take on an event, as far as a limit is known.
pub(in crate::commands) fn longest(adapter: &Adapter, event: Event) -> Option<Duration> {
    Some(wired(adapter, event)?.saturating_sub(MARGIN))
}

/// The limit in the wiring, or else the runtime's own.
fn wired(adapter: &Adapter, event: Event) -> Option<Duration> {
    let unit = match adapter.timeouts.unit {
        TimeUnit::Seconds => 1_000,
        TimeUnit::Milliseconds | TimeUnit::None => 1,
    };
    let wiring = json::parse(adapter.wiring.content).ok();
    let wiring = wiring.and_then(|document| document.root);
    let written = wiring.and_then(|wiring| written(adapter, &wiring, event.name()));
    let own = || {
        let mut defaults = adapter.timeouts.defaults.iter();
        let (_, millis) = defaults.find(|(known, _)| *known == event)?;
        Some(u64::from(*millis))
    };
    let millis = written
        .map(|number| number.saturating_mul(unit))
        .or_else(own)?;
    Some(Duration::from_millis(millis))
}

/// Finds the hook whose line names an event, and in it the number under a name such as `timeout` or `timeoutSec`.
fn written(adapter: &Adapter, wiring: &Node, event: &str) -> Option<u64> {
    let flag = format!("--event {event}");
    let entries = entries::of(adapter, wiring);
    let entry = entries.iter().find(|entry| entry.line.ends_with(&flag))?;
    let mut members = entry.node.members().iter();
    let limit = members.find(|member| member.key.starts_with("timeout"))?;
    limit.node.value().as_u64()
}

#[cfg(test)]
mod tests {
    use super::{Duration, Event, TimeUnit, entries, json, too_long, written};

    #[test]
    fn the_limit_stands_beside_the_command() {
        let adapter = crate::adapter::all().iter().find(|adapter| {
            let mut natives = adapter.events.iter().map(|row| row.native);
            natives.any(|native| native == "Stop")
        });
        let adapter = adapter.unwrap();
        let check = |wiring: &str, event: &str, expected| {
            let root = json::parse(wiring).unwrap().root.unwrap();
            assert_eq!(written(adapter, &root, event), expected, "{wiring}");
        };
        let nested = r#"{"hooks": {"Stop": [{"hooks": [
            {"type": "command", "command": "exec hookgate hook --runtime x --event stop", "timeout": 600}
        ]}]}}"#;
        check(nested, "stop", Some(600));
        check(nested, "prompt", None);
        let flat =
            r#"{"hooks": {"Stop": [{"bash": "hookgate hook --event stop", "timeoutSec": 9}]}}"#;
        check(flat, "stop", Some(9));
        let apart = r#"{"Stop": [{"command": "hookgate", "args": ["hook", "--event", "stop"], "timeout": 5}]}"#;
        check(apart, "stop", Some(5));
    }

    #[test]
    fn every_wiring_has_limits_that_can_be_read() {
        for adapter in crate::adapter::all() {
            let wiring = json::parse(adapter.wiring.content).ok();
            let root = wiring.and_then(|document| document.root);
            let entries = root.iter().flat_map(|root| entries::of(adapter, root));
            let has_stop = entries
                .into_iter()
                .any(|entry| entry.line.ends_with("--event stop"));
            if has_stop && adapter.timeouts.unit != TimeUnit::None {
                let day = Duration::from_hours(24);
                assert!(
                    too_long(adapter, Event::Stop, day).is_some(),
                    "{}",
                    adapter.name
                );
            }
        }
    }
}
