"""Denies commands by regular expressions, the way a hand-written hook does it. Here for the comparison of times only."""
import json
import re
import sys

DENIED = [
    (r"\brm\s+-(rf|fr)\s+(/|~)(\s|$)", "deletes everything"),
    (r"\bgit\s+push\b.*--force\b", "rewrites history that others have"),
    (r"(?i)\bdrop\s+table\b", "drops a table"),
]

event = json.load(sys.stdin)
command = event.get("tool_input", {}).get("command", "")
for pattern, reason in DENIED:
    if re.search(pattern, command):
        print(json.dumps({"hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }}))
        break
