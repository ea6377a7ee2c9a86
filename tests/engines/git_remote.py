"""A bare repository as the git remote of a state, with hooks that do harm for as long as a file says so."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

BRANCH = "state"

# ``reject``: nothing is taken. ``delay``: everything is, late. ``drop``: it is taken, and the answer is lost.
_BEFORE = """#!/bin/sh
case "$(cat "$GIT_DIR/harm" 2>/dev/null)" in
reject) echo "not today" >&2; exit 1 ;;
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

    def remove(self) -> None:
        """Let it be gone."""
        shutil.rmtree(self.path)
