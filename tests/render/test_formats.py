from __future__ import annotations

import json

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.render import export, formats, statuses
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import EMPTY, SENT, STATUS


@pytest.mark.parametrize("form", ["yaml", "", "TEXT"])
def test_a_format_that_is_not_there_is_refused(form: str) -> None:
    with pytest.raises(UsageError, match="is not available yet; use text or json or markdown or html"):
        formats.known(form)
    with pytest.raises(UsageError, match="is not available yet"):
        formats.render_plan(EMPTY, form, Masker())


def test_other_answers_refuse_alike() -> None:
    with pytest.raises(UsageError, match="yaml is not available yet; use text or json"):
        statuses.render(STATUS, "yaml", Masker(), "UTC")
    with pytest.raises(UsageError, match="use csv or json"):
        export.render(SENT, "xlsx", Masker())


def test_the_table_is_what_plans_can_be_shown_in() -> None:
    assert set(formats.PLAN_FORMATS) == {"text", "json", "markdown", "html"}
    assert json.loads(formats.render_plan(EMPTY, "json", Masker()))["changes"] == []
