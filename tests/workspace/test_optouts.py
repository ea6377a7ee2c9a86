from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.settings import Settings
from sendmode_sync.workspace.optouts import add_optouts, remove_optout
from sendmode_sync.workspace.project import load

Write = Callable[..., Path]

ONE, TWO = OptOut("+353870000001"), OptOut("+353870000002", "STOP")
LINE = '{mobilenumber: "+353870000001"}'


def test_it_goes_where_the_list_is(write: Write) -> None:
    project = write(
        "version: 1\ninclude: [out.yaml]\n",
        **{"out.yaml": "# who\noptouts:   # all\n  - {mobilenumber: 087 000 0003}\n"},
    )
    assert add_optouts(project, [ONE, TWO, ONE]) == project.parent / "out.yaml"
    assert (project.parent / "out.yaml").read_text(encoding="utf-8") == (
        f"# who\noptouts:   # all\n  - {{mobilenumber: 087 000 0003}}\n  - {LINE}\n"
        '  - {mobilenumber: "+353870000002", optoutresponse: "STOP"}\n'
    )
    desired = load(project).desired
    assert desired is not None
    assert list(desired.optouts) == ["+353870000003", "+353870000001", "+353870000002"]


def test_what_is_written_is_not_written_again(write: Write) -> None:
    project = write("version: 1\noptouts: [{mobilenumber: 087 000 0001}]\n")
    before = project.read_bytes()
    assert add_optouts(project, [ONE]) == project
    assert project.read_bytes() == before


def test_an_included_file_that_is_not_there_begins_the_list(write: Write) -> None:
    project = write("version: 1\ninclude: ['opt*.yaml']\n")
    assert add_optouts(project, [ONE]) == project.parent / "optouts.yaml"
    assert (project.parent / "optouts.yaml").read_text(encoding="utf-8") == f"optouts:\n  - {LINE}\n"
    assert add_optouts(project, [TWO]) == project.parent / "optouts.yaml"


@pytest.mark.parametrize("include", ["", "include: [optouts.yaml]\n"])
def test_else_the_project_file_does(write: Write, include: str) -> None:
    project = write(f"version: 1\n{include}", **({"optouts.yaml": "groups: {}\n"} if include else {}))
    assert add_optouts(project, [ONE]) == project
    assert project.read_text(encoding="utf-8") == f"version: 1\n{include}optouts:\n  - {LINE}\n"


def test_windows_files_stay_windows_files(write: Write) -> None:
    project = write()
    project.write_bytes(b"\xef\xbb\xbfversion: 1\r\noptouts: # \xc3\xa9\r\n")
    add_optouts(project, [ONE])
    assert project.read_bytes() == b"\xef\xbb\xbfversion: 1\r\noptouts: # \xc3\xa9\r\n  - " + LINE.encode() + b"\r\n"


def test_the_region_reads_what_is_there(write: Write) -> None:
    project = write("version: 1\naccount: {region: GB}\noptouts: [{mobilenumber: 07911 123456}]\n")
    before = project.read_bytes()
    add_optouts(project, [OptOut("+447911123456")])
    assert project.read_bytes() == before


def test_removing_takes_out_every_spelling(write: Write) -> None:
    project = write(
        "version: 1\ninclude: [a.yaml, b.yaml]\noptouts:\n  - {mobilenumber: 087 000 0001}  # me\n  - {mobilenumber: x}\n",
        **{"a.yaml": "optouts: [{mobilenumber: 0870000001}, {mobilenumber: 0870000002}]\n", "b.yaml": "optouts: []\n"},
    )
    changed = remove_optout(project, "+353870000001", Settings())
    assert changed == (project, project.parent / "a.yaml")
    assert project.read_text(encoding="utf-8").endswith("optouts:\n  - {mobilenumber: x}\n")
    assert (project.parent / "a.yaml").read_text(encoding="utf-8") == "optouts: [{mobilenumber: 0870000002}]\n"
    assert remove_optout(project, "+353870000001", Settings()) == ()


@pytest.mark.parametrize("text", ["{version: 1}\n", "version: 1\noptouts: x\n"])
def test_what_cannot_be_edited_safely_stays(write: Write, text: str) -> None:
    project = write(text)
    with pytest.raises(RefusedError, match="by hand") as refused:
        add_optouts(project, [ONE])
    assert "0000001" not in str(refused.value)
    assert project.read_text(encoding="utf-8") == text


def test_a_list_that_cannot_be_read_is_refused(write: Write) -> None:
    project = write("version: 1\ninclude: [optouts.yaml]\n")
    (project.parent / "optouts.yaml").mkdir()
    with pytest.raises(RefusedError, match="no regular file"):
        add_optouts(project, [ONE])
    project.write_bytes(b"\xff")
    with pytest.raises(RefusedError, match="cannot be read"):
        add_optouts(project, [ONE])
