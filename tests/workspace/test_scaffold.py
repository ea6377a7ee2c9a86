from __future__ import annotations

import json
from pathlib import Path

import pytest

from sendmode_sync.errors import RefusedError
from sendmode_sync.workspace.project import load
from sendmode_sync.workspace.scaffold import Beginning, new_project
from sendmode_sync.workspace.schemas import schema


@pytest.mark.parametrize("emulator", [False, True])
def test_a_new_project_is_sound(tmp_path: Path, emulator: bool) -> None:
    written = new_project(tmp_path / "new" / "project", Beginning(region="GB" if emulator else "IE", emulator=emulator))
    project = tmp_path / "new" / "project"
    assert {path.relative_to(project).as_posix() for path in written} == {
        path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()
    }
    loaded = load(written[0], cwd=project)
    assert loaded.problems == ()
    assert loaded.desired is not None
    assert (project / ".gitignore").read_text(encoding="utf-8") == ".sendmode/\n"
    assert json.loads((project / "schemas/project.schema.json").read_text(encoding="utf-8")) == json.loads(
        schema("project")
    )
    first = written[0].read_text(encoding="utf-8").split("\n")[0]
    assert first == "# yaml-language-server: $schema=./schemas/project.schema.json"


def test_without_the_emulator_it_texts_nobody(tmp_path: Path) -> None:
    desired = load(new_project(tmp_path, Beginning(emulator=False))[0]).desired
    assert desired is not None
    assert not desired.customers
    assert all(campaign.draft for campaign in desired.campaigns.values())
    assert desired.settings.account.base_url == "https://rest.sendmode.com/v2"


def test_the_person_in_the_comment_is_there_once_the_mark_is_taken_away(tmp_path: Path) -> None:
    project_file = new_project(tmp_path, Beginning(emulator=False))[0]
    customers = tmp_path / "customers.yaml"
    customers.write_text(customers.read_text(encoding="utf-8").replace("\n#  - ", "\n  - "), encoding="utf-8")
    loaded = load(project_file, cwd=tmp_path)
    assert loaded.problems == ()
    assert loaded.desired is not None
    assert len(loaded.desired.customers) == 1


def test_with_the_emulator_there_is_everything_to_do_at_any_hour(tmp_path: Path) -> None:
    desired = load(new_project(tmp_path, Beginning(region="GB", emulator=True))[0]).desired
    assert desired is not None
    assert desired.settings.account.base_url == "http://127.0.0.1:8025/v2"
    assert all(number.startswith("+447700900") for number in (*desired.customers, *desired.optouts))
    (campaign,) = desired.campaigns.values()
    assert (campaign.draft, campaign.quiet_hours, campaign.scheduledate, campaign.problems) == (False, None, None, ())
    members = {number for number, person in desired.customers.items() if "members" in person.groups}
    assert set(desired.optouts) < members
    assert {None} < {desired.groups[name].fields for name in desired.groups}


@pytest.mark.parametrize("name", ["sendmode.yaml", "campaigns/welcome.yaml"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError, match=f"{name} is there already"):
        new_project(tmp_path, Beginning(region="GB", emulator=True))
    assert [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("*.pyc", "*.pyc\n.sendmode/\n"), ("*.pyc\n", "*.pyc\n.sendmode/\n"), (".sendmode/\n*.pyc", ".sendmode/\n*.pyc")],
)
def test_gitignore_gets_a_line(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / ".gitignore").write_text(before, encoding="utf-8")
    new_project(tmp_path, Beginning(emulator=False))
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == after
