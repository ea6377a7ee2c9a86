"""Recorded conversations with the project's own emulator, played back byte for byte (see ``cassettes/record.py``)."""

from __future__ import annotations

import asyncio
import re
import runpy
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import vcr.errors

FOLDER = Path(__file__).parents[1] / "cassettes"
TAPES = sorted(FOLDER.glob("*.yaml"))
RECORD = runpy.run_path(str(FOLDER / "record.py"))
EPISODES = RECORD["EPISODES"]
DRAMA = re.compile(r"4477009000\d\d")
"""Ofcom's numbers for drama, which belong to nobody."""


@pytest.mark.parametrize("episode", EPISODES, ids=lambda episode: episode.name)
def test_an_episode_is_played_as_it_was_recorded(episode: Any) -> None:
    with RECORD["cassettes"]("none").use_cassette(episode.name) as cassette:
        assert asyncio.run(RECORD["play"](episode)) == episode.answer
    assert cassette.play_count == 1
    assert cassette.all_played


def test_another_byte_is_another_request() -> None:
    episode = next(each for each in EPISODES if each.name == "send-form")
    other = episode._replace(account=RECORD["JSON"])
    with (
        RECORD["cassettes"]("none").use_cassette(episode.name),
        pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException),
    ):
        asyncio.run(RECORD["play"](other))


def test_every_cassette_belongs_to_an_episode() -> None:
    assert {tape.stem for tape in TAPES} == {episode.name for episode in EPISODES}


@pytest.mark.parametrize("tape", TAPES, ids=lambda tape: tape.stem)
def test_a_cassette_says_where_it_is_from_and_holds_no_key_and_no_real_number(tape: Path) -> None:
    text = unquote(tape.read_text(encoding="utf-8"))
    assert text.startswith(RECORD["NOTE"])
    assert "authorization" not in text.lower()
    assert RECORD["KEY"] not in text
    assert RECORD["WRONG_KEY"] not in text
    numbers = re.findall(r"\d{8,}", re.sub(r"emulated-\d+", "", text))
    assert numbers or "recipients" not in text
    assert not [number for number in numbers if not DRAMA.fullmatch(number)]
