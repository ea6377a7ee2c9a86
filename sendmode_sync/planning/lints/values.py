"""The rule about merge values: what a spreadsheet did to a name is better seen here than on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter

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
    for at, name in enumerate(subject.template.fields):
        odd = _odd(name, set(map(itemgetter(at), values.values()))) if name in FIELDS else None
        if odd:
            numbers: list[E164] = sorted(number for number, used in values.items() if used[at] in odd)
            yield Finding(
                f"the {name} of {count(len(numbers), 'recipient')} looks damaged: {_kinds(odd)} ({examples(numbers)}); "
                "correct it in the list",
                "messagetext",
            )


def _odd(name: str, values: set[str]) -> set[str]:
    """Return what looks damaged of the values of one field, of which there may be as many as people."""
    odd = _formulas(values)
    if name in _NAMES:
        odd.update(filter(_NO_NAME.search, values))
        odd.update(filter(_shouted, filter(str.isupper, values)))
    return odd


def _formulas(values: set[str]) -> set[str]:
    """Return which values are a spreadsheet's errors, and look at each only where some of them can be one."""
    together = "".join(values)
    possible = "#" in together or "[" in together or "n/a" in together.lower()
    return set(filter(_FORMULA.fullmatch, values)) if possible else set()


def _shouted(value: str) -> bool:
    """Say of capitals whether they are more than initials."""
    return sum(map(str.isalpha, value)) > _LONGEST_INITIALS


def _kinds(odd: set[str]) -> str:
    """Return in words what is odd, without any value."""
    together = "".join(odd)
    kinds = (
        ("a spreadsheet's error", _formulas(odd)),
        ("an e-mail address", "@" in together),
        ("digits", re.search(r"\d", together)),
        ("capitals alone", any(map(_shouted, filter(str.isupper, odd)))),
    )
    return ", ".join(kind for kind, holds in kinds if holds)
