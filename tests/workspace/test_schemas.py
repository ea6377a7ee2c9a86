from __future__ import annotations

import json

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.workspace.schemas import schema


def test_the_project_s_schema_is_found() -> None:
    assert json.loads(schema("project"))["title"] == "sendmode-sync project"


@pytest.mark.parametrize("name", ["", "../pyproject", "state"])
def test_no_other_file_is(name: str) -> None:
    with pytest.raises(UsageError, match="project, plan"):
        schema(name)
