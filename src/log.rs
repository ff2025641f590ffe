//! Tracing for whoever looks for a fault: off unless `HOOKGATE_LOG` says otherwise, and always to a file, because the
//! streams of a hook belong to the runtime.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

use crate::answer::Trace;
use crate::{report, settings};

/// Starts tracing when the environment asks for it.
pub(crate) fn start() {
    let Some(filter) = settings::variable(settings::LOG) else {
        return;
    };
    let path = settings::variable(settings::LOG_FILE)
        .map_or_else(|| std::env::temp_dir().join("hookgate.log"), PathBuf::from);
    // No log is no reason to fail a hook.
    let Ok(file) = OpenOptions::new().create(true).append(true).open(path) else {
        return;
    };
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init();
}

/// Notes what was decided, and for `debug` what was understood.
pub(crate) fn decision(trace: &Trace) {
    tracing::info!(
        event = trace.call.event.name(),
        tool = trace.call.tool.as_ref().map(|tool| tool.name.as_str()),
        verdict = trace.decision.verdict.name(),
        rules = ?trace.decision.findings.iter().map(|finding| &finding.rule).collect::<Vec<_>>(),
    );
    tracing::debug!("{}", report::trace(trace));
}

/// Notes trouble that changed no decision.
pub(crate) fn trouble(what: &str) {
    tracing::warn!("{what}");
}

/// Notes a panic.
pub(crate) fn panic(what: &str) {
    tracing::error!("panic: {what}");
}
