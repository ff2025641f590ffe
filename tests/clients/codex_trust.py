"""Trusts the hooks of a repository in Codex, through Codex itself: what a person does in `/hooks`.

Its app server lists the hooks with their present digests and writes the trust into the user's configuration.
"""

import json
import subprocess
import threading

# A server that does not answer is ended after this many seconds.
LIMIT = 60


def trust_hooks(start, repository, variables):
    server = subprocess.Popen([*start, "app-server"], cwd=repository, env=variables, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(LIMIT, server.kill)
    watchdog.start()
    try:
        client = {"name": "hookgate-tests", "title": "hookgate's tests", "version": "1"}
        call(server, 1, "initialize", {"clientInfo": client, "capabilities": {"experimentalApi": True}})
        send(server, {"method": "initialized", "params": {}})
        listed = call(server, 2, "hooks/list", {"cwds": [repository]})
        hooks = [hook for entry in listed["data"] for hook in entry["hooks"]]
        if not hooks:
            raise RuntimeError("codex lists no hooks: %s" % json.dumps(listed))
        trusted = {hook["key"]: {"trusted_hash": hook["currentHash"]} for hook in hooks}
        edit = {"keyPath": "hooks.state", "value": trusted, "mergeStrategy": "upsert"}
        call(server, 3, "config/batchWrite", {"edits": [edit], "reloadUserConfig": True})
    finally:
        watchdog.cancel()
        server.stdin.close()
        server.stdout.close()
        server.kill()
        server.wait()


def send(server, message):
    server.stdin.write(json.dumps(message) + "\n")
    server.stdin.flush()


def call(server, number, method, params):
    send(server, {"id": number, "method": method, "params": params})
    for line in server.stdout:
        message = json.loads(line)
        if message.get("id") == number and "method" not in message:
            if "result" not in message:
                raise RuntimeError("codex answers %s with %s" % (method, line.strip()))
            return message["result"]
    raise RuntimeError("codex ended before it answered %s" % method)
