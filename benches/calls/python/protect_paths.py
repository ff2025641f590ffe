"""Denies edits of protected paths, the way a hand-written hook does it. Here for the comparison of times only."""
import fnmatch
import json
import os
import sys

PROTECTED = ["generated/*", ".env", ".env.*", "fixtures/sensitive/*"]

event = json.load(sys.stdin)
path = event.get("tool_input", {}).get("file_path", "")
relative = os.path.relpath(path, event.get("cwd", "."))
for pattern in PROTECTED:
    if fnmatch.fnmatch(relative, pattern):
        print(json.dumps({"hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": f"{relative} is protected by {pattern}",
        }}))
        break
