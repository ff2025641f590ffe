"""The clients: how each is started without a person, and the names of its tools.

Every client has a home of its own with the settings that a person would have there: a key (a dummy), the model's address, no
telemetry, no updates, the repository trusted. Hooks come from `hookgate init` alone.
"""

import glob
import os
import shlex
from dataclasses import dataclass

import codex_trust
import pins

KEY = "dummy"
NO_RECORD = "reports/sessions.log is not there"
NOT_FOUND = "what doctor finds of the session is None and not 'made 3 tool calls'"
MADE = "src/generated/part.txt is 'made: new\\n' and not 'made: old\\n'"
ALONE = "whether the folder is there is True and not False"
SCHEMA = "schema.txt is 'field: new\\n' and not 'field: old\\n'"


@dataclass
class Lack:
    """Why a client cannot hold a scenario, and how the scenario then fails; None where that is a race and nothing is asserted."""

    why: str
    fails_with: str = None


UNTOLD = Lack("it reads its hooks when it starts, and tells no hook that they changed",
              "the number of changes that were refused is 0 and not 1")


class Client:
    """One client. `native` finds its own executable in the installed packages, `script` what Node is to run."""

    name = ""
    native = None
    script = None
    # Scenario -> Lack. Such a scenario is played all the same: that it does not hold is the assertion.
    cannot = {}
    # What its command line needs to read an exported policy; None where the policy itself goes there.
    exports_words = []

    def __init__(self, known):
        self.pin = known[self.name]
        self.modules = pins.modules(self.name, self.pin)
        self.node = pins.node(known)

    def missing(self):
        """Why it cannot be run here, or None."""
        if not pins.is_installed(self.name, self.pin):
            return "not installed"
        if self.script and not self.node:
            return "needs Node %d" % pins.NODE_AT_LEAST
        return None if self.start() else "its package has no program for this machine"

    def start(self):
        """The words that start it."""
        if self.script:
            return [self.node, os.path.join(self.modules, self.script)]
        system, processor = pins.machine()
        found = sorted(glob.glob(os.path.join(self.modules, self.native.format(system=system, processor=processor))))
        return found[:1]

    def settings(self, world, address):
        """Writes what stands in the home of a person who uses this client."""

    def trust(self, world):
        """What a person does after `hookgate init`."""

    def variables(self, world, address):
        return {}

    def words(self, prompt):
        raise NotImplementedError


class ClaudeCode(Client):
    name = "claude-code"
    native = "@anthropic-ai/claude-code-{system}-{processor}/claude"

    def settings(self, world, address):
        world.home_file(".claude.json", {
            "hasCompletedOnboarding": True,
            "customApiKeyResponses": {"approved": [KEY], "rejected": []},
            "projects": {world.repository: {"hasTrustDialogAccepted": True}},
        })
        world.home_file(".claude/settings.json", {"permissions": {"allow": ["Bash", "Edit", "Write", "Read"]}})

    def variables(self, world, address):
        return {
            "ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": KEY, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1",
            "CLAUDE_CODE_TMPDIR": world.temporary,
        }

    def words(self, prompt):
        return ["-p", prompt, "--output-format", "stream-json", "--verbose"]

    def read(self, path):
        return "Read", {"file_path": path}

    def edit(self, path, old, new):
        return "Edit", {"file_path": path, "old_string": old, "new_string": new}

    def run(self, command):
        return "Bash", {"command": command, "description": "a step"}


class Codex(Client):
    name = "codex"
    native = "@openai/codex-{system}-{processor}/vendor/*/bin/codex"
    cannot = {
        "emptied-configuration-is-not-agreed-to": UNTOLD,
        "exported-name-is-denied-in-any-folder": Lack("its rules are for commands", MADE),
        "exported-path-is-denied": Lack("its rules are for commands", SCHEMA),
        "exported-command-without-more-is-denied": Lack("whatever begins so would be denied, which is more", ALONE),
    }

    def settings(self, world, address):
        world.home_file(".codex/config.toml", "\n".join([
            'model = "gpt-5.5"', 'model_provider = "script"', 'check_for_update_on_startup = false',
            "[analytics]", "enabled = false", "[otel]", 'exporter = "none"', "[feedback]", "enabled = false",
            "[model_providers.script]", 'name = "script"', 'base_url = "%s/v1"' % address, 'wire_api = "responses"',
            'env_key = "SCRIPT_KEY"', '[projects."%s"]' % world.repository, 'trust_level = "trusted"', ""]))

    def trust(self, world):
        codex_trust.trust_hooks(self.start(), world.repository, world.variables(self))

    def variables(self, world, address):
        return {"SCRIPT_KEY": KEY}

    def words(self, prompt):
        return ["exec", "--json", "--dangerously-bypass-approvals-and-sandbox", prompt]

    def read(self, path):
        return self.run("cat " + shlex.quote(path))

    def edit(self, path, old, new):
        return "apply_patch", "*** Begin Patch\n*** Update File: %s\n@@\n-%s\n+%s\n*** End Patch\n" % (path, old, new)

    def run(self, command):
        return "exec_command", {"cmd": command, "login": False}


class GeminiCli(Client):
    name = "gemini-cli"
    script = "@google/gemini-cli/bundle/gemini.js"
    # Rules in a repository are not read, though its pages say so.
    exports_words = ["--policy", ".gemini/policies/hookgate.toml"]
    cannot = {
        "emptied-configuration-is-not-agreed-to": UNTOLD,
        "exported-path-is-denied": Lack("paths are compared as the model wrote them, here in full", SCHEMA),
        "exported-command-without-more-is-denied": Lack("whatever begins so would be denied, which is more", ALONE),
    }

    def settings(self, world, address):
        world.home_file(".gemini/settings.json", {
            "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": True}},
            "privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False},
            "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        })
        world.home_file(".gemini/trustedFolders.json", {world.repository: "TRUST_FOLDER"})

    def variables(self, world, address):
        return {"GOOGLE_GEMINI_BASE_URL": address, "GEMINI_API_KEY": KEY, "GEMINI_TELEMETRY_ENABLED": "false", "NO_BROWSER": "true"}

    def words(self, prompt):
        return ["-p", prompt, "--output-format", "stream-json", "--approval-mode", "yolo", "--model", "gemini-2.5-flash"]

    def read(self, path):
        return "read_file", {"file_path": path}

    def edit(self, path, old, new):
        return "replace", {"file_path": path, "instruction": "a step", "old_string": old, "new_string": new}

    def run(self, command):
        return "run_shell_command", {"command": command, "description": "a step"}


class CopilotCli(Client):
    name = "copilot-cli"
    exports_words = None
    cannot = {
        "emptied-configuration-is-not-agreed-to": UNTOLD,
        "exported-name-is-denied-in-any-folder": Lack("its options name no files", MADE),
        "exported-path-is-denied": Lack("its options name no files", SCHEMA),
    }
    native = "@github/copilot-{system}-{processor}/copilot"

    def settings(self, world, address):
        world.home_file(".copilot/config.json", {"trustedFolders": [world.repository]})

    def variables(self, world, address):
        return {
            "COPILOT_OFFLINE": "true", "COPILOT_AUTO_UPDATE": "false", "COPILOT_PROVIDER_TYPE": "openai",
            "COPILOT_PROVIDER_BASE_URL": address + "/v1", "COPILOT_PROVIDER_API_KEY": KEY, "COPILOT_MODEL": "claude-sonnet-4.5",
            "COPILOT_PROVIDER_WIRE_API": "completions", "COPILOT_PROVIDER_MAX_PROMPT_TOKENS": "100000",
            "COPILOT_PROVIDER_MAX_OUTPUT_TOKENS": "8000",
            # It unpacks itself at its first start; a folder beside the package does that once.
            "COPILOT_CACHE_HOME": os.path.join(os.path.dirname(self.modules), "unpacked"),
        }

    def words(self, prompt):
        return ["-p", prompt, "--no-auto-update", "--disable-builtin-mcps", "--allow-all-tools", "--allow-all-paths"]

    def read(self, path):
        return "view", {"path": path}

    def edit(self, path, old, new):
        return "edit", {"path": path, "old_str": old, "new_str": new}

    def run(self, command):
        return "bash", {"command": command, "description": "a step"}


class OpenCode(Client):
    name = "opencode"
    native = "opencode-{system}-{processor}*/bin/opencode"
    cannot = {
        "emptied-configuration-is-not-agreed-to": UNTOLD,
        "gate-runs-at-the-end": Lack("`opencode run` does not wait for a plugin at its end, so a gate may be cut off"),
        "gate-holds-the-end": Lack("`opencode run` ends before a plugin can send a prompt", "there is no request 4; it ended with 0"),
        "stuck-gate-lets-go": Lack("`opencode run` ends before a plugin can send a prompt", "the number of requests is 3 and not 6"),
        "session-end-is-recorded": Lack("a session ends only when it is deleted", NO_RECORD),
        "doctor-finds-the-session-without-hooks": Lack("it keeps its sessions in a database", NOT_FOUND),
    }

    def settings(self, world, address):
        options = {"baseURL": address + "/v1", "apiKey": KEY}
        model = {"name": "script", "tool_call": True, "limit": {"context": 100000, "output": 8000}}
        provider = {"npm": "@ai-sdk/openai-compatible", "name": "script", "options": options, "models": {"script": model}}
        world.home_file(".config/opencode/opencode.json", {
            "model": "script/script", "small_model": "script/script", "autoupdate": False, "share": "disabled",
            "provider": {"script": provider}, "permission": {"*": "allow"},
        })

    def variables(self, world, address):
        return {
            "OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1",
            "OPENCODE_DISABLE_LSP_DOWNLOAD": "1", "OPENCODE_DISABLE_SHARE": "1",
            # It would fetch its plugin package at the first start; it works without.
            "npm_config_offline": "true", "npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0",
        }

    def words(self, prompt):
        return ["run", "--format", "json", "--title", "a script", prompt]

    def read(self, path):
        return "read", {"filePath": path}

    def edit(self, path, old, new):
        return "edit", {"filePath": path, "oldString": old, "newString": new}

    def run(self, command):
        return "bash", {"command": command, "description": "a step"}


class QwenCode(Client):
    name = "qwen-code"
    script = "@qwen-code/qwen-code/cli-entry.js"
    cannot = {
        "emptied-configuration-is-not-agreed-to": UNTOLD,
        "session-end-is-recorded": Lack("SessionEnd fires for /clear only, not at the end of a headless run", NO_RECORD),
        "exported-command-without-more-is-denied": Lack("whatever begins so would be denied, which is more", ALONE),
    }

    def settings(self, world, address):
        world.home_file(".qwen/settings.json", {
            "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": True}},
            "privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False},
            "general": {"enableAutoUpdate": False, "disableAutoUpdate": True, "disableUpdateNag": True},
        })
        world.home_file(".qwen/trustedFolders.json", {world.repository: "TRUST_FOLDER"})

    def variables(self, world, address):
        return {"OPENAI_BASE_URL": address + "/v1", "OPENAI_API_KEY": KEY, "OPENAI_MODEL": "script"}

    def words(self, prompt):
        return ["-p", prompt, "--output-format", "stream-json", "--approval-mode", "yolo"]

    def read(self, path):
        return "read_file", {"file_path": path}

    def edit(self, path, old, new):
        return "edit", {"file_path": path, "old_string": old, "new_string": new}

    def run(self, command):
        return "run_shell_command", {"command": command, "description": "a step", "is_background": False}


ALL = [ClaudeCode, Codex, GeminiCli, CopilotCli, OpenCode, QwenCode]
