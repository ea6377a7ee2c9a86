"""Places, problems, exit codes and the exception tree; nothing here knows how an error came about.

A refusal that is expected is a value (``Problem``, a verdict, a held campaign); an exception of this
tree means that the run stops, and it carries its own exit code and remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Literal, NamedTuple


class Exit(IntEnum):
    """Exit codes of every command, as the README's table lists them."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    INCOMPLETE = 3
    PERSON = 4
    USAGE = 64


_GRAVITY = (Exit.USAGE, Exit.PERSON, Exit.ERROR, Exit.INCOMPLETE, Exit.CHANGES, Exit.OK)


def gravest(codes: Iterable[Exit]) -> Exit:
    """Return the code that wins when several hold: 64, 4, 1, 3, 2, 0; ``OK`` for none."""
    return min(codes, key=_GRAVITY.index, default=Exit.OK)


class Place(NamedTuple):
    """A position in a file of the project: path relative to the working directory, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Write the place the way editors and CI annotations read it."""
        return f"{self.path}:{self.line}:{self.column}"


Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, or worth knowing, at a place of the project's files.

    ``code`` is stable and made of words (``unknown-key``). ``message`` says what is wrong and what would
    be right, in lower case, and holds no unmasked personal data. ``campaign`` names the one campaign that an
    error blocks; without it an error stops everything. ``place`` is None where no file is meant.
    """

    code: str
    message: str
    place: Place | None = None
    level: Level = "error"
    campaign: str | None = None

    def __str__(self) -> str:
        """Place first, then the message."""
        return f"{self.place}: {self.message}" if self.place else self.message


class SyncError(Exception):
    """Base of every error that the command line turns into a message and an exit code.

    ``message`` says what is wrong; ``remedy`` says what to type or change next. Both are shown to people,
    so neither holds a key or an unmasked number.
    """

    exit_code: ClassVar[Exit] = Exit.ERROR

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        """Keep the two sentences apart, so that they can be laid out."""
        super().__init__(message if remedy is None else f"{message}; {remedy}")
        self.message = message
        self.remedy = remedy


class UsageError(SyncError):
    """The command line itself is wrong."""

    exit_code = Exit.USAGE


class ProjectError(SyncError):
    """The project's files have problems that stop everything; carries all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep every problem: all are shown at once."""
        self.problems = tuple(problems)
        super().__init__(
            "1 problem in the project's files"
            if len(self.problems) == 1
            else f"{len(self.problems):,} problems in the project's files"
        )


class StateError(SyncError):
    """The state cannot be used: missing, foreign, damaged, newer, read-only or an older copy."""


class StateMissingError(StateError):
    """There is no state where one is expected."""


class MovedError(StateError):
    """The state lives elsewhere now, at ``target``."""

    def __init__(self, message: str, target: str, *, remedy: str | None = None) -> None:
        """Keep the place that the state went to."""
        super().__init__(message, remedy=remedy)
        self.target = target


class LockedError(StateError):
    """Another run holds the state's lock."""


class FencedError(StateError):
    """This run's lease was taken over: it must not start another call."""


class StaleError(SyncError):
    """A saved plan may not be applied: something changed since, or it was used or altered."""


class RefusedError(SyncError):
    """A command may not do what was asked of it: a missing key, a limit, a foreign account."""


class InterruptedRunError(SyncError):
    """The run stopped early and is safe to run again."""

    exit_code = Exit.INCOMPLETE
