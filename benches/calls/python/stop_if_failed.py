"""Keeps an agent at work while the last test run failed. Here for the comparison of times only."""
import json
import pathlib
import sys

event = json.load(sys.stdin)
record = pathlib.Path(event.get("cwd", ".")) / ".hook-state" / "last_quality_gate.json"
if not event.get("stop_hook_active") and record.exists():
    gate = json.loads(record.read_text())
    if gate.get("status") == "failed":
        print(json.dumps({"decision": "block", "reason": "the tests fail"}))
