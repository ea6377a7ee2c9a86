from __future__ import annotations

import json

from sendmode_sync.render import lints

RULES = [("one", "error", "Because."), ("two", "notice", "So it is.")]


def test_text_is_a_paragraph_a_rule() -> None:
    assert lints.render(RULES, "text") == "one (error)\n  Because.\n\ntwo (notice)\n  So it is."


def test_json_holds_the_same() -> None:
    assert json.loads(lints.render(RULES, "json"))["rules"][1] == {
        "rule": "two",
        "level": "notice",
        "explanation": "So it is.",
    }
