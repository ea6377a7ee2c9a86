from __future__ import annotations

import dataclasses
import json

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.render import export, formats, statuses
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import EMPTY, PLAN, SENT, STATUS


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


@pytest.mark.parametrize("form", formats.PLAN_FORMATS)
def test_a_plan_in_parts_is_the_whole(form: str) -> None:
    many = dataclasses.replace(PLAN, imports=tuple(PLAN.imports) * 700)
    for plan in (PLAN, EMPTY, many):
        whole = formats.render_plan(plan, form, Masker(), zone="Europe/Dublin")
        assert "".join(formats.plan_in_parts(plan, form, Masker(), zone="Europe/Dublin")) == whole.rstrip("\n")


def test_no_part_of_json_holds_all_changes() -> None:
    many = dataclasses.replace(PLAN, imports=tuple(PLAN.imports) * 1500)
    parts = list(formats.plan_in_parts(many, "json", Masker()))
    assert max(map(len, parts)) < sum(map(len, parts)) / 3
