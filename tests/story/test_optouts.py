"""Who opted out is never sent to and never imported again, however spelled and whenever it was said."""

from __future__ import annotations

from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, more, number, numbers, once, people, until

SPELLINGS = (
    "087 123 4567",
    "0871234567",
    "+353871234567",
    '"+353 (0)87 123 4567"',
    "00353 87 1234567",
    "087-123.4567",
    "(087) 123/4567",
)


def test_no_spelling_gets_past_an_opt_out(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            "customers:\n",
            *(f"  - {{mobilenumber: {spelling}, groups: [members]}}\n" for spelling in SPELLINGS),
            'optouts: [{mobilenumber: "+353 87 123 4567", optoutresponse: STOP}]\n',
            f"campaigns: {{hello: {{groups: [members], recipients: [{', '.join(SPELLINGS)}], messagetext: hi}}}}\n",
        )
    )
    project.begin()
    assert project.apply().code == 0
    assert remote.kinds == ["optout"]
    assert remote.opted_out == ["+353871234567"]


def test_taking_it_out_of_the_yaml_opts_nobody_in(remote: Remote, project: Project) -> None:
    entry = f'optouts: [{{mobilenumber: "{number(1)}"}}]\n'
    project.write(lines(MEMBERS, people(1, 2), entry, campaign()))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(1, 2), campaign(), more("again", "one more")))
    planned = project.run("plan", "--format", "json", key=None)
    assert any(each["code"] == "optout-sticky" for each in planned.json["notices"])
    assert project.apply().code == 0
    assert remote.reached == numbers(2, 2)
    assert sorted(remote.contacts) == numbers(2)


def test_remove_with_consent_lifts_the_block_and_is_recorded(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), f'optouts:\n  - {{mobilenumber: "{number(1)}"}} # asked\n', campaign()))
    project.begin()
    assert project.apply().code == 0
    assert remote.messages == []
    remote.account.optouts.clear()  # as Sendmode's support would; no call of ours does
    removed = project.run("optouts", "remove", "+44 7700 900 001", "--consent", "signed form", key=None)
    assert removed.code == 0, removed.said
    assert "Sendmode keeps its own" in removed.said
    assert number(1) not in project.read().partition("optouts")[2].partition("campaigns")[0]
    assert project.run("validate", key=None).code == 0
    applied = project.apply()
    assert applied.code == 0, applied.said
    assert once(remote.received, numbers(1))
    assert project.run("optouts", "remove", number(1), "--consent", "again", key=None).code == 1


def test_remove_by_tag(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), f'optouts: [{{mobilenumber: "{number(1)}"}}]\n'))
    project.begin()
    plan = project.plan()
    tag = plan["changes"][0]["mobilenumber"].split()[-1]
    assert tag.startswith("p-")
    assert project.apply().code == 0
    removed = project.run("optouts", "remove", tag, "--consent", "signed form", key=None)
    assert removed.code == 0, removed.said
    assert number(1) not in removed.said
    assert project.run("optouts", "remove", "p-abcdefgh", "--consent", "signed", key=None).code == 1


def test_add_is_in_state_and_yaml_at_once(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3), campaign()))
    project.begin()
    added = project.run("optouts", "add", number(1), "07700 900002".replace("0", "+44 0", 1), key=None)
    assert added.code == 0, added.said
    assert number(1) not in added.said
    assert project.run("validate", key=None).code == 0
    assert "mobilenumber" in project.read().partition("optouts")[2]
    assert project.apply().code == 0
    assert remote.opted_out == numbers(1, 2)
    assert remote.reached == numbers(3)
    assert remote.kinds[:2] == ["optout", "optout"]


def test_add_keeps_comments_and_goes_where_the_list_is(project: Project) -> None:
    project.write("include: [lists/optouts.yaml]\n")
    project.file(
        "lists/optouts.yaml", f'# kept by reception\noptouts:\n  - {{mobilenumber: "{number(1)}"}}  # phoned\n'
    )
    project.begin()
    added = project.run("optouts", "add", number(2), key=None)
    assert added.code == 0, added.said
    text = project.read("lists/optouts.yaml")
    assert "# kept by reception" in text
    assert "# phoned" in text
    assert "900002" in text.replace(" ", "")


def test_add_twice_is_once(project: Project) -> None:
    project.write(MEMBERS)
    project.begin()
    for _ in range(2):
        assert project.run("optouts", "add", number(1), key=None).code == 0
    assert project.plan()["summary"]["optouts"] == {"create": 1}
    assert project.read().replace(" ", "").count("7700900001") == 1


def test_add_of_what_is_no_number_changes_nothing(project: Project) -> None:
    project.write(MEMBERS)
    project.begin()
    before = project.snapshot()
    assert project.run("optouts", "add", number(1), "087-CALLNOW", key=None).code in {1, 64}
    assert project.snapshot() == before


def test_an_added_opt_out_stays_when_the_yaml_is_reverted(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    text = project.read()
    project.begin()
    assert project.run("optouts", "add", number(1), key=None).code == 0
    project.file("sendmode.yaml", text)
    assert project.apply().code == 0
    assert remote.opted_out == numbers(1)
    assert remote.reached == numbers(2)


def test_add_while_an_apply_runs(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 7)), campaign()))
    project.begin()
    with remote.held("send"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") >= 1)
        (first,) = remote.reached
        two = [each for each in numbers(*range(1, 7)) if each != first][-2:]
        added = project.run("optouts", "add", *two, key=None)
        assert added.code == 0, added.said
    ended = running.ended()
    assert ended.code == 0, ended.said
    assert sorted([*remote.reached, *two]) == numbers(*range(1, 7))
    assert not set(two) & set(remote.contacts)
    assert project.apply().code == 0
    assert remote.opted_out == two


def test_add_while_imports_run(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 21))))
    project.begin()
    with remote.held("import"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("import") >= 1)
        assert project.run("optouts", "add", number(20), key=None).code == 0
        assert number(20) not in remote.contacts
    assert running.ended().code == 0
    assert sorted(remote.contacts) == numbers(*range(1, 20))


def test_import_a_csv(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3), campaign()))
    project.begin()
    project.file("stopped.csv", f"When,Mobilenumber\n2026-01-01,{number(1)}\n2026-01-02,+44 7700 900002\n")
    ran = project.run("optouts", "import", "stopped.csv", key=None)
    assert ran.code == 0, ran.said
    assert project.apply().code == 0
    assert remote.opted_out == numbers(1, 2)
    assert remote.reached == numbers(3)


def test_a_bad_row_of_an_imported_csv_stops_all_of_it(project: Project) -> None:
    project.write(MEMBERS)
    project.begin()
    project.file("stopped.csv", f"mobilenumber\n{number(1)}\n8.71E+08\n")
    before = project.snapshot()
    ran = project.run("optouts", "import", "stopped.csv", key=None)
    assert ran.code == 1
    assert "stopped.csv:3" in ran.err
    assert project.snapshot() == before


def test_an_entry_that_is_no_number_blocks_everything(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), "optouts: [{mobilenumber: O871234567}]\n", campaign()))
    project.file("sendmode.state-id", "lineage: x\n")
    ran = project.apply()
    assert ran.code == 1
    assert ran.err.startswith("sendmode.yaml:")
    assert remote.calls() == 0


def test_one_in_the_state_is_not_imported_under_any_group(remote: Remote, project: Project) -> None:
    project.write(lines("groups: {members: {}, more: {}}\n", people(1)))
    project.begin()
    assert project.run("optouts", "add", number(1), key=None).code == 0
    project.write(lines("groups: {members: {}, more: {}}\n", people(1, group="more")))
    assert project.apply().code == 0
    assert remote.contacts == {}


def test_opt_outs_too_old_for_the_limit_send_no_marketing(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(1), campaign("offer", "buy"), more("notice", "closed today", purpose="service")),
        safety={"optouts_max_age": "7d"},
    )
    project.begin()
    ran = project.apply()
    assert ran.code == 1, ran.said
    assert [each.text for each in remote.messages] == ["closed today"]
    assert project.run("optouts", "add", number(9), key=None).code == 0
    assert project.apply().code == 0
    assert [each.text for each in remote.messages] == ["closed today", "buy"]
