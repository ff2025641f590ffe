#!/usr/bin/env python3
"""Write generated/api_client.py from schema/api.json.

With `--check` nothing is written: exit code 1 says that the file is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schema" / "api.json"
CLIENT = ROOT / "generated" / "api_client.py"

PYTHON_TYPES = {
    "cents": "int",
    "integer": "int",
    "quantities": "Dict[str, int]",
    "string": "str",
}

HEADER = '''\
# Generated, do not edit: edit schema/api.json and run python3 tools/generate_client.py
"""Client for the {title} API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict

Transport = Callable[[str, str, Dict[str, Any]], Dict[str, Any]]
'''

CLIENT_CLASS = '''
class ApiClient:
    """Calls the API through `transport(method, path, body)`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
'''


def render_type(name: str, definition: Dict[str, Any]) -> str:
    """Return the dataclass for one type of the schema."""
    lines = ["", "@dataclass(frozen=True)", f"class {name}:"]
    lines += [f'    """{definition["about"]}"""', ""]
    for field, kind in definition["fields"].items():
        lines.append(f"    {field}: {PYTHON_TYPES[kind]}")
    return "\n".join(lines) + "\n"


def render_operation(operation: Dict[str, Any]) -> str:
    """Return the client method for one operation of the schema."""
    path, returns = operation["path"], operation["returns"]
    arguments = operation["arguments"]
    signature = ", ".join(f"{a}: {PYTHON_TYPES[k]}" for a, k in arguments.items())
    in_body = [a for a in arguments if f"{{{a}}}" not in path]
    body = "{" + ", ".join(f'"{a}": {a}' for a in in_body) + "}"
    prefix = "f" if "{" in path else ""
    lines: List[str] = [
        "",
        f'    def {operation["name"]}(self, {signature}) -> {returns}:',
        f'        """{operation["about"]}"""',
        f"        body: Dict[str, Any] = {body}",
        f'        path = {prefix}"{path}"',
        f'        return {returns}(**self._transport("{operation["method"]}", path, body))',
    ]
    return "\n".join(lines) + "\n"


def render(schema: Dict[str, Any]) -> str:
    """Return the whole client module. The same schema gives the same text."""
    parts = [HEADER.format(title=schema["title"])]
    parts += [render_type(name, type_) for name, type_ in schema["types"].items()]
    parts.append(CLIENT_CLASS)
    text = "\n".join(parts)
    return text + "".join(render_operation(o) for o in schema["operations"])


def main() -> int:
    """Write or check the client; return the exit code."""
    text = render(json.loads(SCHEMA.read_text(encoding="utf-8")))
    name = CLIENT.relative_to(ROOT)
    if "--check" in sys.argv[1:]:
        current = CLIENT.exists() and CLIENT.read_text(encoding="utf-8") == text
        print(f"{name} is {'up to date' if current else 'out of date'}")
        return 0 if current else 1
    CLIENT.parent.mkdir(exist_ok=True)
    CLIENT.write_text(text, encoding="utf-8")
    print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
