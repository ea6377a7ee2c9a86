from __future__ import annotations

import dataclasses

from sendmode_sync.render.markdown_report import report_markdown
from tests.golden.golden_samples import DONE, REPORT


def test_the_verdict_is_the_heading_and_the_text_is_code() -> None:
    page = report_markdown(DONE).splitlines()
    assert page[:4] == ["## sendmode-sync apply: done (exit 0).", "", "```text", "applied"]
    assert page[-1] == "```"
    assert report_markdown(REPORT).startswith("## sendmode-sync apply: a person is needed (exit 4).\n")


def test_data_cannot_end_the_block() -> None:
    page = report_markdown(dataclasses.replace(DONE, failures=("```\n# Hello",))).splitlines()
    assert page[-1] == "````"
    assert not [line for line in page if line.startswith("# ")]
