from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.config.check import Part, Rules, check, rules
from sendmode_sync.config.compile import Compiled, compile_project
from sendmode_sync.config.reader import read
from sendmode_sync.config.sources import read_sources
from sendmode_sync.model.desired import Desired
from tests.config.lists import sheet

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


@pytest.fixture(scope="session")
def compiling(project_rules: Rules) -> Callable[..., Compiled]:
    """Compile a project file, its included files and, by name, its sheets, all given as text."""

    def compiled(text: str, *included: str, allow_hosts: tuple[str, ...] = (), **sheets: str) -> Compiled:
        parts = [check(read("sendmode.yaml", text), project_rules, included=False)]
        for at, other in enumerate(included, 1):
            parts.append(check(read(f"part{at}.yaml", other), project_rules, included=True))
        contacts = [
            (source, sheet(source.path, sheets[Path(source.path).stem].encode()))
            for each in parts
            for source in read_sources(each)
        ]
        return compile_project(parts, contacts, (), allow_hosts=allow_hosts, config_digest=lambda: "sha256:x")

    return compiled


@pytest.fixture(scope="session")
def problems_of(compiling: Callable[..., Compiled]) -> Callable[..., list[str]]:
    """Return the problems of a project as they are shown."""
    return lambda text, *included, **sheets: [str(found) for found in compiling(text, *included, **sheets).problems]


@pytest.fixture(scope="session")
def desired_of(compiling: Callable[..., Compiled]) -> Callable[..., Desired]:
    """Return what a project without errors asks for."""

    def desired(text: str, *included: str, **sheets: str) -> Desired:
        compiled = compiling(text, *included, allow_hosts=(), **sheets)
        assert compiled.desired is not None, [str(found) for found in compiled.problems]
        return compiled.desired

    return desired
