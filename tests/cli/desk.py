"""A desk to type commands at, and what one of them came to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sendmode_sync.cli.main import run
from tests.eavesdropping import listen

KEY = "EMULATOREMULATOR1234"


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    """Runs commands in this process, in the working directory; ``key`` is in the environment of each."""

    key: str | None = None

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        if self.key is None:
            self._monkeypatch.delenv("SENDMODE_API_KEY", raising=False)
        else:
            self._monkeypatch.setenv("SENDMODE_API_KEY", self.key)
        code = run(words)
        ran = Ran(code, *self._capsys.readouterr())
        listen(words, ran.out + ran.err)
        return ran

    @staticmethod
    def edit(name: str, old: str, new: str) -> None:
        text = Path(name).read_text(encoding="utf-8")
        assert old in text
        Path(name).write_text(text.replace(old, new), encoding="utf-8")
