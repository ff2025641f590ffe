"""The sixty rules that the measured policy has, the way a hand-written hook does them. Here for the comparison of times only."""
import fnmatch
import json
import os
import re
import shlex
import sys

PROTECTED = ["generated/*"]
DENIED = []
SQL = []
for number in range(1, 60):
    if number % 5 == 0:
        PROTECTED.append(f"vendor{number}/*")
    elif number % 5 == 1:
        PROTECTED += [f"*.lock{number}", f"config/*secret{number}.json"]
    elif number % 5 == 2:
        DENIED += [rf"\btool{number}\s+push\b.*--force(\s|$)", rf"\btool{number}\s+drop\b"]
    elif number % 5 == 3:
        DENIED.append(rf"\bgit\s+push\b.*\borigin\b.*\brelease-{number}\b")
    else:
        SQL.append(rf"(?i)\bdrop\s+table\s+t{number}\b")


def deny(reason):
    print(json.dumps({"hookSpecificOutput": {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": reason,
    }}))
    sys.exit()


event = json.load(sys.stdin)
given = event.get("tool_input", {})
if "file_path" in given:
    relative = os.path.relpath(given["file_path"], event.get("cwd", "."))
    for pattern in PROTECTED:
        if fnmatch.fnmatch(relative, pattern):
            deny(f"{relative} is protected by {pattern}")
elif "command" in given:
    command = given["command"]
    patterns = DENIED + SQL if re.search(r"\b(psql|mysql|sqlite3)\b", command) else DENIED
    for pattern in patterns:
        if re.search(pattern, command):
            deny(f"`{shlex.split(command, comments=True)[0]}` is denied by {pattern}")
