"""One session of a client: a fresh repository and home, hookgate wired by its own `init`, the client against a script."""

import json
import os
import shlex
import shutil
import signal
import subprocess
from dataclasses import dataclass

import model

# Longer than any session takes on a loaded machine.
LIMIT = 180

POLICY = """\
version: 1
runtimes: [%s]

rules:
  - id: generated
    protect-paths: {paths: ["**/generated/**"]}
    reason: generated is written from schema.txt
    instead: edit schema.txt

  - id: production
    deny-command: {patterns: [deploy.sh production]}
    reason: a person releases to production
    instead: run `sh deploy.sh staging`

  - id: state-is-good
    quality-gate:
      run: sh check.sh
      inputs: [src/**, check.sh]
      on: [after-edit, stop]
      timeout: 60s

  - id: welcome
    add-context: {on: session-start, text: Amounts are integer cents here.}

  - id: invoices
    add-context:
      on: prompt
      when: {prompt: [invoice]}
      text: Invoices are numbered without gaps.

  - id: sessions
    record: {on: [session-end], file: reports/sessions.log}
"""

# What `hookgate export` can say in most languages.
EXPORTED = """\
version: 1
rules:
  - id: generated
    protect-paths: {paths: ["**/generated/**", /schema.txt]}
    reason: generated is written from schema.txt

  - id: production
    deny-command: {patterns: [touch deployed-production.txt]}
    reason: a person releases to production

  - id: alone
    deny-command: {patterns: [mkdir alone], except: [mkdir --help]}
"""

FILES = {
    "schema.txt": "field: old\n",
    "generated/api.txt": "made: old\n",
    "src/generated/part.txt": "made: old\n",
    "src/state.txt": "state: good\n",
    "deploy.sh": 'echo "$1" > "deployed-$1.txt"\n',
    "check.sh": 'grep -q "state: good" src/state.txt || { echo "the checked file says: $(cat src/state.txt)"; exit 1; }\n',
}


@dataclass
class Session:
    """What is left of a session."""

    requests: list
    spent: int
    exit: object
    stdout: str
    stderr: str
    # What doctor said before, and what it says afterwards.
    doctor: subprocess.CompletedProcess
    doctor_after: subprocess.CompletedProcess


class World:
    """The folders of one session, below `folder`."""

    def __init__(self, folder, hookgate):
        self.folder = folder
        self.hookgate = hookgate
        self.on_path = True
        self.repository = os.path.join(folder, "a shop")
        self.home = os.path.join(folder, "home")
        self.temporary = os.path.join(folder, "tmp")
        for made in (self.repository, self.home, self.temporary):
            os.makedirs(made)
        for path, text in FILES.items():
            self.put(path, text)

    def path(self, path):
        return os.path.join(self.repository, path)

    def put(self, path, text):
        write(self.path(path), text)

    def text(self, path):
        """The content of a file, or None where there is none."""
        try:
            return read(self.path(path))
        except FileNotFoundError:
            return None

    def home_file(self, path, content):
        write(os.path.join(self.home, path), content if isinstance(content, str) else json.dumps(content))

    def variables(self, client, address=""):
        """A clean environment: nothing of the caller's but where programs are."""
        folders = [os.path.dirname(self.hookgate)] if self.on_path else []
        folders += [os.path.dirname(client.node)] if client.node else []
        base = {
            "HOME": self.home, "TMPDIR": self.temporary, "LANG": "C.UTF-8", "TERM": "dumb", "NO_COLOR": "1", "DO_NOT_TRACK": "1",
            "PATH": os.pathsep.join([*folders, "/usr/local/bin", "/usr/bin", "/bin"]),
        }
        return {**base, **client.variables(self, address)}

    def ask_doctor(self, client):
        words = [self.hookgate, "doctor", "--runtime", client.name]
        return subprocess.run(words, cwd=self.repository, env=self.variables(client), capture_output=True, text=True, check=False)

    def commit(self, client):
        environment = self.variables(client)
        author = ["-c", "user.name=Dev", "-c", "user.email=dev@example.invalid"]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*author, "commit", "-q", "-m", "start"]):
            subprocess.run(["git", *words], cwd=self.repository, env=environment, check=True)

    def wire(self, client, scope):
        """Sets hookgate up: for the repository with the program on PATH, or for the user with a program that is not."""
        self.put("hookgate.yaml", POLICY % client.name)
        if scope == "user":
            away = os.path.join(self.folder, "my tools", "hookgate")
            os.makedirs(os.path.dirname(away))
            self.hookgate = shutil.copy(self.hookgate, away)
            self.on_path = False
        words = [self.hookgate, "init", "--runtime", client.name, "--scope", scope]
        done = subprocess.run(words, cwd=self.repository, env=self.variables(client), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("hookgate init ended with %s: %s%s" % (done.returncode, done.stdout, done.stderr))

    def wire_before(self, client):
        """Sets hookgate up, and makes the files look as if they had long been there."""
        self.wire(client, "repository")
        for folder, _, names in os.walk(self.repository):
            for name in names:
                os.utime(os.path.join(folder, name), (0, 0))

    def export(self, client):
        """Writes the policy in the client's own language, and no hook; returns what belongs on its command line."""
        self.put("hookgate.yaml", EXPORTED)
        how = ["--format", "native"] if client.exports_words is None else ["--write"]
        words = [self.hookgate, "export", "--runtime", client.name, *how]
        done = subprocess.run(words, cwd=self.repository, env=self.variables(client), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("hookgate export ended with %s: %s%s" % (done.returncode, done.stdout, done.stderr))
        return shlex.split(done.stdout) if client.exports_words is None else client.exports_words

    def play(self, client, play):
        """Lets the client work through the steps of a session."""
        server = model.Model(play.steps(client, self.path))
        for path, text in play.files.items():
            self.put(path, text)
        try:
            client.settings(self, server.address)
            if play.scope:
                self.wire(client, play.scope)
            more = self.export(client) if play.exported else []
            self.commit(client)
            doctor = None
            if play.scope:
                client.trust(self)
                doctor = self.ask_doctor(client)
            words = [*client.start(), *client.words(play.prompt), *more]
            code, stdout, stderr = self.start(client, words, server.address, self.path(play.start_in))
            if play.wired_before:
                self.wire_before(client)
            after = self.ask_doctor(client) if play.scope or play.wired_before else None
        finally:
            server.stop()
        return Session(server.requests, server.spent, code, stdout, stderr, doctor, after)

    def start(self, client, words, address, folder):
        """Runs the client to its end, or ends it and all that it started at the limit."""
        # Into files: a pipe would wait for every child that the client leaves behind.
        with open(self.log("stdout"), "wb") as out, open(self.log("stderr"), "wb") as err:
            started = subprocess.Popen(words, cwd=folder, env=self.variables(client, address), start_new_session=True,
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            try:
                code = started.wait(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                code = "the limit of %d s" % LIMIT
            end_group(started.pid)
            started.wait()
        return code, read(self.log("stdout")), read(self.log("stderr"))

    def log(self, name):
        return os.path.join(self.temporary, name)


def end_group(leader):
    """Ends what is left of a client and of what it started; they are in a session of their own."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def read(path):
    with open(path, errors="replace") as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
