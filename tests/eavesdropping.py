"""What no command may ever say, whatever is tested: every answer that a test captures is listened to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

KEY = "EMULATOREMULATOR1234"
NUMBER = re.compile(
    r"(?:\+44|\b0|\b44)[ ()./-]*7[ ()./-]*7[ ()./-]*0[ ()./-]*0[ ()./-]*9[ ()./-]*0[ ()./-]*0[ ()./-]*\d"
)
"""One of Ofcom's numbers for drama, however it is spelled: no test knows any other number."""


OF_NOBODY = ("emulator", "schema")
"""Commands that say the emulator's key, or which numbers belong to nobody."""


def listen(words: Sequence[str], said: str) -> None:
    """Fail where an answer holds the key; or somebody's number, unless that was asked for."""
    if not {*OF_NOBODY, "--help"} & {*words}:
        assert KEY not in said, words
        found = None if "--show-personal" in words else NUMBER.search(said)
        assert found is None, (words, found)


def search(directory: Path) -> None:
    """Fail where a file that a test left behind holds the key."""
    for path in directory.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
