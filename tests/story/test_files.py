"""What is wrong in the files is said at its place, all at once, and nothing else is done."""

from __future__ import annotations

import os

import pytest
from storyline import MEMBERS, Project, Remote, campaign, lines, people

BAD: dict[str, tuple[str, int, str]] = {
    "unknown key": ("groups: {a: {descripton: x}}\n", 4, "description"),
    "duplicate key": ("groups:\n  a: {}\n  a: {}\n", 6, "a"),
    "tag": ("groups: !!map {a: {}}\n", 4, "tag"),
    "anchor": ("groups: {a: &x {}}\n", 4, "&"),
    "alias": ("groups: {a: *x}\n", 4, "*"),
    "merge key": ("groups:\n  a: {<<: {}}\n", 5, "<<"),
    "second document": ("---\ngroups: {}\n", 4, "document"),
    "undeclared group": ("customers: [{mobilenumber: 087 123 4567, groups: [nobody]}]\n", 4, "nobody"),
    "no group": ("customers: [{mobilenumber: 087 123 4567}]\n", 4, "group"),
    "date": (
        MEMBERS + "customers: [{mobilenumber: 087 123 4567, groups: [members], dateofbirth: 1990-02-01}]\n",
        5,
        "dd/mm/yyyy",
    ),
    "no real date": (
        MEMBERS + "customers: [{mobilenumber: 087 123 4567, groups: [members], dateofbirth: 31/02/1990}]\n",
        5,
        "calendar",
    ),
    "landline": (MEMBERS + "customers: [{mobilenumber: 01 677 1234, groups: [members]}]\n", 5, ""),
    "letters": (MEMBERS + "customers: [{mobilenumber: O871234567, groups: [members]}]\n", 5, ""),
    "excel": (MEMBERS + "customers: [{mobilenumber: 8.71E+08, groups: [members]}]\n", 5, ""),
    "float": (MEMBERS + "customers: [{mobilenumber: 0871234567.0, groups: [members]}]\n", 5, ""),
    "conflict": (
        MEMBERS
        + "customers:\n  - {mobilenumber: 087 123 4567, groups: [members], firstname: A}\n"
        + "  - {mobilenumber: +353871234567, groups: [members], firstname: B}\n",
        7,
        "",
    ),
    "mapping for text": (MEMBERS + "campaigns: {a: {groups: [members], messagetext: {firstname}}}\n", 5, "quote"),
    "comment eats": (
        MEMBERS + "campaigns:\n  a:\n    groups: [members]\n    messagetext: Call us at #1 Gym\n",
        8,
        "quote",
    ),
    "comma splits": (
        MEMBERS + "customers:\n  - {mobilenumber: 087 123 4567, groups: [members], address: 12 Main St, Dublin}\n",
        6,
        "quote",
    ),
    "colon": (MEMBERS + "campaigns:\n  a:\n    messagetext: Sale: now\n", 7, "quote"),
    "lone brace": (MEMBERS + 'campaigns: {a: {groups: [members], messagetext: "a } b"}}\n', 5, "}}"),
    "unknown field": (MEMBERS + 'campaigns: {a: {groups: [members], messagetext: "{name}"}}\n', 5, "name"),
    "long sender": (MEMBERS + "campaigns: {a: {groups: [members], messagetext: x, senderid: TwelveLetter}}\n", 5, "11"),
    "odd sender": (MEMBERS + "campaigns: {a: {groups: [members], messagetext: x, senderid: Асme}}\n", 5, ""),
    "long response": (f'optouts: [{{mobilenumber: 0871234567, optoutresponse: "{"x" * 51}"}}]\n', 4, "50"),
    "gap": (MEMBERS + "campaigns: {a: {groups: [members], messagetext: x, scheduledate: 2027-03-28T01:30}}\n", 5, ""),
    "fold": (MEMBERS + "campaigns: {a: {groups: [members], messagetext: x, scheduledate: 2027-10-31T01:30}}\n", 5, ""),
    "outside": ("include: [../other.yaml]\n", 4, "outside"),
    "home": ("include: [~/other.yaml]\n", 4, ""),
    "missing": ("include: [absent.yaml]\n", 4, "absent.yaml"),
    "xlsx": (MEMBERS + "sources: [{path: members.xlsx, groups: [members]}]\n", 5, "CSV"),
    "password": ("state: postgresql://me:secret@host/db\n", 4, "environment"),
    "tab": ("groups:\n\ta: {}\n", 5, "tab"),
    "control": ('groups: {a: {description: "\\0"}}\n', 4, ""),
    "bidi": (MEMBERS + 'campaigns: {a: {groups: [members], messagetext: "a\u202eb"}}\n', 5, ""),
    "exclude unknown campaign": (MEMBERS + "campaigns: {a: {groups: [nobody], messagetext: x}}\n", 5, "nobody"),
}


def test_everything_wrong_is_said_at_its_place(remote: Remote, project: Project) -> None:
    for name, (body, line, words) in BAD.items():
        project.write(body)
        ran = project.run("validate", key=None)
        assert ran.code == 1, (name, ran.said)
        assert f"sendmode.yaml:{line}:" in ran.said, (name, ran.said)
        assert words.lower() in ran.said.lower(), (name, ran.said)
        assert "Traceback" not in ran.said, name
        assert "this is a bug" not in ran.said, (name, ran.said)
        assert "secret" not in ran.said
    assert remote.calls() == 0


GOOD: dict[str, str] = {
    "empty sections": "groups:\ncustomers:\noptouts:\ncampaigns:\nsources:\ninclude:\n",
    "octal-like": MEMBERS + "customers: [{mobilenumber: 0871234567, groups: [members]}]\n",
    "bare plus": MEMBERS + "customers: [{mobilenumber: +353871234567, groups: [members], surname: Null}]\n",
    "emoji": MEMBERS + 'campaigns: {a: {groups: [members], messagetext: "👩‍👩‍👧 ❤️"}}\n',
    "offset": MEMBERS + "campaigns: {a: {groups: [members], messagetext: x, scheduledate: 2027-10-31T01:30+01:00}}\n",
    "same twice": MEMBERS
    + "customers:\n  - {mobilenumber: 087 123 4567, groups: [members], firstname: A}\n"
    + "  - {mobilenumber: +353871234567, groups: [members], firstname: A}\n",
}


def test_what_is_right_is_valid(project: Project) -> None:
    for name, body in GOOD.items():
        project.write(body)
        ran = project.run("validate", key=None)
        assert ran.code == 0, (name, ran.said)


def test_all_errors_are_shown_at_once(project: Project) -> None:
    project.write(
        lines(
            "groups: {members: {x: 1}}\n",
            "customers: [{mobilenumber: abc, groups: [members]}]\n",
            "campaigns: {a: {groups: [nobody], messagetext: '}'}}\n",
            "include: [absent.yaml]\n",
        )
    )
    said = project.run("validate", key=None).said
    for line in (4, 5, 6, 7):
        assert f"sendmode.yaml:{line}:" in said, said


def test_account_safety_and_state_stand_in_the_project_file_only(project: Project) -> None:
    project.write("include: [more.yaml]\n")
    for key in ("account: {senderid: X}", "safety: {max_credits: 1}", "state: x.db"):
        project.file("more.yaml", f"{key}\n")
        ran = project.run("validate", key=None)
        assert ran.code == 1
        assert ran.said.startswith("more.yaml:1:1: "), ran.said


@pytest.mark.parametrize("kind", ["symlink", "fifo"])
def test_what_is_no_file_is_not_read(project: Project, kind: str) -> None:
    path = project.directory / "more.yaml"
    if kind == "symlink":
        path.symlink_to("/etc/hostname")
    else:
        os.mkfifo(path)
    project.write("include: [more.yaml]\n")
    ran = project.run("validate", key=None, within=10)
    assert ran.code == 1, ran.said


def test_apply_of_broken_files_calls_nobody_and_locks_nothing(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign(), "unknown: 1\n"))
    project.begin()
    before = project.snapshot()
    assert project.apply().code == 1
    assert project.snapshot() == before
    assert remote.calls() == 0


def test_no_project_file(project: Project) -> None:
    for words in (("validate",), ("plan",), ("apply", "--auto-approve"), ("status",)):
        ran = project.run(*words)
        assert ran.code == 1, words
        assert "sendmode.yaml" in ran.err
        assert "init" in ran.err


def test_allow_fictional_is_for_loopback_only(project: Project) -> None:
    project.write(lines(MEMBERS, people(1)), account={"allow_fictional": False})
    assert project.run("validate", key=None).code == 1
    project.write(lines(MEMBERS, people(1)), account={"base_url": "https://rest.sendmode.com/v2"})
    assert project.run("validate", key=None).code == 1
