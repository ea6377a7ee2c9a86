"""A bare repository as the git remote of a state, with hooks that do harm for as long as a file says so."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

BRANCH = "state"

# ``reject``: nothing is taken. ``once``: the next push is not, the one after it is. ``delay``: everything is, late. ``drop``: it is taken, and the answer is lost.
_BEFORE = """#!/bin/sh
case "$(cat "$GIT_DIR/harm" 2>/dev/null)" in
reject) echo "not today" >&2; exit 1 ;;
once) rm "$GIT_DIR/harm"; exit 1 ;;
delay) sleep 0.4 ;;
esac
"""
_AFTER = """#!/bin/sh
case "$(cat "$GIT_DIR/harm" 2>/dev/null)" in
drop) kill -9 "$PPID" ;;
esac
"""


class Remote:
    """One bare repository on this machine's disk."""

    def __init__(self, path: Path, branch: str = BRANCH) -> None:
        subprocess.run(["git", "init", "--quiet", "--bare", "--template=", path], check=True)
        with (path / "config").open("a", encoding="utf-8") as config:
            config.write("[core]\n\tfsync = none\n[receive]\n\tautogc = false\n")
        hooks = path / "hooks"
        hooks.mkdir()
        for name, script in (("pre-receive", _BEFORE), ("post-receive", _AFTER)):
            (hooks / name).write_text(script, encoding="utf-8")
            (hooks / name).chmod(0o755)
        self.path = path
        self.branch = branch
        self.stirred = 0

    @property
    def state(self) -> str:
        """What SENDMODE_STATE says of it."""
        return f"git+{self.path}#{self.branch}"

    def harm(self, kind: str | None) -> None:
        """Do one kind of harm from now on, or none."""
        file = self.path / "harm"
        if kind is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(kind, encoding="ascii")

    def head(self) -> str | None:
        """Return the commit at which the branch is."""
        file = self.path / "refs" / "heads" / self.branch
        return file.read_text(encoding="ascii").strip() if file.exists() else None

    def commits(self) -> int:
        """Return how many commits the branch has behind it, its own included."""
        counted = subprocess.run(
            ["git", "-C", self.path, "rev-list", "--count", self.branch], check=True, capture_output=True, text=True
        )
        return int(counted.stdout)

    def show(self, path: str) -> str:
        """Return a file of the branch."""
        return subprocess.run(
            ["git", "-C", self.path, "show", f"{self.branch}:{path}"], check=True, capture_output=True, text=True
        ).stdout

    def stir(self) -> None:
        """Move the branch to another commit with the same files, as somebody does who changes nothing that matters."""
        who = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost")
        self.stirred += 1
        made = subprocess.run(
            ["git", "-C", self.path, *who, "commit-tree", f"{self.branch}^{{tree}}", "-m", f"stirred {self.stirred}"],
            check=True,
            capture_output=True,
            text=True,
        )
        (self.path / "refs" / "heads" / self.branch).write_text(made.stdout, encoding="ascii")

    def lose(self, path: str) -> None:
        """Let a file of the branch be damaged: it is named, and its content is gone."""
        found = subprocess.run(
            ["git", "-C", self.path, "rev-parse", f"{self.branch}:{path}"], check=True, capture_output=True, text=True
        )
        name = found.stdout.strip()
        (self.path / "objects" / name[:2] / name[2:]).unlink()

    def files(self, below: str) -> list[str]:
        """Return the paths of the branch below one."""
        listed = subprocess.run(
            ["git", "-C", self.path, "ls-tree", "-r", "--name-only", self.branch, below],
            check=True,
            capture_output=True,
            text=True,
        )
        return listed.stdout.splitlines()

    def remove(self) -> None:
        """Let it be gone."""
        shutil.rmtree(self.path)
