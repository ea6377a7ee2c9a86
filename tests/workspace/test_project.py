from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.errors import RefusedError, StateError
from sendmode_sync.model.settings import Settings
from sendmode_sync.workspace.project import (
    Loaded,
    StateId,
    load,
    read_state_id,
    state_id_name,
    state_path,
    write_state_id,
)

Write = Callable[..., Path]
Load = Callable[..., Loaded]

GROUPS = "version: 1\ngroups: {a: }\n"


def said(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]


def test_a_project_of_many_files(load_here: Load) -> None:
    loaded = load_here(
        "version: 1\ninclude: [groups/*.yaml, groups/a.yaml, more/**/*.yml]\ngroups: {a: }\n",
        {
            "groups/b.yaml": "groups: {c: }\n",
            "groups/a.yaml": "groups: {b: }\nsources: [{path: m.csv, groups: [a]}, {path: lists/n.tsv, groups: [b]}]\n",
            "groups/.hidden.yaml": "groups: {hidden: }\n",
            "groups/readme.md": "text",
            "groups/m.csv": "mobilenumber\n0871234567\n",
            "lists/n.tsv": "mobilenumber\ttown\n0871234568\tNaas\n",
            "more/deep/x.yml": "groups: {d: }\n",
        },
    )
    assert loaded.problems == ()
    assert loaded.desired is not None
    assert list(loaded.desired.groups) == ["a", "b", "c", "d"]
    places = [str(person.place) for person in loaded.desired.customers.values()]
    assert places == ["groups/m.csv:2:1", "lists/n.tsv:2:1"]


def test_paths_are_relative_to_the_working_directory(write: Write, tmp_path: Path) -> None:
    project = write("version: 1\ninclude: [a.yaml]\n", **{"a.yaml": "zzz: 1\n"})
    (tmp_path / "other").mkdir()
    for cwd, shown in (
        (tmp_path, "project/a.yaml"),
        (project.parent, "a.yaml"),
        (tmp_path / "other", "../project/a.yaml"),
    ):
        assert said(load(project, cwd=cwd))[0].startswith(f"{shown}:1:1: unknown key")


def test_a_directory_reached_by_a_link_is_shown_as_the_user_knows_it(write: Write, tmp_path: Path) -> None:
    write("zzz: 1\n")
    (tmp_path / "link").symlink_to("project")
    assert said(load(tmp_path / "link/sendmode.yaml", cwd=tmp_path))[0].startswith("link/sendmode.yaml:1:1: ")


def test_the_working_directory_is_the_process_s_own(write: Write) -> None:
    project = write("zzz: 1\n")
    assert said(load(project))[0].startswith(f"{os.path.relpath(project)}:1:1: ")


def test_a_missing_project_names_init(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"there is no project file sendmode\.yaml") as refused:
        load(tmp_path / "sendmode.yaml", cwd=tmp_path)
    assert "sendmode-sync init" in str(refused.value)


def test_who_stands_inside_a_project_is_told_where_it_is(write: Write) -> None:
    campaigns = write("version: 1\n").parent / "campaigns" / "2026"
    campaigns.mkdir(parents=True)
    with pytest.raises(RefusedError, match=r"there is no project file sendmode\.yaml; .*: add -C \.\./\.\.$"):
        load(campaigns / "sendmode.yaml", cwd=campaigns)


@pytest.mark.parametrize("kind", ["directory", "fifo", "link"])
def test_an_unreadable_project_is_a_problem(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "sendmode.yaml"
    match kind:
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case _:
            path.symlink_to("nowhere")
    loaded = load(path, cwd=tmp_path)
    assert loaded.desired is None
    assert [str(problem.place) for problem in loaded.problems] == ["sendmode.yaml:1:1"]


def test_a_project_in_utf_16_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "sendmode.yaml").write_text("version: 1\n", encoding="utf-16")
    assert "UTF-16" in said(load(tmp_path / "sendmode.yaml", cwd=tmp_path))[0]


def test_a_project_file_may_be_a_link(write: Write, tmp_path: Path) -> None:
    write(GROUPS)
    (tmp_path / "sendmode.yaml").symlink_to("project/sendmode.yaml")
    assert load(tmp_path / "sendmode.yaml").desired is not None


@pytest.mark.parametrize(
    ("include", "problem"),
    [
        ("/etc/passwd.yaml", "sendmode.yaml:2:11: must be a path inside the project"),
        ("~/x.yaml", "sendmode.yaml:2:11: must be a path inside the project"),
        ("../x.yaml", "sendmode.yaml:2:11: leads out of the project"),
        ("../*.yaml", "sendmode.yaml:2:11: leads out of the project"),
        ("gone.yaml", "sendmode.yaml:2:11: gone.yaml: there is no such file"),
        ("folder.yaml", "sendmode.yaml:2:11: folder.yaml: is no regular file"),
        ("fifo.yaml", "sendmode.yaml:2:11: fifo.yaml: is no regular file"),
        ("out.yaml", "sendmode.yaml:2:11: is a link that leads out"),
        ("ou*.yaml", "sendmode.yaml:2:11: out.yaml is a link that leads out"),
        ("'*.yaml'", "sendmode.yaml:2:11: the project file includes itself"),
        ("./sendmode.yaml", "sendmode.yaml:2:11: the project file includes itself"),
        ("list.csv", "sendmode.yaml:2:11: only YAML files"),
        ("'**x/*.yaml'", "sendmode.yaml:2:11: "),
    ],
)
def test_what_may_not_be_included(load_here: Load, tmp_path: Path, include: str, problem: str) -> None:
    (tmp_path / "x.yaml").write_text("groups: {}\n", encoding="utf-8")
    (tmp_path / "project/folder.yaml").mkdir(parents=True)
    os.mkfifo(tmp_path / "project/fifo.yaml")
    (tmp_path / "project/out.yaml").symlink_to(tmp_path / "x.yaml")
    loaded = load_here(f"version: 1\ninclude: [{include}]\n", {"list.csv": "x"})
    assert any(line.startswith(problem) for line in said(loaded)), said(loaded)


def test_a_pattern_without_a_match_is_a_warning(load_here: Load) -> None:
    loaded = load_here("version: 1\ninclude: [campaigns/*.yaml]\n")
    assert loaded.desired is not None
    assert [(problem.level, str(problem.place)) for problem in loaded.desired.notices] == [
        ("warning", "sendmode.yaml:2:11")
    ]


def test_an_included_file_includes_nothing(load_here: Load) -> None:
    loaded = load_here("version: 1\ninclude: [a.yaml]\n", {"a.yaml": "include: [sendmode.yaml]\naccount: {}\n"})
    assert said(loaded) == [
        "a.yaml:1:1: an included file does not include others; move it there",
        'a.yaml:2:1: "account" stands in the project file; move it there',
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"groups: {\xff: }\n", "1:10"),
        (b"# \xff\ncustomers:\n  - mobilenumber: 0871234567\n    groups: [a]\n", "1:3"),
        (b"customers:\n  - mobilenumber: 0871234567\n    groups: [a]\n    surname: N\xed\n", "4:15"),
        (b"customers:\n  - mobilenumber: 0871234567\n    groups: [a]\n    surname: N\xc3\n", "4:15"),
        (b"customers:\n  - mobilenumber: 0871234567\n    groups: [a]\n  - {\xff: }\n", "4:6"),
    ],
)
def test_an_included_file_that_cannot_be_decoded(write: Write, data: bytes, place: str) -> None:
    project = write(f"{GROUPS}include: [a.yaml]\n")
    (project.parent / "a.yaml").write_bytes(data)
    assert said(load(project, cwd=project.parent)) == [
        f"a.yaml:{place}: this byte is not UTF-8; save the file as UTF-8"
    ]


def test_several_projects_may_share_lists_in_one_repository(tmp_path: Path) -> None:
    for folder in (".git", "one", "shared"):
        (tmp_path / folder).mkdir()
    (tmp_path / "shared/groups.yaml").write_text(
        "groups: {a: }\nsources: [{path: m.csv, groups: [a]}]\n", encoding="utf-8"
    )
    (tmp_path / "shared/m.csv").write_text("mobilenumber\n0871234567\n", encoding="utf-8")
    (tmp_path / "one/sendmode.yaml").write_text("version: 1\ninclude: [../shared/*.yaml]\n", encoding="utf-8")
    loaded = load(tmp_path / "one/sendmode.yaml", cwd=tmp_path / "one")
    assert loaded.problems == ()
    assert loaded.desired is not None
    assert [str(person.place) for person in loaded.desired.customers.values()] == ["../shared/m.csv:2:1"]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("gone.csv", "sendmode.yaml:3:18: gone.csv: there is no such file"),
        ("/etc/passwd.csv", "sendmode.yaml:3:18: must be a path inside the project"),
        ("../x.csv", "sendmode.yaml:3:18: leads out of the project"),
        ("out.csv", "sendmode.yaml:3:18: is a link that leads out"),
        ("fifo.csv", "sendmode.yaml:3:18: fifo.csv: is no regular file"),
        ("book.xlsx", "sendmode.yaml:3:18: this is a spreadsheet; open it"),
        ("book.ods", "sendmode.yaml:3:18: this is a spreadsheet; open it"),
        ("list.txt", "sendmode.yaml:3:18: must be a .csv, .tsv or .jsonl file"),
        ("zip.csv", "zip.csv:1:1: this is a spreadsheet; open it"),
    ],
)
def test_what_is_no_source(load_here: Load, tmp_path: Path, path: str, problem: str) -> None:
    (tmp_path / "x.csv").write_text("mobilenumber\n", encoding="utf-8")
    (tmp_path / "project").mkdir()
    os.mkfifo(tmp_path / "project/fifo.csv")
    (tmp_path / "project/out.csv").symlink_to(tmp_path / "x.csv")
    (tmp_path / "project/zip.csv").write_bytes(b"PK\x03\x04")
    loaded = load_here(f"{GROUPS}sources: [{{path: {path}, groups: [a]}}]\n")
    assert len(loaded.problems) == 1
    assert said(loaded)[0].startswith(problem)


def test_lists_that_are_given_up_are_not_kept(write: Write) -> None:
    def peak(count: int) -> int:
        project = write(f"{GROUPS}sources: [{', '.join(f'{{path: l{at}.csv, groups: [a]}}' for at in range(count))}]\n")
        for at in range(count):
            (project.parent / f"l{at}.csv").write_text("no number\n" + "a row\n" * 200_000, encoding="utf-8")
        tracemalloc.start()
        assert len(load(project, cwd=project.parent).problems) == count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(4) < 1.2 * peak(1)


def test_a_sheet_may_come_from_old_excel(write: Write) -> None:
    project = write(f"{GROUPS}sources: [{{path: m.csv, groups: [a]}}]\n")
    (project.parent / "m.csv").write_bytes("mobilenumber;firstname\r\n0871234567;Áine\r\n".encode("cp1252"))
    loaded = load(project, cwd=project.parent)
    assert loaded.desired is not None
    assert loaded.desired.customers["+353871234567"].values[0] == "Áine"
    assert [(problem.level, problem.code) for problem in loaded.problems] == [("notice", "encoding-guessed")]


def test_the_digest_is_of_names_and_bytes_wherever_the_project_lies(write: Write, tmp_path: Path) -> None:
    def digest() -> str:
        desired = load(project, cwd=cwd).desired
        assert desired is not None
        return desired.config_digest

    project = write("version: 1\ninclude: [a.yaml]\n", **{"a.yaml": "groups: {}\n", "unread.txt": "x"})
    cwd = project.parent
    first = digest()
    assert first.startswith("sha256:")
    cwd = tmp_path
    assert digest() == first
    (project.parent / "unread.txt").write_text("y", encoding="utf-8")
    assert digest() == first
    (project.parent / "a.yaml").write_text("groups: {}  \n", encoding="utf-8")
    assert digest() != first


def test_hosts_are_allowed_from_outside(write: Write) -> None:
    project = write("version: 1\naccount: {base_url: https://sandbox.example}\n")
    assert load(project).desired is None
    assert load(project, allow_hosts=frozenset({"sandbox.example"})).desired is not None


@pytest.mark.parametrize(
    ("state", "path"),
    [
        (None, "x/.sendmode/prod.db"),
        ("here.db", "x/here.db"),
        ("/var/lib/here.db", "/var/lib/here.db"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("git", "git"),
        ("git+https://host/repo#state", "git+https://host/repo#state"),
    ],
)
def test_where_the_state_is(state: str | None, path: str) -> None:
    assert state_path(Path("x/prod.yaml"), Settings(state=state)) == path


def test_the_state_id_is_read_back(tmp_path: Path) -> None:
    project = tmp_path / "prod.yaml"
    assert read_state_id(project) is None
    assert write_state_id(project, "0b2f-1").name == state_id_name(project) == "prod.state-id"
    assert read_state_id(project) == StateId("0b2f-1")
    write_state_id(project, "0b2f-2", "postgresql://me:secret@host/db")
    assert read_state_id(project) == StateId("0b2f-2", "postgresql://host/db")
    assert "secret" not in (tmp_path / "prod.state-id").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "lineage:\n", "lineage: <<<<<<< HEAD\n", "\xff"])
def test_a_damaged_state_id_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "prod.state-id").write_text(text, encoding="latin-1")
    with pytest.raises(StateError, match="version control"):
        read_state_id(tmp_path / "prod.yaml")


def test_an_unreadable_state_id_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prod.state-id").mkdir()
    with pytest.raises(StateError, match="no regular file"):
        read_state_id(tmp_path / "prod.yaml")
