from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.config.check import Part, Rules, check, rules
from sendmode_sync.config.compile import Compiled, SheetText, compile_project
from sendmode_sync.config.reader import read
from sendmode_sync.config.sources import read_sources

SCHEMA = Path(__file__).parents[2] / "schemas" / "project.schema.json"


@pytest.fixture(scope="session")
def schema_text() -> str:
    return SCHEMA.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def project_rules(schema_text: str) -> Rules:
    return rules(schema_text)


@pytest.fixture(scope="session")
def part(project_rules: Rules) -> Callable[[str], Part]:
    """Read and check one project file."""
    return lambda text: check(read("sendmode.yaml", text), project_rules, included=False)


class Compiling:
    """Compiles a project file, its included files and its sheets, all given as text."""

    def __init__(self, project_rules: Rules) -> None:
        self.rules = project_rules

    def __call__(self, text: str, *included: str, allow_hosts: tuple[str, ...] = (), **sheets: str) -> Compiled:
        parts = [check(read("sendmode.yaml", text), self.rules, included=False)]
        for at, other in enumerate(included, 1):
            parts.append(check(read(f"part{at}.yaml", other), self.rules, included=True))
        contacts = [
            (source, SheetText(source.path, sheets[Path(source.path).stem]))
            for each in parts
            for source in read_sources(each)
        ]
        return compile_project(parts, contacts, (), allow_hosts=allow_hosts, config_digest="sha256:x")

    def problems(self, text: str, *included: str, **sheets: str) -> list[str]:
        """Return the problems as they are shown."""
        return [str(problem) for problem in self(text, *included, **sheets).problems]


@pytest.fixture(scope="session")
def compiling(project_rules: Rules) -> Compiling:
    return Compiling(project_rules)
