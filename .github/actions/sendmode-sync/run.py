"""What the action does beyond typing a command: the comment on the pull request, and what an exit code means to CI.

Inputs come as environment variables, so that no text of a pull request is ever part of a script. It needs nothing but the
standard library. The API key is handed on to sendmode-sync and used for nothing else; GitHub's token is used for the
comment, and handed on to git alone where the state is a branch of the repository.
"""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

CHANGES, INCOMPLETE, PERSON, USAGE = 2, 3, 4, 64  # exit codes of sendmode-sync
OPTIONS = {"directory": "-C", "file": "-f"}
LONGEST_COMMENT = 65_000  # characters; GitHub takes 65,536
MOST_PAGES = 30  # of a hundred comments
SECONDS = 20.0

PREFIX = "sendmode-sync: "  # begins every line on stderr that says why a command failed

NO_STATE = (
    "apply needs a state that all runs share, and there is none at {path}. What was sent is remembered there alone, and a "
    "hosted runner forgets it: keep the state on a branch of the repository (the input state: git) or in PostgreSQL "
    "(postgresql://...), made once with sendmode-sync state init, or moved there with sendmode-sync state move; a file "
    "serves a self-hosted runner with a disk that stays"
)


class Ran(NamedTuple):
    """How sendmode-sync ended: its exit code, its answer, and why it failed where it said so, as one line or none."""

    code: int
    answer: str
    failure: str


def main() -> int:
    """Do what the input ``command`` says, and return the exit code of the step."""
    commands = {"plan": plan, "apply": apply, "status": status, "cancel": cancel, "resolve": resolve}
    wanted = given("command")
    if wanted not in commands:
        annotate("error", "wrong usage", f"the input command is one of {', '.join(commands)}")
        return USAGE
    return commands[wanted]()


def plan() -> int:
    """Plan, annotate the files, and put the plan into the comment; sendmode-sync writes the step's summary itself."""
    say(run("validate", "--format", "github").answer)
    offline = () if os.environ.get("SENDMODE_API_KEY") else ("--offline",)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        ran = run("plan", "--format", "markdown", "--detailed-exitcode", "--out", str(file), *offline)
        digest = str(json.loads(file.read_bytes())["plan_digest"]) if file.exists() else ""
    output("exit-code", str(ran.code))
    output("digest", digest)
    if ran.failure:
        annotate("error", "no plan", ran.failure)
    if given("comment") != "false":
        comment(ran.answer or no_plan(ran.failure))
    return 0 if ran.code == CHANGES else ran.code


def no_plan(failure: str) -> str:
    """Return the page that stands in for a plan that could not be made."""
    why = fenced(failure) if failure else "The project has errors. They stand beside its lines, and in the log.\n"
    return f"## There is no plan\n\n{why}"


def apply() -> int:
    """Apply; running out of time is a warning, a person who is needed is an error that says what to type."""
    path = state_file()
    if path is not None and not path.is_file():
        annotate("error", "no state", NO_STATE.format(path=path))
        return 1
    words = ["apply", "--auto-approve", "--format", "json", f"--max-duration={given('max-duration') or '50m'}"]
    if given("expect-digest") != "none":
        words.append(f"--expect-digest={given('expect-digest')}")
    code, answer, failure = run(*words)
    say(answer)
    output("exit-code", str(code))
    reasons = json.loads(answer)["reasons"] if answer else []
    if code == INCOMPLETE and reasons == ["duration"]:
        annotate("warning", "incomplete", "the time was used up; the next run goes on where this one stopped")
        return 0
    if code == PERSON:
        annotate("error", "a person is needed", run("status").answer or "see sendmode-sync status")
    elif code:
        why = failure or f"{', '.join(reasons) or 'it broke off'}; the summary of the run says more"
        annotate("error", f"apply ended with exit code {code}", why)
    return code


def status() -> int:
    """Show where everything stands."""
    code, told, failure = run("status")
    say(told)
    if failure:
        annotate("error", "no status", failure)
    else:
        append("GITHUB_STEP_SUMMARY", fenced(told))
    return code


def cancel() -> int:
    """Never send the rest of a campaign."""
    return told("cancel", "--", given("campaign"))


def resolve() -> int:
    """Settle an unknown outcome; who pressed the button stands in the state."""
    if given("outcome") not in {"sent", "not-sent"}:
        annotate("error", "wrong usage", "the input outcome is sent or not-sent")
        return USAGE
    words = ["resolve", f"--{given('outcome')}", f"--evidence={given('evidence')}"]
    if given("operation"):
        words.append(f"--operation={given('operation')}")
    return told(*words, "--", given("campaign"))


def told(*words: str) -> int:
    """Run a command whose answer is one sentence, and say that, or why there is none."""
    code, answer, failure = run(*words)
    say(answer)
    if failure:
        annotate("error", f"{words[0]} failed", failure)
    return code


def run(*words: str) -> Ran:
    """Run sendmode-sync to its end; what it says on the way goes to the log at once.

    A runner that is cancelled signals this process alone, so its signals are handed on: a run that is killed in the
    middle of a send leaves it unknown.
    """
    project = [word for option in ("directory", "file") if given(option) for word in (OPTIONS[option], given(option))]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answers:  # a pipe that nobody reads would fill up
        process = subprocess.Popen(  # noqa: S603 - words of a list, which no shell reads
            [given("program") or "sendmode-sync", *project, *words],
            stdout=answers,
            stderr=subprocess.PIPE,
            env=surroundings(),
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda number, _: process.send_signal(number))
        failure = heard(process)
        answers.seek(0)
        return Ran(process.returncode, answers.read(), failure)


def heard(process: subprocess.Popen[str]) -> str:
    """Pass on to the log what a process says until it ends, and return its last line of failure."""
    failure = ""
    for line in process.stderr or ():
        sys.stderr.write(line)
        sys.stderr.flush()
        if line.startswith(PREFIX):
            failure = line.removeprefix(PREFIX).strip()
    process.wait()
    return failure


def surroundings() -> dict[str, str]:
    """Return the environment of sendmode-sync: the state and its key under their own names, and no token.

    A state may hold a password, so it is never a word of the command line. Where it is a branch of the repository, git
    gets the token, by its own variables and for GitHub's address alone, so that none is left on the disk.
    """
    kept = {
        name: value for name, value in os.environ.items() if value and not name.startswith(("SYNC_", "GITHUB_TOKEN"))
    }
    said = {"SENDMODE_STATE": given("state"), "SENDMODE_STATE_KEY": given("state-key")}
    kept |= {variable: word for variable, word in said.items() if word}
    if given("token") and re.match("git([+]|$)", state()):
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        pair = base64.b64encode(f"x-access-token:{given('token')}".encode()).decode()
        say(f"::add-mask::{pair}\n")
        kept |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{server}/.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {pair}",
        }
    return kept


def state() -> str:
    """Return where the state is kept, "" where nothing says so: an input, the environment, or the project file."""
    said = given("state") or os.environ.get("SENDMODE_STATE")
    if said:
        return said
    file = project_file()
    written = (
        re.search(r"^state:[ \t]+[\"']?([^\s\"'#]+)", file.read_text("utf-8"), re.MULTILINE) if file.is_file() else None
    )
    return written[1] if written else ""


def state_file() -> Path | None:
    """Return the file that the state should be; None where it is no file, and sendmode-sync itself looks for it."""
    said = state()
    if "://" in said or re.match("git([+]|$)", said):
        return None
    if given("state") or os.environ.get("SENDMODE_STATE"):
        return Path(said)
    return project_file().parent / (said or Path(".sendmode") / project_file().with_suffix(".db").name)


def project_file() -> Path:
    """Return the project file."""
    return Path(given("directory")) / (given("file") or "sendmode.yaml")


def comment(page: str) -> None:
    """Write the plan into one comment of the pull request, the same one every time.

    Only a comment of the author that the token stands for is taken for it: anybody can write a marker.
    """
    event = os.environ.get("GITHUB_EVENT_PATH")
    number = json.loads(Path(event).read_bytes()).get("pull_request", {}).get("number") if event else None
    if number is None:
        return
    marker = f"<!-- sendmode-sync: {re.sub('[^A-Za-z0-9_./]+', '-', str(project_file()))} -->"
    body = f"{marker}\n{page}"
    if len(body) > LONGEST_COMMENT:
        body = f"{marker}\nThis plan is too long for a comment. It stands in the summary of the run.\n"
    try:
        known = find(int(number), marker)
        if known is None:
            github("POST", f"issues/{int(number)}/comments", {"body": body})
        else:
            github("PATCH", f"issues/comments/{known}", {"body": body})
    except OSError as error:
        said = f"the plan stands in the summary of the run; it could not be written as a comment: {error}"
        annotate("notice", "no comment", f"{said}. On a pull request from a fork, GitHub allows none")


def find(number: int, marker: str) -> int | None:
    """Return the id of the comment that an earlier run wrote."""
    author = given("comment-author") or "github-actions[bot]"
    for page in range(1, MOST_PAGES + 1):
        comments = github("GET", f"issues/{number}/comments?per_page=100&page={page}")
        for each in comments:
            if each["user"]["login"] == author and each["body"].splitlines()[:1] == [marker]:
                return int(each["id"])
        if len(comments) < 100:
            break
    return None


def github(method: str, path: str, content: dict[str, str] | None = None) -> Any:
    """Call GitHub's REST API of this repository; ``OSError`` where it refuses."""
    base = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    request = urllib.request.Request(  # noqa: S310 - the address is the runner's own
        f"{base}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {given('token')}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as reply:  # noqa: S310 - likewise
        return json.load(reply)


def given(name: str) -> str:
    """Return an input of the action, "" where it is not given."""
    return os.environ.get(f"SYNC_{name.upper().replace('-', '_')}", "")


def annotate(level: str, title: str, text: str) -> None:
    """Say something where everybody sees it: on the run, and in its log."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    say(f"::{level} title={title}::{escaped}\n")


def say(text: str) -> None:
    """Write to the log, in the order in which things happen."""
    sys.stdout.write(text)
    sys.stdout.flush()


def output(name: str, word: str) -> None:
    """Set an output of the step."""
    append("GITHUB_OUTPUT", f"{name}={word}\n")


def fenced(text: str) -> str:
    """Return a text as it is, as Markdown."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text.rstrip()}\n{fence}\n"


def append(variable: str, text: str) -> None:
    """Add to a file of the runner, where it has one."""
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    sys.exit(main())
