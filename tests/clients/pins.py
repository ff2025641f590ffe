"""The pinned clients: which versions, where they are installed, and what npm is asked."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "versions.json")

# Some of the clients need a Node as new as this one. Where it is older, the pinned Node is installed beside them.
NODE_AT_LEAST = 22


def read():
    """name -> {package, version}; `node` is among them."""
    with open(FILE) as file:
        return json.load(file)


def write(pins):
    lines = ["  %s: %s" % (json.dumps(name), json.dumps(pin)) for name, pin in pins.items()]
    with open(FILE, "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def cache():
    """The folder that holds the installed clients."""
    if os.environ.get("HOOKGATE_CLIENTS"):
        return os.path.abspath(os.environ["HOOKGATE_CLIENTS"])
    if sys.platform == "darwin":
        user = os.path.expanduser("~/Library/Caches")
    else:
        user = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(user, "hookgate", "clients")


def folder(name, pin):
    return os.path.join(cache(), name, pin["version"])


def modules(name, pin):
    return os.path.join(folder(name, pin), "node_modules")


def is_installed(name, pin):
    return os.path.isfile(os.path.join(modules(name, pin), pin["package"], "package.json"))


def machine():
    """The two words by which npm packages name this machine, as in `linux-x64`."""
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    processor = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    return system, processor


def node(pins):
    """A Node that is new enough: the machine's own, or the pinned one when it is installed."""
    own = shutil.which("node")
    if own and is_new_enough(own):
        return own
    pinned = os.path.join(modules("node", pins["node"]), pins["node"]["package"], "bin", "node")
    return pinned if os.path.isfile(pinned) else None


def is_new_enough(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)\.", said)
    return bool(major) and int(major[1]) >= NODE_AT_LEAST


def wanted(pins):
    """The names to install here: the clients, and Node when this machine's is too old."""
    own = shutil.which("node")
    for name in pins:
        if name != "node" or not (own and is_new_enough(own)):
            yield name


def npm(words, **options):
    return subprocess.run(["npm", *words], text=True, check=True, **options)
