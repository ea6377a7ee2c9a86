"""From an empty directory to a plan without changes, over HTTP, in every dialect of numbers and bodies."""

from __future__ import annotations

import pytest

from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, more, number, numbers, once, people


def test_init_validate_plan_apply_and_nothing_is_left(remote: Remote, project: Project) -> None:
    made = project.run("init", "--emulator", key=None)
    assert made.code == 0, made.err
    assert (project.directory / "sendmode.state-id").exists()
    assert (project.directory / ".gitignore").exists()
    assert "schemas/project.schema.json" in project.read().splitlines()[0]
    project.edit("http://127.0.0.1:8025/v2", remote.url)

    assert project.run("validate", key=None).code == 0
    planned = project.run("plan", "--detailed-exitcode")
    assert planned.code == 2, planned.said
    applied = project.apply()
    assert applied.code == 0, applied.said
    assert remote.messages
    assert remote.contacts
    assert remote.opted_out
    again = project.run("plan", "--detailed-exitcode")
    assert again.code == 0, again.said
    before = len(remote.account.arrivals)
    assert project.apply().code == 0
    assert remote.calls() == before


def test_init_overwrites_nothing(project: Project) -> None:
    project.file("sendmode.yaml", "version: 1\n")
    before = project.snapshot()
    assert project.run("init", key=None).code == 1
    assert project.snapshot() == before


def test_init_without_the_emulator_is_valid_and_sends_nothing(project: Project) -> None:
    assert project.run("init", "shop", key=None).code == 0
    assert project.run("-C", "shop", "validate", key=None).code == 0
    planned = project.run("-C", "shop", "plan", "--offline", "--detailed-exitcode", key=None)
    assert planned.code == 0, planned.said


@pytest.mark.parametrize(
    ("encoding", "number_format"), [("form", "digits"), ("json", "e164"), ("form", "national"), ("json", "digits")]
)
def test_every_encoding_and_number_format(remote: Remote, project: Project, encoding: str, number_format: str) -> None:
    project.write(
        lines(
            MEMBERS,
            "customers:\n",
            "  - {mobilenumber: 087 123 4567, groups: [members], firstname: Aoife & co, town: 'Ceatharlach 100% + é'}\n",
            '  - {mobilenumber: "+44 7700 900002", groups: [members], firstname: "Bréanainn €"}\n',
            "optouts:\n  - {mobilenumber: 0861234567, optoutresponse: STOP & go}\n",
            campaign(text="Hi {firstname}, 20% off & more = now"),
        ),
        account={"encoding": encoding, "number_format": number_format},
    )
    project.begin()
    report = project.applied()
    assert report["exit_code"] == 0, report
    assert remote.kinds == ["optout", "send", "send", "import", "import"]
    assert remote.opted_out == ["+353861234567"]
    assert remote.account.optouts["353861234567"].optoutresponse == "STOP & go"
    assert dict(remote.received) == {
        ("+353871234567", "Hi Aoife & co, 20% off & more = now"): 1,
        ("+447700900002", "Hi Bréanainn €, 20% off & more = now"): 1,
    }
    assert remote.contacts["+353871234567"]["town"] == "Ceatharlach 100% + é"
    assert remote.account.contacts["353871234567"].groups == {"members"}
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_every_trap_of_yaml_arrives_as_typed(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            "customers:\n"
            "  - mobilenumber: 0871234567\n"
            "    groups: [members]\n"
            "    firstname: On\n"
            "    surname: Null\n"
            "    county: No\n"
            "    address: 12:30:45\n"
            "    town: ~\n"
            "    custom1: 1_000\n"
            "    custom2: 0o17\n"
            "    email: .inf\n"
            "    businessname: 1e3\n"
            "    dateofbirth: 01/02/1990\n"
            "  - {mobilenumber: +353871234568, groups: [members], firstname: true, custom1: 007, custom2: 10:00}\n"
            "  - {mobilenumber: 00353 87 123 4569, groups: [members], firstname: 2020-02-02}\n",
        )
    )
    project.begin()
    applied = project.apply()
    assert applied.code == 0, applied.said
    assert {who: {name: text for name, text in found.items() if text} for who, found in remote.contacts.items()} == {
        "+353871234567": {
            "firstname": "On",
            "surname": "Null",
            "county": "No",
            "address": "12:30:45",
            "town": "~",
            "custom1": "1_000",
            "custom2": "0o17",
            "email": ".inf",
            "businessname": "1e3",
            "dateofbirth": "01/02/1990",
        },
        "+353871234568": {"firstname": "true", "custom1": "007", "custom2": "10:00"},
        "+353871234569": {"firstname": "2020-02-02"},
    }


def test_only_the_fields_that_a_group_lets_out_leave(remote: Remote, project: Project) -> None:
    project.write(
        "groups: {names: {import: [firstname]}, inside: {import: none}, members: {}}\n"
        "customers:\n"
        f'  - {{mobilenumber: "{number(1)}", groups: [names], firstname: A, surname: Secret}}\n'
        f'  - {{mobilenumber: "{number(2)}", groups: [inside], firstname: B}}\n'
        f'  - {{mobilenumber: "{number(3)}", groups: [members, inside], firstname: C, surname: Known}}\n'
        'campaigns: {note: {groups: [inside], messagetext: "Hi {firstname}"}}\n'
    )
    project.begin()
    assert project.apply().code == 0
    assert sorted(remote.contacts) == numbers(1, 3)
    assert "Secret" not in str(remote.contacts)
    assert remote.contacts[number(3)]["surname"] == "Known"
    assert once(remote.received, numbers(2, 3))


def test_an_update_carries_every_field_and_says_what_was_removed(remote: Remote, project: Project) -> None:
    project.write(MEMBERS + people(1, surname="Byrne", town="Naas"))
    project.begin()
    assert project.apply().code == 0
    project.write(MEMBERS + people(1, town="Kells"))
    change = project.plan()["changes"][0]
    assert change["change"] == "update"
    assert set(change["before"]) == set(change["after"]) == {"surname", "town"}
    assert project.apply().code == 0
    assert remote.contacts[number(1)] == {
        **remote.contacts[number(1)],
        "firstname": "P1",
        "surname": "",
        "town": "Kells",
    }
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_who_is_no_longer_written_is_said_once_and_not_called(remote: Remote, project: Project) -> None:
    project.write(MEMBERS + people(*range(1, 5)))
    project.begin()
    assert project.apply().code == 0
    project.write(MEMBERS + people(*range(1, 4)))
    plan = project.plan()
    assert plan["summary"]["imports"] == {"create": 0, "update": 0, "unmanaged": 1}
    assert plan["changes"] == []
    assert sum("unmanaged" in each["code"] for each in plan["notices"]) == 1
    before = remote.calls()
    assert project.apply().code == 0
    assert remote.calls() == before


def test_one_person_under_three_spellings_is_one(remote: Remote, project: Project) -> None:
    project.write(
        "groups: {a: {}, b: {}, c: {}}\n"
        "customers:\n"
        "  - {mobilenumber: 087 123 4567, groups: [a], firstname: Aoife}\n"
        '  - {mobilenumber: "+353 (87) 123-4567", groups: [b], firstname: Aoife}\n'
        "  - {mobilenumber: 00353871234567, groups: [c], firstname: Aoife}\n"
        'campaigns: {hello: {groups: [a, b, c], recipients: ["087/1234567"], messagetext: "Hi {firstname}"}}\n'
    )
    project.begin()
    assert project.apply().code == 0
    assert dict(remote.received) == {("+353871234567", "Hi Aoife"): 1}
    assert remote.account.contacts["353871234567"].groups == {"a", "b", "c"}


def test_order_is_opt_outs_then_sends_oldest_first_then_imports(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1, 2),
            f'optouts: [{{mobilenumber: "{number(9)}"}}]\n',
            campaign("undated", "now"),
            more("younger", "second", scheduledate="2026-01-02T10:00", deadline="3650d"),
            more("older", "first", scheduledate="2026-01-01T10:00", deadline="3650d"),
        )
    )
    project.begin()
    assert project.apply().code == 0
    assert remote.kinds == ["optout", "send", "send", "send", "import", "import"]
    assert [each.text for each in remote.messages] == ["first", "second", "now"]


def test_recipients_with_the_same_text_share_calls_of_the_batch_size(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 8)), campaign(text="same for all", batch_size=3)))
    project.begin()
    assert project.apply("--only", "sends").code == 0
    assert sorted(len(each.recipients) for each in remote.messages) == [1, 3, 3]
    assert once(remote.received, numbers(*range(1, 8)), "same for all")
    assert len({each.customerid for each in remote.messages}) == 3


def test_curly_quotes_become_plain_where_that_is_cheaper(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1),
            campaign("plain", "It’s “on” – now…"),
            more("kept", "It’s “off” – now…", transliterate="none"),
            more("letters", "Seán’s “Áine”"),
        )
    )
    project.begin()
    plan = project.plan("--show-personal")
    assert {each["campaign"]: each["encoding"] for each in plan["changes"] if each["action"] == "send"} == {
        "plain": "GSM-7",
        "kept": "UCS-2",
        "letters": "UCS-2",
    }
    assert project.apply().code == 0
    texts = {each.customerid.rpartition("-")[0]: each.text for each in remote.messages if each.customerid}
    assert texts["plain"] == 'It\'s "on" - now...'
    assert texts["kept"] == "It’s “off” – now…"
    assert "Seán" in texts["letters"]
    assert "Áine" in texts["letters"]
