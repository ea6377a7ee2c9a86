"""Commands that look after a project."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from sendmode_sync.emulator.app import App
from tests.cli.desk import Desk


def test_adopting_records_imports_without_a_call(project: Desk, app: App) -> None:
    ran = project("adopt")
    assert (ran.code, "add --auto-approve" in ran.err) == (64, True)
    Path("export.csv").write_text("Phone\n07700 900001\nnobody\n", encoding="utf-8")
    ran = project("adopt", "--from", "export.csv", "--auto-approve")
    assert (ran.code, ran.out) == (0, "1 import recorded as applied\n")
    assert project("adopt", "--auto-approve").out == "2 imports recorded as applied\n"
    assert project("adopt", "--auto-approve").out == "nothing to adopt\n"
    assert not app.account.arrivals
    assert project("plan", "--format", "json").json["summary"]["imports"]["create"] == 0


def test_adopting_a_campaign_keeps_it_from_being_sent(project: Desk, app: App) -> None:
    assert project("adopt", "--campaign", "welcome", "--auto-approve").code == 0
    assert project("apply", "--auto-approve").code == 0
    assert not app.account.messages
    ran = project("adopt", "--campaign", "wellcome", "--auto-approve")
    assert (ran.code, 'did you mean "welcome"?' in ran.err) == (64, True)


def test_history_of_runs_and_of_one_run(project: Desk) -> None:
    assert project("history").out == "no runs yet.\n"
    project("apply", "--auto-approve")
    (run,) = project("history", "--format", "json").json["runs"]
    assert run["exit_code"] == 0
    assert run["run"] in project("history", run["run"][:8]).out
    assert len(project("history", run["run"], "--format", "json", "--all").json["operations"]) >= 6
    ran = project("history", "zz")
    assert (ran.code, '"zz" is no run' in ran.err) == (64, True)


def test_export_of_everybody_and_of_one_person(project: Desk) -> None:
    project("apply", "--auto-approve")
    assert len(project("export").out.splitlines()) == 3
    rows = project("export", "--number", "07700 900002", "--format", "json", "--show-personal").json
    assert "+447700900002" in json.dumps(rows)
    assert "+447700900001" not in json.dumps(rows)
    tag = project("export").out.splitlines()[1].split(",")[0].split()[-1]
    assert len(project("export", "--number", tag).out.splitlines()) == 2


def test_an_unknown_tag_fits_nobody(project: Desk) -> None:
    ran = project("export", "--number", "p-aaaaaaaa")
    assert (ran.code, "p-aaaaaaaa: nobody here has this tag" in ran.err) == (1, True)


def test_state_init_is_done_once_and_never_over_another(project: Desk) -> None:
    ran = project("state", "init")
    assert (ran.code, "there is a state at" in ran.err) == (1, True)
    Path(".sendmode/sendmode.db").unlink()
    for words in (["state", "init"], ["apply", "--auto-approve"], ["status"]):
        ran = project(*words)
        assert (ran.code, "the state is lost" in ran.err, "state init --lost" in ran.err) == (1, True, True)
        assert ran.err.index("state move") < ran.err.index("state init --lost")


def test_a_lost_state_counts_what_may_have_been_sent_as_sent(project: Desk, app: App) -> None:
    Path(".sendmode/sendmode.db").unlink()
    assert project("state", "init", "--lost").code == 0
    assert project("apply", "--auto-approve").code == 0
    assert not app.account.messages


def test_without_a_state_id_state_init_is_named(project: Desk) -> None:
    Path(".sendmode/sendmode.db").unlink()
    Path("sendmode.state-id").unlink()
    Path(".sendmode/high-water").unlink(missing_ok=True)
    ran = project("apply", "--auto-approve")
    assert (ran.code, "sendmode-sync state init makes one" in ran.err) == (1, True)
    assert project("state", "init").code == 0
    assert project("apply", "--auto-approve").code == 0


def test_the_state_of_another_project_is_refused(project: Desk) -> None:
    assert project("-C", "other", "init", "--emulator").code == 0
    ran = project("status", "--state", "other/.sendmode/sendmode.db")
    assert (ran.code, "belongs to another project" in ran.err) == (1, True)


def test_state_check(project: Desk) -> None:
    assert project("state", "check") == (0, "the state is sound\n", "")


def test_an_older_copy_is_made_safe(project: Desk, app: App) -> None:
    assert project("state", "backup", "old.db").out == "wrote old.db\n"
    assert stat.S_IMODE(Path("old.db").stat().st_mode) == 0o600
    assert project("apply", "--auto-approve").code == 0
    Path("old.db").replace(".sendmode/sendmode.db")
    later = "campaigns:\n  later:\n    groups: [members]\n    scheduledate: 2100-06-01T10:00\n    messagetext: Hi. Reply STOP to opt out.\n"
    Path("campaigns/later.yaml").write_text(later, encoding="utf-8")
    ran = project("state", "check")
    assert (ran.code, "older copy" in ran.out) == (1, True)
    ran = project("apply", "--auto-approve")
    assert (ran.code, "state check --restored" in ran.err) == (1, True)
    ran = project("state", "check", "--restored")
    assert (ran.code, ran.out, "1 campaign closed as possibly sent" in ran.err) == (0, "welcome\n", True)
    assert "left open, since their time is to come: later." in ran.err
    assert project("apply", "--auto-approve").code == 0
    assert len(app.account.messages) == 2


def test_a_backup_never_overwrites(project: Desk) -> None:
    Path("old.db").write_text("mine", encoding="utf-8")
    assert project("state", "backup", "old.db").code == 1
    assert Path("old.db").read_text(encoding="utf-8") == "mine"


def test_nothing_is_unlocked_where_nothing_is_locked(project: Desk) -> None:
    ran = project("state", "unlock", "3f2a")
    assert (ran.code, "no run holds the lock" in ran.err) == (1, True)


def test_a_person_is_forgotten_once_the_files_no_longer_name_them(project: Desk) -> None:
    project("apply", "--auto-approve")
    ran = project("state", "forget", "07700 900002")
    assert (ran.code, "customers.yaml:4:" in ran.err) == (1, True)
    lines = Path("customers.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("customers.yaml").write_text("".join(line for line in lines if "900002" not in line), encoding="utf-8")
    ran = project("state", "forget", "07700 900002")
    assert (ran.code, ran.out) == (0, "erased from the state\n")
    assert "not reached: the history of git" in ran.err
    assert project("state", "forget", "07700 900009").out == "the state knew nothing of this number\n"


def test_forgetting_somebody_who_is_opted_out_says_so(project: Desk) -> None:
    lines = Path("customers.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("customers.yaml").write_text("".join(line for line in lines if "900003" not in line), encoding="utf-8")
    project("apply", "--auto-approve")
    ran = project("state", "forget", "07700 900003")
    assert ran.code == 0
    assert "the project's opt-outs still name the number" in ran.err


@pytest.mark.parametrize("name", ["project", "plan"])
def test_schemas_are_printed_as_they_are(desk: Desk, name: str) -> None:
    ran = desk("schema", name)
    assert (ran.code, ran.json["$schema"]) == (0, "https://json-schema.org/draft/2020-12/schema")
