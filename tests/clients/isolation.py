"""Takes the network away: the tests start anew in a network namespace that has nothing but loopback."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

# Set for the program that runs inside.
INSIDE = "HOOKGATE_CLIENTS_APART"
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1


def enter(hookgate):
    """Starts this program anew inside, with the program to test given. Comes back where there are no namespaces."""
    if os.environ.get(INSIDE):
        raise_loopback()
        return
    for words in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        if shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            os.environ[INSIDE] = "1"
            os.execvp(words[0], [*words, sys.executable, sys.argv[0], "--hookgate", hookgate, *sys.argv[1:]])


def is_apart():
    """Whether loopback is the only network there is: inside, and no route leads elsewhere."""
    if not os.environ.get(INSIDE):
        return False
    with open("/proc/net/route") as routes:
        return len(routes.readlines()) <= 1


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack_from("16sH", fcntl.ioctl(any_socket, GET_FLAGS, asked))[1]
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", flags | UP))
