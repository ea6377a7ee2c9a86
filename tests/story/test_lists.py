"""People who are there already: a spreadsheet that begins a project, and an account that was kept by hand."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.benchmarks import lists as long_lists
from tests.story.storyline import MEMBERS, Project, campaign, lines, number

LIST = (
    "Ref;Mobile;Forename;Family name;Date joined;Group\n"
    f"1;{number(1)};Aoife;Byrne;2015-03;members;\n2;{number(2)};Brendan;;2016-04;vip\n"
).replace("members;\n", "members\n")


def test_a_spreadsheet_begins_a_project(project: Project) -> None:
    project.file("people.csv", LIST)
    ran = project.run("init", "--emulator", "--from", "people.csv", "new", key=None)
    assert ran.code == 0, ran.said
    assert "git keeps what is committed" in ran.err
    assert project.read("new/contacts/people.csv") == LIST
    checked = project.run("-C", "new", "validate", key=None)
    assert checked.code == 0, checked.said
    assert '"Ref", "Date joined"' in checked.said.replace(" and ", ", ")
    plan = project.run("-C", "new", "plan", "--format", "json", key=None).json
    imported = {(each["group"], *each["after"]) for each in plan["changes"] if each["action"] == "import"}
    assert imported == {("members", "firstname", "surname"), ("members", "firstname"), ("vip", "firstname")}


def test_a_spreadsheet_without_numbers_begins_nothing(project: Project) -> None:
    project.file("people.csv", "Name,Notes\nAoife,none\n")
    ran = project.run("init", "--from", "people.csv", "new", key=None)
    assert ran.code == 1
    assert ran.err.startswith('people.csv:1:1: no column of mobile numbers among "Name", "Notes"')
    assert not (project.directory / "new").exists()


def test_a_list_with_errors_still_gets_its_state(project: Project) -> None:
    project.file("people.csv", f"Mobile\n{number(1)}\n087\n{number(2)}\n{number(3)}\n{number(4)}\n")
    assert project.run("init", "--emulator", "--from", "people.csv", "new", key=None).code == 0
    ran = project.run("-C", "new", "plan", key=None)
    assert ran.code == 1
    assert "contacts/people.csv:3:1" in ran.said
    assert (project.directory / "new/.sendmode/sendmode.db").exists()


@pytest.fixture
def grown(project: Project) -> Project:
    customers = [
        {"mobilenumber": number(1), "groups": ["members"], "firstname": "Aoife", "surname": "Byrne"},
        {"mobilenumber": number(2), "groups": ["members"], "firstname": "Brendan"},
        {"mobilenumber": number(3), "groups": ["members", "short"], "firstname": "Ciara", "town": "Naas"},
        {"mobilenumber": number(4), "groups": ["members"]},
    ]
    groups = MEMBERS.replace("{}}", "{}, short: {import: [firstname]}}")
    project.write(lines(groups, f"customers: {json.dumps(customers)}\n"))
    project.begin()
    return project


def left(project: Project) -> set[tuple[str, str]]:
    return {(each["group"], each["mobilenumber"][14:16]) for each in project.plan()["changes"]}


def test_only_what_the_account_holds_just_so_is_adopted(grown: Project) -> None:
    grown.file(
        "export.csv",
        f"Phone,First name,City,Last name\n{number(1)},Aoife,,Byrne\n{number(2)},Brian,,\n"
        f"00{number(3)[1:]},Ciara,,\n{number(9)},Nobody,,\n,,,\n12,,,\n",
    )
    ran = grown.run("adopt", "--from", "export.csv", "--auto-approve", key=None)
    assert ran.code == 0, ran.said
    assert ran.out == "2 imports recorded as applied\n"
    assert "01 p-" in ran.err.split("left to the next apply")[0]
    rest = ran.err.split("left to the next apply")[1]
    assert "3 imports that the export does not have as written" in rest
    assert [line.split("  ")[-1] for line in rest.splitlines() if " . " in line] == [
        "other firstname", "other town", "not in the export",
    ]  # fmt: skip
    assert left(grown) == {("members", "02"), ("members", "03"), ("members", "04")}


def test_an_export_with_groups_is_compared_by_group(grown: Project) -> None:
    grown.file(
        "export.csv", f"Mobile,First name,Town,Groups\n{number(3)},Ciara,Naas,other\n{number(3)},Ciara,Naas,short; x\n"
    )
    ran = grown.run("adopt", "--from", "export.csv", "--auto-approve", key=None)
    assert ran.out == "1 import recorded as applied\n"
    assert "other groups" in ran.err
    assert ("short", "03") not in left(grown)


def test_what_an_export_does_not_tell_is_not_compared_and_said(grown: Project) -> None:
    grown.file("export.csv", f"Mobile,Name\n{number(1)},Aoife Byrne\n")
    ran = grown.run("adopt", "--from", "export.csv", "--auto-approve", key=None)
    assert ran.out == "1 import recorded as applied\n"
    assert "the export has no column for firstname, surname: taken to be as written" in ran.err


def test_without_an_export_everything_is_adopted(grown: Project) -> None:
    assert grown.run("adopt", "--auto-approve", key=None).out == "5 imports recorded as applied\n"
    assert left(grown) == set()


def test_whoever_asks_is_told_everything_that_is_kept(grown: Project) -> None:
    grown.file("sendmode.yaml", grown.read() + campaign("hello", "Hi {firstname|there}"))
    assert grown.apply().code == 0
    assert grown.run("optouts", "add", number(3), key=None).code == 0
    ran = grown.run("export", "--number", number(3), "--format", "json", "--show-personal", key=None)
    told = ran.json
    assert told["mobilenumber"] == number(3)
    assert {each["group"]: each["fields"] for each in told["imports"]} == {
        "members": {"firstname": "Ciara", "town": "Naas"}, "short": {"firstname": "Ciara"},
    }  # fmt: skip
    assert told["optout"]["source"] == "command"
    assert [(each["campaign"], each["status"], each["messagetext"]) for each in told["sent"]] == [
        ("hello", "accepted", "Hi Ciara")
    ]
    assert sorted(each["kind"] for each in told["calls"]) == ["import", "import", "send"]
    hidden = grown.run("export", "--number", number(3), "--format", "json", key=None)
    assert "Ciara" not in hidden.said
    assert number(3) not in hidden.said
    assert hidden.json["imports"][0]["fields"] == {"firstname": "(hidden)", "town": "(hidden)"}
    assert "--format json has all" in grown.run("export", "--number", number(3), key=None).err


def test_a_run_remembers_commit_and_digest(grown: Project) -> None:
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(grown.directory))
    for words in (("init", "-q"), ("add", "sendmode.yaml"), ("commit", "-qm", "Begin")):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    digest = grown.plan()["plan_digest"]
    run = grown.applied()["run"]
    shown = grown.run("history", run, key=None).out
    assert f"commit {commit}\n" in shown
    assert f"plan digest: {digest}\n" in shown
    assert "calls credits 1 done; import 5 done\n" in shown
    assert " after " in shown
    assert grown.run("history", run, "--format", "json", key=None).json["run"]["commit"] == commit


@pytest.fixture
def one_core() -> Iterator[None]:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.mark.parametrize("kind", ["csv", "yaml", "dumped"])
def test_a_long_list_is_read_alike_on_two_cores_and_on_one(
    project: Project, request: pytest.FixtureRequest, kind: str
) -> None:
    long_lists.write(kind, 8000, project.directory, campaign=True)
    written = project.directory / "sendmode.yaml"
    # So long that the rules about the texts, too, are asked by the other core.
    long = written.read_text(encoding="utf-8").replace("Hi {firstname}", f"{'Welcome. ' * 25}Hi {{firstname}}")
    written.write_text(long, encoding="utf-8")
    project.begin()
    by_two = project.plan()
    request.getfixturevalue("one_core")
    by_one = project.plan()
    assert len(by_two["changes"]) == 2 * 8000  # an import and a text of their own for each
    same = ("plan_digest", "config_digest", "credits", "summary", "changes", "notices")
    assert [by_two[name] for name in same] == [by_one[name] for name in same]
