"""Whether an answer to a question of ``init`` can stand in the project file, by the rules for that file."""

from __future__ import annotations

import json
import re
from typing import Any

from sendmode_sync.config.wording import shown, unknown_region
from sendmode_sync.sms import schedule
from sendmode_sync.sms.numberplan import is_region
from sendmode_sync.workspace.schemas import schema


def refusal(key: str, answer: str) -> str | None:
    """Return why a text cannot be the account's ``senderid``, ``region`` or ``timezone``; None where it can."""
    definitions: dict[str, Any] = json.loads(schema("project"))["$defs"]
    rule = definitions["senderid"] if key == "senderid" else definitions["account"]["properties"][key]
    if "pattern" in rule and not re.search(rule["pattern"], answer):
        return f"{shown(answer)} {rule['errorMessage']}"
    if key == "region" and not is_region(answer):
        return unknown_region(answer)
    if key == "timezone" and not schedule.is_zone(answer):
        return f"{shown(answer)} is no time zone that this machine knows; write one such as Europe/Dublin"
    return None
