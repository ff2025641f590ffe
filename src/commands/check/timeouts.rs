//! How long a runtime lets a hook line run, as hookgate wires it. A gate that takes longer is ended with its hook.

use std::time::Duration;

use serde_json::Value;

use crate::adapter::{Adapter, TimeUnit};
use crate::call::Event;

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

/// The limit in the wiring, or else the runtime's own.
fn wired(adapter: &Adapter, event: Event) -> Option<Duration> {
    let hooks = adapter.hooks;
    let wiring = hooks.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let unit = match adapter.timeouts.unit {
        TimeUnit::Seconds => 1_000,
        TimeUnit::Milliseconds => 1,
    };
    let flag = format!("--event {}", event.name());
    let written = wiring.and_then(|wiring| limit_beside(&wiring, &flag));
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

/// Finds the entry whose command has a flag, and in it the number under a name such as `timeout` or `timeoutSec`.
fn limit_beside(value: &Value, flag: &str) -> Option<u64> {
    match value {
        Value::Object(members) => {
            let mut texts = members.values().filter_map(Value::as_str);
            if texts.any(|text| text.ends_with(flag)) {
                let mut limits = members.iter();
                return limits
                    .find(|(name, _)| name.starts_with("timeout"))
                    .and_then(|(_, limit)| limit.as_u64());
            }
            members.values().find_map(|value| limit_beside(value, flag))
        }
        Value::Array(items) => items.iter().find_map(|item| limit_beside(item, flag)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Duration, Event, limit_beside, too_long};

    #[test]
    fn the_limit_stands_beside_the_command() {
        let nested = json!({"hooks": {"Stop": [{"hooks": [
            {"type": "command", "command": "exec hookgate hook --runtime x --event stop", "timeout": 600},
        ]}]}});
        assert_eq!(limit_beside(&nested, "--event stop"), Some(600));
        assert_eq!(limit_beside(&nested, "--event prompt"), None);
        let flat =
            json!({"hooks": {"stop": [{"bash": "hookgate hook --event stop", "timeoutSec": 9}]}});
        assert_eq!(limit_beside(&flat, "--event stop"), Some(9));
    }

    #[test]
    fn every_wiring_has_limits_that_can_be_read() {
        for adapter in crate::adapter::all() {
            if adapter
                .hooks
                .is_some_and(|text| text.contains("--event stop"))
            {
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
