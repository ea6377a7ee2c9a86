"""The git program, started for the store in this one place: without prompts, with time-outs, and never heard with a password.

Nothing is taken from git's library or its files. Credentials are git's own: what the user's configuration says, and what
the repository of the project says on top, passed by environment so that it stands in no file and in no argument.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.errors import StateError

HERE_SECONDS = 60.0
"""How long a command on this machine's disk may take."""

REMOTE_SECONDS = 90.0
"""How long a remote may take to answer a push or a fetch."""

_OURS_ALONE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE")
_KEPT_OUT = "SENDMODE_"  # the API key and the state's own key are nothing that git needs to know
_USER = re.compile(r"(?<=://)[^/@\s]+@")
_BORROWED = re.compile(r"(http|credential|url)\.|core\.(sshcommand|askpass|gitproxy)$|ssh\.variant$")
_LONGEST_SAID = 300


class Answer(NamedTuple):
    """What a command said: its exit code, what it wrote, and its complaint in one line without user names or passwords."""

    code: int
    written: bytes
    said: str


class Git:
    """Starts git in one directory; ``settings`` are configuration of the project's repository that is borrowed."""

    def __init__(self, directory: Path, settings: Sequence[tuple[str, str]] = (), *, home: str | None = None) -> None:
        """Start nothing yet. With ``home`` the user's own configuration and passwords are left out."""
        self._directory = directory
        self._environment = _environment(settings)
        if home is not None:
            self._environment |= {"HOME": home, "XDG_CONFIG_HOME": home, "GIT_ASKPASS": "", "SSH_ASKPASS": ""}

    def ask(self, *words: str, given: bytes = b"", seconds: float = HERE_SECONDS) -> Answer:
        """Run one command to its end; ``StateError`` where there is no git, or no end within so many seconds."""
        try:
            process = subprocess.Popen(  # noqa: S603 - a list of words, no shell
                ["git", "-C", str(self._directory), *words],  # noqa: S607 - whichever git there is
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,  # a signal to this program lets a push come to its end
            )
        except OSError as error:
            raise StateError(f"git cannot be started: {error.strerror}", remedy="install git") from error
        with process:
            try:
                written, said = process.communicate(given, timeout=seconds)
            except BaseException as error:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise StateError(f"git {words[0]} had no answer within {seconds:.0f} s") from error
                raise
        return Answer(process.returncode, written, shown(said.decode(errors="replace")))

    def do(self, *words: str, given: bytes = b"", seconds: float = HERE_SECONDS) -> bytes:
        """Run a command that must succeed and return what it wrote; ``StateError`` with its complaint otherwise."""
        answer = self.ask(*words, given=given, seconds=seconds)
        if answer.code:
            raise StateError(f"git {words[0]} failed: {answer.said}")
        return answer.written


def shown(said: str) -> str:
    """Return a complaint of git in one line, without what stands before the host of a URL."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("hint:", "To ", "From "))]
    return _USER.sub("", " ".join(telling or lines))[:_LONGEST_SAID]


def borrowed(repository: Path) -> tuple[tuple[str, str], ...]:
    """Return the configuration that a repository alone holds and that reaching its remotes may need."""
    answer = Git(repository).ask("config", "--null", "--show-scope", "--includes", "--list")
    words = answer.written.decode(errors="replace").split("\0")
    pairs = (entry.partition("\n") for scope, entry in zip(words[::2], words[1::2], strict=False) if _of_it(scope))
    return tuple((key, value) for key, _, value in pairs if _BORROWED.match(key))


def _of_it(scope: str) -> bool:
    return scope in {"local", "worktree"}


def _environment(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in _OURS_ALONE and not name.startswith(_KEPT_OUT)
    }
    kept |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    count = int(kept.get("GIT_CONFIG_COUNT", "0") or 0)
    for at, (key, value) in enumerate(settings, start=count):
        kept |= {f"GIT_CONFIG_KEY_{at}": key, f"GIT_CONFIG_VALUE_{at}": value}
    return kept | {"GIT_CONFIG_COUNT": str(count + len(settings))}
