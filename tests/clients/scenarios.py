"""What must hold in every client: a few sessions, and what is asserted of each.

A scenario is a function whose name says what holds; it raises `Wrong` where it does not.
"""

import json
import os
import re

from world import FILES

WHY_EDIT = "generated is written from schema.txt"
INSTEAD_EDIT = "edit schema.txt"
WHY_COMMAND = "a person releases to production"
INSTEAD_COMMAND = "sh deploy.sh staging"
WELCOME = "Amounts are integer cents here."
INVOICES = "Invoices are numbered without gaps."
# Three ends are objected to for one and the same reason; the fourth is let be.
ENDS_OF_A_STUCK_GATE = 4
FAILURE = "the checked file says: state: bad"

# Waits at the end, because a client that looks for changes needs a moment to see them.
TIDY = """\
import os, time

emptied = 0
for folder, folders, names in os.walk("."):
    folders[:] = [name for name in folders if name not in (".git", ".hook-state")]
    for name in names if folder.startswith("./.") else []:
        with open(os.path.join(folder, name), "r+") as file:
            if "hookgate" in file.read():
                file.seek(0)
                file.truncate()
                file.write("{}" if name.endswith(".json") else "")
                emptied += 1
with open("emptied.txt", "w") as file:
    file.write("%d\\n" % emptied)
time.sleep(4)
"""


class Wrong(Exception):
    """A scenario does not hold."""


def equal(what, found, wanted):
    if found != wanted:
        raise Wrong("%s is %r and not %r" % (what, found, wanted))


def holds(what, text, part):
    if part not in text:
        raise Wrong("%s does not hold %r: %r" % (what, part, text[-600:]))


def played(session, steps):
    """The client asked once for each step, and for nothing after the last."""
    equal("the number of requests", len(session.requests), steps)
    equal("the number of requests after the end", session.spent, 0)
    equal("the exit code", session.exit, 0)


class Play:
    """A session: how hookgate is set up, where the client is started, what it is told."""

    scope = "repository"
    exported = False
    start_in = ""
    # Afterwards hookgate is set up as if it had been before, and doctor asked about the session that went by without it.
    wired_before = False
    # More files of the repository.
    files = {}
    prompt = "Change the invoice."


class WithoutHooks(Play):
    """The forbidden calls, with nothing wired: what shows that they are well-formed and would work."""

    scope = None
    wired_before = True

    def steps(self, client, path):
        return [
            client.read(path("generated/api.txt")),
            client.edit(path("generated/api.txt"), "made: old", "made: new"),
            client.run("sh deploy.sh production"),
            "The invoice is changed.",
        ]

    def without_hooks_it_happens(self, world, session):
        played(session, 4)
        equal("generated/api.txt", world.text("generated/api.txt"), "made: new\n")
        equal("deployed-production.txt", world.text("deployed-production.txt"), "production\n")

    def doctor_finds_the_session_without_hooks(self, world, session):
        said = re.search("made 3 tool calls, and no hook of it was recorded", session.doctor_after.stdout)
        equal("what doctor finds of the session", said and said[0][:17], "made 3 tool calls")


class Work(Play):
    """Forbidden and allowed calls, and an end that the gate agrees to."""

    def steps(self, client, path):
        return [
            client.read(path("generated/api.txt")),
            client.edit(path("generated/api.txt"), "made: old", "made: new"),
            client.run("sh deploy.sh production"),
            client.read(path("schema.txt")),
            client.edit(path("schema.txt"), "field: old", "field: new"),
            client.run("sh deploy.sh staging"),
            "The invoice is changed.",
        ]

    def doctor_finds_nothing_to_mend(self, world, session):
        healthy(session.doctor)

    def doctor_finds_the_session_recorded(self, world, session):
        healthy(session.doctor_after)

    def forbidden_edit_does_not_happen(self, world, session):
        equal("generated/api.txt", world.text("generated/api.txt"), FILES["generated/api.txt"])

    def reading_what_is_protected_is_possible(self, world, session):
        holds("the result of the read", result(session, 0), "made: old")

    def forbidden_command_does_not_happen(self, world, session):
        equal("deployed-production.txt", world.text("deployed-production.txt"), None)

    def denied_edit_says_why(self, world, session):
        holds("the result of the edit", result(session, 1), WHY_EDIT)
        holds("the result of the edit", result(session, 1), INSTEAD_EDIT)

    def denied_command_says_why(self, world, session):
        holds("the result of the command", result(session, 2), WHY_COMMAND)
        holds("the result of the command", result(session, 2), INSTEAD_COMMAND)

    def allowed_edit_happens(self, world, session):
        equal("schema.txt", world.text("schema.txt"), "field: new\n")

    def allowed_command_happens(self, world, session):
        equal("deployed-staging.txt", world.text("deployed-staging.txt"), "staging\n")

    def session_context_reaches_the_model(self, world, session):
        holds("the first request", first(session), WELCOME)

    def prompt_context_reaches_the_model(self, world, session):
        holds("the first request", first(session), INVOICES)

    def green_gate_lets_it_stop(self, world, session):
        played(session, 7)

    def gate_runs_at_the_end(self, world, session):
        equal("the gate's record", gate(world), ("state-is-good", "passed", 0))

    def session_end_is_recorded(self, world, session):
        recorded = world.text("reports/sessions.log")
        if recorded is None:
            raise Wrong("reports/sessions.log is not there")
        equal("the number of lines in reports/sessions.log", len(recorded.splitlines()), 1)


class Gate(Play):
    """An edit breaks what the gate checks; the model says that it is done, hears otherwise, and mends it."""

    prompt = "Change the state."

    def steps(self, client, path):
        return [
            client.read(path("src/state.txt")),
            client.edit(path("src/state.txt"), "state: good", "state: bad"),
            "The state is changed.",
            client.edit(path("src/state.txt"), "state: bad", "state: good"),
            "The state is mended.",
        ]

    def failed_gate_is_told_after_the_edit(self, world, session):
        if FAILURE in request(session, 1).body:
            raise Wrong("the failure was told before the edit")
        holds("the request after the edit", request(session, 2).body, FAILURE)

    def gate_holds_the_end(self, world, session):
        before = request(session, 2).body.count(FAILURE)
        if request(session, 3).body.count(FAILURE) <= before:
            raise Wrong("the failure was not told at the end")
        equal("src/state.txt", world.text("src/state.txt"), "state: good\n")
        equal("the gate's record", gate(world), ("state-is-good", "passed", 0))
        played(session, 5)


class Stuck(Play):
    """A gate that fails for the same reason at each end: hookgate lets go after a few, whatever the client's own limit."""

    prompt = "Change the state."

    def steps(self, client, path):
        return [
            client.read(path("src/state.txt")),
            client.edit(path("src/state.txt"), "state: good", "state: bad"),
            *["The state is changed, said %d times." % number for number in range(1, 7)],
        ]

    def stuck_gate_lets_go(self, world, session):
        equal("the gate's record", gate(world), ("state-is-good", "failed", 1))
        equal("the number of requests", len(session.requests), 2 + ENDS_OF_A_STUCK_GATE)
        equal("the exit code", session.exit, 0)


class ForTheUser(Play):
    """Set up for the user, with the program in a folder that is not on PATH, and started in a sub-folder."""

    scope = "user"
    start_in = "src"

    def steps(self, client, path):
        return [
            client.read(path("src/generated/part.txt")),
            client.edit(path("src/generated/part.txt"), "made: old", "made: new"),
            client.run("sh ../deploy.sh production"),
            client.run("sh ../deploy.sh staging"),
            "The invoice is changed.",
        ]

    def wired_for_the_user_doctor_finds_nothing_to_mend(self, world, session):
        healthy(session.doctor)
        healthy(session.doctor_after)

    def wired_for_the_user_it_denies_in_a_sub_folder(self, world, session):
        played(session, 5)
        equal("src/generated/part.txt", world.text("src/generated/part.txt"), FILES["src/generated/part.txt"])
        holds("the result of the edit", result(session, 1), WHY_EDIT)
        equal("src/deployed-production.txt", world.text("src/deployed-production.txt"), None)
        holds("the result of the command", result(session, 2), WHY_COMMAND)

    def wired_for_the_user_it_lets_through(self, world, session):
        equal("src/deployed-staging.txt", world.text("src/deployed-staging.txt"), "staging\n")
        holds("the first request", first(session), WELCOME)


class Emptied(Play):
    """The file that the hooks stand in is emptied on the way, by a script that does not name it."""

    prompt = "Tidy the shop."
    files = {"tidy.py": TIDY}

    def steps(self, client, path):
        return [
            client.run("python3 tidy.py"),
            client.read(path("generated/api.txt")),
            client.edit(path("generated/api.txt"), "made: old", "made: new"),
            "The shop is tidy.",
        ]

    def emptied_configuration_leaves_the_hooks_in_force(self, world, session):
        equal("emptied.txt", world.text("emptied.txt"), "1\n")
        equal("generated/api.txt", world.text("generated/api.txt"), FILES["generated/api.txt"])
        holds("the result of the edit", result(session, 2), WHY_EDIT)

    def emptied_configuration_is_not_agreed_to(self, world, session):
        refused = [line for line in audit(world) if line["event"] == "other" and line["verdict"] == "deny"]
        equal("the number of changes that were refused", len(refused), 1)
        holds("what was refused", refused[0]["findings"][0]["what"], "hookgate's hooks are gone from ")


class Exported(Play):
    """No hook, but the policy in the client's own language. What begins like a denied command need not be one."""

    scope = None
    exported = True

    def steps(self, client, path):
        return [
            client.read(path("src/generated/part.txt")),
            client.edit(path("src/generated/part.txt"), "made: old", "made: new"),
            client.read(path("schema.txt")),
            client.edit(path("schema.txt"), "field: old", "field: new"),
            client.run("touch deployed-production.txt"),
            client.run("touch deployed-production.txt another.txt"),
            client.run("touch deployed-production.txt-not"),
            client.run("mkdir alone"),
            client.read(path("src/state.txt")),
            client.edit(path("src/state.txt"), "state: good", "state: new"),
            "The invoice is changed.",
        ]

    def exported_name_is_denied_in_any_folder(self, world, session):
        equal("src/generated/part.txt", world.text("src/generated/part.txt"), FILES["src/generated/part.txt"])

    def exported_path_is_denied(self, world, session):
        equal("schema.txt", world.text("schema.txt"), FILES["schema.txt"])

    def exported_command_is_denied(self, world, session):
        equal("deployed-production.txt", world.text("deployed-production.txt"), None)
        equal("another.txt", world.text("another.txt"), None)

    def exported_command_without_more_is_denied(self, world, session):
        equal("whether the folder is there", os.path.isdir(world.path("alone")), False)

    def what_is_not_exported_happens(self, world, session):
        equal("deployed-production.txt-not", world.text("deployed-production.txt-not"), "")
        equal("src/state.txt", world.text("src/state.txt"), "state: new\n")
        played(session, 11)


ALL = [WithoutHooks, Work, Gate, Stuck, ForTheUser, Emptied, Exported]


def healthy(doctor):
    """Doctor found nothing to mend."""
    if doctor.returncode != 0:
        raise Wrong("doctor ended with %d: %s" % (doctor.returncode, doctor.stdout.strip()[-600:]))


def names(play):
    """The scenarios of a session: its methods, in the order in which they stand there."""
    return [name for name, value in vars(play).items() if callable(value) and name != "steps"]


def request(session, number):
    if number >= len(session.requests):
        raise Wrong("there is no request %d; it ended with %s" % (number + 1, session.exit))
    return session.requests[number]


def result(session, number):
    """What the model was told of its call with that number, in the request that followed it."""
    results = request(session, number + 1).results
    equal("the number of results in request %d" % (number + 2), len(results), number + 1)
    return results[number]


def first(session):
    return request(session, 0).body


def gate(world):
    """What hookgate has written down of the last run of a gate."""
    text = world.text(".hook-state/last_quality_gate.json")
    if text is None:
        return None
    last = json.loads(text)
    return last.get("gate"), last.get("status"), last.get("exit_code")


def audit(world):
    """What hookgate has written down of its decisions."""
    return [json.loads(line) for line in (world.text(".hook-state/audit.jsonl") or "").splitlines()]
