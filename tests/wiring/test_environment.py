"""What the environment says, and what wins over it."""

from __future__ import annotations

import getpass
import os
import uuid
from pathlib import Path

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.wiring import environment


@pytest.mark.parametrize(
    ("directory", "file", "found"),
    [
        (None, None, "sendmode.yaml"),
        (None, "other.yaml", "other.yaml"),
        (Path("there"), None, "there/sendmode.yaml"),
        (Path("there"), "other.yaml", "there/other.yaml"),
        (Path("there"), "/abs/other.yaml", "/abs/other.yaml"),
    ],
)
def test_the_project_file(directory: Path | None, file: str | None, found: str) -> None:
    Path("there").mkdir()
    assert environment.where(directory, file, None) == environment.Where(Path(found), None)


def test_a_directory_that_is_not_there_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match='no directory "nowhere"'):
        environment.where(Path("nowhere"), None, None)


@pytest.mark.parametrize(
    ("flag", "variable", "found"),
    [(None, None, None), (None, "", None), (None, "env.db", "env.db"), ("flag.db", "env.db", "flag.db")],
)
def test_where_the_state_is(
    flag: str | None, variable: str | None, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable is not None:
        monkeypatch.setenv("SENDMODE_STATE", variable)
    assert environment.where(None, None, flag).state == found


@pytest.mark.parametrize("said", ["postgresql://me:SECRET@host/db", "postgresql://host/db?password=SECRET"])
def test_a_password_stands_in_the_environment_alone(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="SENDMODE_STATE") as raised:
        environment.where(None, None, said)
    assert "SECRET" not in str(raised.value)
    monkeypatch.setenv("SENDMODE_STATE", said)
    assert environment.where(None, None, None).state == said


@pytest.mark.parametrize(("value", "yes"), [("true", True), ("1", True), ("", False), ("False", False), ("0", False)])
def test_ci_is_anything_but_a_no(value: str, *, yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", value)
    assert environment.in_ci() is yes


def test_the_key_leaves_the_environment_once_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", " EMULATOREMULATOR1234\n")
    assert environment.take_key("MY_KEY") == "EMULATOREMULATOR1234"
    assert "MY_KEY" not in os.environ
    assert environment.take_key("MY_KEY") is None


def test_hosts_are_separated_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.allowed_hosts() == frozenset()
    monkeypatch.setenv("SENDMODE_ALLOW_HOST", "a.example, b.example c.example")
    assert environment.allowed_hosts() == {"a.example", "b.example", "c.example"}


@pytest.mark.parametrize(("no_color", "refused", "wanted"), [("", False, True), ("1", False, False), ("", True, False)])
def test_colour(no_color: str, *, refused: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    assert environment.colour_wanted(refused=refused) is wanted


def test_who_runs_this(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "aoife")
    assert environment.user() == "aoife"
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")
    assert environment.user() == "octocat"


def test_nobody_in_particular(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert environment.user() == "unknown"


def test_ids_are_fresh() -> None:
    assert uuid.UUID(environment.new_id()) != uuid.UUID(environment.new_id())
    assert environment.host()


def test_paths_are_shown_as_the_user_knows_them(tmp_path: Path) -> None:
    assert environment.shown(tmp_path / "there/optouts.yaml") == Path("there/optouts.yaml")
    assert environment.shown(tmp_path.parent / "optouts.yaml") == Path("../optouts.yaml")
