"""What a run did as a page of Markdown: its verdict as a heading, and the very text of a terminal below."""

from __future__ import annotations

from sendmode_sync.model.report import RunReport
from sendmode_sync.render import reports
from sendmode_sync.render.markdown_inert import block


def report_markdown(report: RunReport, zone: str = "UTC") -> str:
    """Return the report; the text stands in a block of code, where data is inert. ``zone`` is that of its times."""
    verdict = reports.verdict(report)
    lines = [line for line in reports.render(report, "text", zone).splitlines() if line != verdict]
    opening, closing, shown = block(lines)
    return "\n".join((f"## sendmode-sync apply: {verdict}", "", opening, *shown, closing))
