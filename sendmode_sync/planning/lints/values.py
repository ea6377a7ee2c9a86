"""The rule about merge values: what a spreadsheet did to a name is better seen here than on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sendmode_sync.model.counting import count
from sendmode_sync.model.desired import FIELDS
from sendmode_sync.model.phone import E164
from sendmode_sync.planning.barred import examples
from sendmode_sync.planning.lints.rule import Finding, Subject

_NAMES = frozenset({"firstname", "surname"})
_FORMULA = re.compile(
    r"\s*(?:#(?:REF!|N/A|VALUE!|NAME\?|NUM!|NULL!|DIV/0!|SPILL!|CALC!|#+)|N/A|\[object Object\])\s*", re.IGNORECASE
)
_NO_NAME = re.compile(r"[@\d]")
_LONGEST_INITIALS = 3


def damaged(subject: Subject) -> Iterator[Finding]:
    """Count values, of the fields that the text uses, that look damaged."""
    values = subject.rest.values
    for at, column in enumerate(zip(*values.values(), strict=True)):
        name = subject.template.fields[at]
        odd = {value for value in set(column) if value and _odd(name, value)} if name in FIELDS else None
        if odd:
            numbers: list[E164] = sorted(number for number, used in values.items() if used[at] in odd)
            yield Finding(
                f"the {name} of {count(len(numbers), 'recipient')} looks damaged: {_kinds(odd)} ({examples(numbers)}); "
                "correct it in the list",
                "messagetext",
            )


def _odd(name: str, value: str) -> bool:
    if _FORMULA.fullmatch(value):
        return True
    return name in _NAMES and bool(_NO_NAME.search(value) or _shouted(value))


def _shouted(value: str) -> bool:
    return value.isupper() and sum(map(str.isalpha, value)) > _LONGEST_INITIALS


def _kinds(odd: set[str]) -> str:
    """Return in words what is odd, without any value."""
    kinds: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("a spreadsheet's error", _FORMULA.fullmatch),
        ("an e-mail address", re.compile("@").search),
        ("digits", re.compile(r"\d").search),
        ("capitals alone", _shouted),
    )
    return ", ".join(kind for kind, holds in kinds if any(map(holds, odd)))
