"""The beginning of a project: by flags, and by questions at a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.screen import screen

WORKFLOW = ".github/workflows/sendmode.yml"


def account(directory: str) -> dict[str, str]:
    """Return what was written of the three facts that are asked for."""
    text = Path(directory, "sendmode.yaml").read_text("utf-8")
    return dict(re.findall(r"^  (region|timezone|senderid): (.*?) *(?:#.*)?$", text, re.MULTILINE))


def test_flags_say_what_is_written(desk: Desk) -> None:
    ran = desk(
        "init", "gym", "--region", "GB", "--timezone", "Europe/London", "--senderid", "Acme Gym", "--no-workflow"
    )
    assert ran.code == 0
    assert account("gym") == {
        "region": "GB",
        "timezone": "Europe/London",
        "senderid": "Acme Gym",
    }
    assert not Path("gym", WORKFLOW).exists()
    assert desk("-C", "gym", "validate").code == 0


@pytest.mark.parametrize(
    ("flag", "wrong", "said"),
    [
        ("--region", "UK", '"UK" is no country with telephone numbers'),
        ("--region", "Ireland", "must be a country code of two capitals"),
        ("--timezone", "Europe/Atlantis", '"Europe/Atlantis" is no time zone that this machine knows'),
        ("--senderid", "Newry Strength", '"Newry Strength" is no sender ID; use at most 11'),
    ],
)
def test_a_wrong_flag_is_wrong_usage_and_nothing_is_written(
    desk: Desk, tmp_path: Path, flag: str, wrong: str, said: str
) -> None:
    ran = desk("init", flag, wrong)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_zone_is_never_guessed(desk: Desk, tmp_path: Path) -> None:
    ran = desk("init", "--region", "DE")
    assert ran.code == 64
    assert "say --timezone too" in ran.err
    assert list(tmp_path.iterdir()) == []
    assert desk("init", "gym", "--region", "GB").code == 0
    assert account("gym")["timezone"] == "Europe/London"
    assert desk("init", "haus", "--region", "DE", "--timezone", "Europe/Berlin").code == 0
    assert account("haus")["timezone"] == "Europe/Berlin"
    with screen("init", "asked", "--region", "DE", "--senderid", "Acme", "--no-workflow", environment={}) as shown:
        shown.wait_for("Time zone: ")
        shown.type("Europe/Berlin\n")
        assert shown.ended() == 0
    assert account("asked")["timezone"] == "Europe/Berlin"


def test_a_workflow_that_is_there_is_left_alone(desk: Desk) -> None:
    Path(WORKFLOW).parent.mkdir(parents=True)
    Path(WORKFLOW).write_text("mine", encoding="utf-8")
    refused = desk("init")
    assert refused.code == 1
    assert f"{WORKFLOW} is there already; say --no-workflow; nothing was written" in refused.err
    assert not Path("sendmode.yaml").exists()
    assert desk("init", "--no-workflow").code == 0
    assert Path(WORKFLOW).read_text("utf-8") == "mine"


def test_within_a_repository_it_says_where_github_looks_for_workflows(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = desk("init", "texts/gym")
    assert f"move .github to {tmp_path}," in inner.err
    assert 'add "directory: texts/gym" to each use of the action' in inner.err
    assert "GitHub" not in desk("init").err
    assert "GitHub" not in desk("init", "other", "--no-workflow").err


def test_a_person_is_asked_until_the_answers_can_stand(desk: Desk) -> None:
    with screen("init", "gym", environment={}) as shown:
        shown.wait_for("Country of numbers that are written without + [IE]: ")
        shown.type("UK\n")
        shown.wait_for('"UK" is no country with telephone numbers')
        shown.wait_for("[IE]: ")
        shown.type("GB\n")
        shown.wait_for("Time zone [Europe/London]: ")
        shown.type("\n")
        shown.wait_for("Who the texts are from [Repliable]: ")
        shown.type("Acme Gym\n")
        shown.wait_for("applies on merge [Y/n]: ")
        shown.type("n\n")
        assert shown.ended() == 0
    assert account("gym") == {
        "region": "GB",
        "timezone": "Europe/London",
        "senderid": "Acme Gym",
    }
    assert not Path("gym", WORKFLOW).exists()


def test_what_a_flag_says_is_not_asked(desk: Desk) -> None:
    with screen("init", "--region", "IE", "--senderid", "Acme", "--workflow", environment={}) as shown:
        shown.wait_for("Time zone [Europe/Dublin]: ")
        shown.type("\n")
        assert shown.ended() == 0
    assert "Country" not in shown.shown
    assert Path(WORKFLOW).exists()


def test_the_emulator_leaves_nothing_to_ask(desk: Desk) -> None:
    with screen("init", "--emulator", environment={}) as shown:
        assert shown.ended() == 0
    assert "[" not in shown.shown.partition("next:")[0]


@pytest.mark.parametrize("answer", ["\x03", "\x04"], ids=["ctrl-c", "end-of-file"])
def test_to_break_off_writes_nothing(desk: Desk, tmp_path: Path, answer: str) -> None:
    with screen("init", environment={}) as shown:
        shown.wait_for("[IE]: ")
        shown.settle()
        shown.type(answer)
        assert shown.ended() in {1, 3}
    assert list(tmp_path.iterdir()) == []
