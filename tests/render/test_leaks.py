"""Planted numbers, names and secrets: no rendering shows them, unless personal data is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from sendmode_sync.render import export, history, preview, rehearsal, reports, statuses
from sendmode_sync.render.formats import PLAN_FORMATS, render_plan
from sendmode_sync.render.view import Masker
from tests.golden import golden_samples as samples

PLANTED = (samples.FIRSTNAME, samples.SURNAME, "Plantedtown", "planted@example.ie", "Siobhán", "Siobh\\u00e1n")
NUMBER = re.compile(r"(\+44|0044|\b44|\b0)?\s*7\s*7\s*0\s*0\s*9\s*0\s*0\s*1")


def renderings(masker: Masker) -> Iterator[tuple[str, str]]:
    for form in PLAN_FORMATS:
        for all_items in (False, True):
            for plan in (samples.PLAN, samples.LIMITED):
                yield f"plan {form}", render_plan(plan, form, masker, all_items=all_items, zone=samples.ZONE)
    for form in ("text", "json"):
        yield f"status {form}", statuses.render(samples.STATUS, form, masker, samples.ZONE, all_items=True)
        yield f"preview {form}", preview.render(samples.PREVIEW, form, masker, limit=100)
        yield f"run {form}", history.render_run(samples.RUNS[0], samples.OPERATIONS, form, masker, all_items=True)
        yield f"rehearsal {form}", rehearsal.render(samples.REHEARSAL, form, masker, all_items=True)
    for form in ("csv", "json"):
        yield f"export {form}", export.render(samples.SENT, form, masker)


@pytest.mark.parametrize("masker", [Masker(), Masker(samples.KEY)], ids=["without tags", "with tags"])
def test_nothing_planted_is_seen(masker: Masker) -> None:
    for name, text in renderings(masker):
        assert not NUMBER.search(text), name
        assert not [planted for planted in PLANTED if planted in text], name


def test_what_is_looked_for_would_be_found() -> None:
    shown = dict(renderings(Masker(samples.KEY, show=True)))
    everything = "\n".join(shown.values())
    assert all(planted in everything for planted in PLANTED)
    assert {name for name, text in shown.items() if NUMBER.search(text)} == shown.keys() - {
        "preview text",
        "preview json",
        "rehearsal text",
    }


def test_the_tag_key_is_seen_nowhere() -> None:
    for name, text in renderings(Masker(samples.KEY, show=True)):
        assert samples.KEY.decode() not in text, name
        assert samples.KEY.hex() not in text, name


def test_reports_hold_sentences_and_counts_alone() -> None:
    answer = json.loads(reports.render(samples.REPORT, "json"))
    assert set(answer) == {"format_version", "run", "exit_code", "reasons", "plan_digest", "counts", "credits"}
