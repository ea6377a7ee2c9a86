"""Rules of the house that import-linter cannot see, read off the syntax trees."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sendmode_sync"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAY_OPEN_FILES = ("workspace", "store", "wiring", "clocks.py")
MAY_READ_CLOCKS = ("clocks.py", "emulator")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the dotted name and line of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_doors_to_files_open_them(path: Path) -> None:
    if name(path).startswith(MAY_OPEN_FILES):
        return
    opened = [line for called, line in calls(parsed(path)) if called in {"open", "io.open", "os.open"}]
    assert not opened or name(path) == "cli/main.py"  # which sends a broken pipe to the null device


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_clocks_read_clocks(path: Path) -> None:
    if name(path).startswith(MAY_READ_CLOCKS):
        return
    reading = {"datetime.now", "dt.datetime.now", "datetime.utcnow", "time.time", "date.today", "dt.date.today"}
    assert not [(called, line) for called, line in calls(parsed(path)) if called in reading]


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name)
def test_packages_re_export_nothing(path: Path) -> None:
    body = [node for node in parsed(path).body if not isinstance(node, ast.Expr)]
    allowed = path == PACKAGE / "__init__.py"  # the version stands there, since reading metadata costs 38 ms
    assert not body or (allowed and all(isinstance(node, ast.Assign) for node in body))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nobody_imports_what_is_private(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sendmode_sync"):
            assert not [
                alias.name for alias in node.names if alias.name.startswith("_") and alias.name != "__version__"
            ]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [
        (node.name, node.end_lineno - node.lineno + 1)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 40
    ]
    assert not long


def loaded(arguments: list[str], heavy: set[str]) -> tuple[list[str], str]:
    """Run the program in a process of its own; return which of some modules it loaded, and what it printed."""
    script = (
        "import sys\nfrom sendmode_sync.cli.main import run\n"
        f"run({arguments!r})\nprint(*sorted({heavy!r} & set(sys.modules)), file=sys.stderr, sep='\\n')"
    )
    # Measuring coverage loads sqlite3, and a key lets a plan read the balance.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "SENDMODE_"))}
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env=plain
    )
    return [name for name in ran.stderr.splitlines() if name in heavy], ran.stdout


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    heavy = {"httpx", "jsonschema", "sqlite_utils", "sqlite3", "yaml", "rich", "phonenumbers", "dateutil", "asyncio"}
    found, said = loaded([option], heavy)
    assert not found
    assert said


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_what_is_as_it_should_be_is_read_without_what_only_mistakes_and_calls_need(
    command: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "examples" / "gym", tmp_path / "gym")
    found, said = loaded(
        ["-C", str(tmp_path / "gym"), command], {"httpx", "jsonschema", "rich", "phonenumbers", "asyncio"}
    )
    assert not found
    assert said


def test_what_is_not_is_told_by_jsonschema(tmp_path: Path) -> None:
    (tmp_path / "sendmode.yaml").write_text("version: 1\ngrups: {}\n", encoding="utf-8")
    assert loaded(["-C", str(tmp_path), "validate"], {"jsonschema"})[0] == ["jsonschema"]


def test_the_top_level_holds_what_it_should() -> None:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=False, cwd=ROOT).stdout.split()
    if not listed:
        pytest.skip("not a git checkout: the list of files is not known")
    top = {path.split("/")[0] for path in listed if not path.startswith(".")}
    assert top == {"pyproject.toml", "sendmode_sync", "schemas", "examples", "tests", "README.md", "LICENSE"}
