"""The key is in no output at all, numbers and names only where they are asked for."""

from __future__ import annotations

import pytest

from sendmode_sync.emulator.faults import Fault
from tests.story.storyline import KEY, MEMBERS, Project, Ran, Remote, campaign, lines, number

DIGITS = ("7700900001", "7700900009", "7700 900001", "7700 900 001")
NAMES = ("Aoibheann", "Ní Dhomhnaill", "Sráid Mhór", "aoibheann@example.org")
PLANTED = (
    'customers: [{mobilenumber: "+44 7700 900001", groups: [members], firstname: Aoibheann, surname: Ní Dhomhnaill, '
    "address: Sráid Mhór, email: aoibheann@example.org}]\n"
    f'optouts: [{{mobilenumber: "{number(9)}"}}]\n'
)

COMMANDS = (
    ("validate",),
    ("validate", "--format", "json"),
    ("validate", "--format", "github"),
    ("plan", "-v"),
    ("plan", "--format", "json", "--all"),
    ("plan", "--format", "markdown"),
    ("plan", "--format", "html"),
    ("preview", "hello"),
    ("preview", "hello", "--format", "json"),
    ("rehearse",),
    ("rehearse", "--format", "json"),
    ("apply", "--auto-approve", "-v"),
    ("status",),
    ("status", "--format", "json"),
    ("history",),
    ("history", "--format", "json"),
    ("export",),
    ("export", "--format", "json"),
    ("plan", "--format", "json", "--all"),
)


def clean(ran: Ran, words: object) -> None:
    for planted in (KEY, *DIGITS, *NAMES):
        assert planted not in ran.said, (words, planted)
    assert "7700900" not in ran.said, words


@pytest.fixture
def planted(project: Project) -> Project:
    project.write(lines(MEMBERS, PLANTED, campaign("hello", "Hi {firstname} {surname}")))
    project.begin()
    return project


def test_no_command_shows_a_key_a_number_or_a_name(remote: Remote, planted: Project) -> None:
    remote.faults(Fault("import", "reply", status=400, body=f"no such number {number(1)} Aoibheann {KEY}", nth=1))
    for words in COMMANDS:
        ran = planted.run(*words)
        assert ran.code in {0, 1, 3, 4}, (words, ran.said)
        clean(ran, words)


def test_neither_do_errors_of_the_files(planted: Project) -> None:
    planted.file(
        "sendmode.yaml",
        planted.read()
        + lines(
            "  late: {groups: [nobody], messagetext: hi, recipients: ['+44 7700 900001 ext 5']}\n",
            "  other: {groups: [members], messagetext: 'Hi {custom1}'}\n",
        ),
    )
    for words in (("validate",), ("plan",), ("apply", "--auto-approve"), ("validate", "--format", "json")):
        ran = planted.run(*words)
        assert ran.code == 1
        clean(ran, words)
    planted.write(lines(MEMBERS, PLANTED, PLANTED.replace("customers", "groups")))
    clean(planted.run("validate"), "twice")


def test_neither_do_opt_outs_by_command(planted: Project) -> None:
    for words in (
        ("optouts", "add", number(1)),
        ("optouts", "add", number(1) + "x"),
        ("optouts", "remove", number(1), "--consent", "form"),
        ("state", "forget", number(1)),
        ("send-test", "hello", "--to", number(1)),
        ("export", "--number", number(1)),
    ):
        clean(planted.run(*words), words)


def test_neither_does_a_server_that_talks_back(remote: Remote, planted: Project) -> None:
    body = f'{{"status": "X", "statusCode": 18, "error": "bad {number(1)} Aoibheann {KEY}"}}'
    for call in ("credits", "optout", "send"):
        remote.faults(Fault(call, "reply", body=body))
        for words in (("plan",), ("credits",), ("apply", "--auto-approve", "-v")):
            ran = planted.run(*words)
            assert KEY not in ran.said
            assert number(1) not in ran.said
    for words in (("history",), ("status",)):
        assert KEY not in planted.run(*words).said


def test_the_key_is_in_no_file(planted: Project) -> None:
    planted.save()
    assert planted.apply().code == 0
    for path in planted.directory.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
            if path.parent.name == ".sendmode":
                assert path.stat().st_mode & 0o077 == 0, path


def test_a_key_written_in_yaml_is_an_error_and_not_repeated(project: Project) -> None:
    project.write(MEMBERS, account={"api_key": "SECRETSECRETSECRET99"})
    ran = project.run("validate", key=None)
    assert ran.code == 1
    assert "SECRETSECRETSECRET99" not in ran.said


def test_show_personal_shows_and_is_refused_in_ci(planted: Project) -> None:
    for words in (("plan", "--format", "json"), ("preview", "hello"), ("export",), ("status",), ("plan",)):
        refused = planted.run(*words, "--show-personal", key=None, CI="true")
        assert refused.code == 64, words
        clean(refused, words)
    shown = planted.run("plan", "--format", "json", "--show-personal", key=None)
    assert number(1) in shown.out
    assert "Aoibheann" in shown.out
    assert "Hi Aoibheann" in planted.run("preview", "hello", "--show-personal", key=None).out


def test_masked_texts_are_their_template(planted: Project) -> None:
    plan = planted.plan()
    (send,) = [each for each in plan["changes"] if each["action"] == "send"]
    assert send["messagetext"] == "Hi {firstname} {surname}"
    assert send["recipients"][0].startswith("+44 ** **** **01 p-")


def test_the_key_goes_only_to_sendmode_or_loopback(remote: Remote, project: Project) -> None:
    for url in (
        "https://sendmode.com.example.org/v2",
        "https://evilsendmode.com/v2",
        "http://rest.sendmode.com/v2",
        "https://user@rest.sendmode.com/v2",
        "https://example.org/v2",
        "http://127.0.0.1.example.org/v2",
    ):
        project.write(MEMBERS, account={"base_url": url, "allow_fictional": False})
        ran = project.run("validate", key=None)
        assert ran.code == 1, url
        assert ran.said.startswith("sendmode.yaml:2:"), ran.said
    project.write(MEMBERS, account={"base_url": "https://sms.example.org/v2", "allow_fictional": False})
    assert project.run("validate", key=None, SENDMODE_ALLOW_HOST="sms.example.org").code == 0


def test_a_netrc_does_not_replace_the_key(remote: Remote, planted: Project) -> None:
    planted.file(".netrc", "machine 127.0.0.1 login somebody password else\n").chmod(0o600)
    assert planted.run("credits", HOME=str(planted.directory)).code == 0


def test_redirects_are_never_followed(remote: Remote, planted: Project) -> None:
    remote.faults(Fault("any", "redirect", location=f"{remote.url}/credits"))
    ran = planted.apply()
    assert ran.code == 1, ran.said
    assert remote.messages == []
    assert remote.calls("credits") == 1


def test_a_text_cannot_become_a_command_of_the_terminal_or_the_runner(project: Project) -> None:
    project.write(
        lines(
            'groups: {members: {description: "x\\e]0;title\\a"}}\n',
            'customers: [{mobilenumber: "+44 7700 900001", groups: [members], firstname: "::error::x"}]\n',
            'campaigns: {hello: {groups: [members], messagetext: "::warning::{firstname}\\n::error::now"}}\n',
        )
    )
    for words in (
        ("validate",),
        ("plan",),
        ("preview", "hello", "--show-personal"),
        ("validate", "--format", "github"),
    ):
        ran = project.run(*words, key=None)
        assert "\x1b" not in ran.said
        if "github" not in words:
            assert not [line for line in ran.said.splitlines() if line.lstrip().startswith(("::", "##["))], words
