"""What is wrong in the files is said at its place, all at once, and nothing else is done."""

from __future__ import annotations

import os

import pytest

from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, people

SYNTAX: dict[str, tuple[str, int, str]] = {
    "duplicate key": ("groups:\n  a: {}\n  a: {}\n", 6, "a"),
    "tag": ("groups: !!map {a: {}}\n", 4, "tag"),
    "anchor": ("groups: {a: &x {}}\n", 4, "&"),
    "alias": ("groups: {a: *x}\n", 4, "*"),
    "merge key": ("groups:\n  a: {<<: {}}\n", 5, "<<"),
    "second document": ("---\ngroups: {}\n", 4, "document"),
    "colon": ("campaigns:\n  a:\n    messagetext: Sale: now\n", 6, "quote"),
    "tab": ("groups:\n\ta: {}\n", 5, "tab"),
    "control": ('groups: {a: {description: "\\0"}}\n', 4, ""),
}


def test_what_is_no_plain_yaml_is_said_at_its_place(project: Project) -> None:
    for name, (body, line, words) in SYNTAX.items():
        project.write(body)
        ran = project.run("validate", key=None)
        assert ran.code == 1, (name, ran.said)
        assert f"sendmode.yaml:{line}:" in ran.said, (name, ran.said)
        assert words in ran.said.lower(), (name, ran.said)
        assert "this is a bug" not in ran.said, (name, ran.said)


MEANING: dict[str, tuple[tuple[str, str], ...]] = {
    "groups:": (("  a: {descripton: x}", "description"), ("  members: {}", "")),
    "state: postgresql://me:secret@host/db": (),
    "customers:": (
        ("  - {mobilenumber: 087 123 4567, groups: [nobody]}", "nobody"),
        ("  - {mobilenumber: 087 123 4568}", "group"),
        ("  - {mobilenumber: 087 123 4569, groups: [members], dateofbirth: 1990-02-01}", "dd/mm/yyyy"),
        ("  - {mobilenumber: 087 123 4570, groups: [members], dateofbirth: 31/02/1990}", "calendar"),
        ("  - {mobilenumber: 01 677 1234, groups: [members]}", "landline"),
        ("  - {mobilenumber: O871234567, groups: [members]}", "letter"),
        ("  - {mobilenumber: 8.71E+08, groups: [members]}", "export it again"),
        ("  - {mobilenumber: 0871234567.0, groups: [members]}", "export it again"),
        ("  - {mobilenumber: 087 123 4571, groups: [members], address: 12 Main St, Dublin}", "quote"),
        ("  - {mobilenumber: 087 123 4572, groups: [members], firstname: A}", ""),
        ("  - {mobilenumber: +353871234572, groups: [members], firstname: B}", "has other"),
    ),
    "optouts:": (
        (f'  - {{mobilenumber: 0871234567, optoutresponse: "{"x" * 51}"}}', "50"),
        ("  - {mobilenumber: 12}", "too few digits"),
    ),
    "include:": (
        ("  - ../other.yaml", "out of the project"),
        ("  - ~/other.yaml", "inside the project"),
        ("  - /etc/other.yaml", "inside the project"),
        ("  - absent.yaml", "absent.yaml"),
    ),
    "sources:": (("  - {path: members.xlsx, groups: [members]}", "csv"),),
    "campaigns:": (
        ("  a: {groups: [members], messagetext: {firstname}}", "quote"),
        ("  b: {groups: [members], messagetext: Call us at #1 Gym", "quote"),
        ("    }", ""),
        ('  c: {groups: [members], messagetext: "a } b"}', "}}"),
        ('  d: {groups: [members], messagetext: "{name}"}', "name"),
        ("  e: {groups: [members], messagetext: x, senderid: TwelveLetter}", "11"),
        ("  f: {groups: [members], messagetext: x, senderid: Асme}", "letter"),
        ("  g: {groups: [members], messagetext: x, scheduledate: 2027-03-28T01:30}", "exist"),
        ("  h: {groups: [members], messagetext: x, scheduledate: 2027-10-31T01:30}", "twice"),
        ('  i: {groups: [members], messagetext: "a\u202eb"}', "u+202e"),
        ("  j: {groups: [nobody], messagetext: x}", "nobody"),
    ),
}


def test_everything_wrong_is_said_at_its_place_and_at_once(remote: Remote, project: Project) -> None:
    rows = [row for head, rest in MEANING.items() for row in ((head, ""), *rest)]
    project.write("".join(f"{text}\n" for text, _ in rows))
    ran = project.run("validate", "--all", key=None)
    assert ran.code == 1
    said = ran.said.lower()
    missed = []
    for at, (text, words) in enumerate(rows, 4):
        if words:
            found = [line for line in said.splitlines() if line.startswith(f"sendmode.yaml:{at}:")]
            missed += [] if any(words in line for line in found) else [(text, found)]
    assert not missed
    assert "secret" not in said
    assert "environment" in said
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
