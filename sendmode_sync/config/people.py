"""People and opt-outs: one person is one canonical number, however it is spelled and wherever it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sendmode_sync.config.check import Part
from sendmode_sync.config.wording import shown, suggestion
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import Group, OptOut
from sendmode_sync.model.phone import E164, mask
from sendmode_sync.model.roll import Columns, Roll, Shelf
from sendmode_sync.sms import numbers

_SUGGESTED = 100
"""Names of groups that get a "did you mean": looking for a near name is slow, and nobody reads more."""


@dataclass(slots=True)
class People:
    """Everyone met so far, and what is wrong; files are added one by one, in the order in which they count.

    ``declared`` are the groups of all files. Tuples of groups are shared, since most people are in the same ones.
    """

    region: str
    allow_fictional: bool
    declared: Mapping[str, Group]
    customers: Roll = field(init=False)
    optouts: dict[E164, OptOut] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped_rows: int = 0
    _groups: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _near: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin a roll that can tell the imports of every declared group apart."""
        self.customers = Roll(group.fields for group in self.declared.values() if group.fields is not None)

    def number(self, text: str) -> E164 | numbers.BadNumber:
        """Read a number as this account means it."""
        return numbers.parse(text, self.region, allow_fictional=self.allow_fictional)

    def groups(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names of groups in sorted order, each once; the same names give the same tuple."""
        key = tuple(names)
        known = self._groups.get(key)
        if known is None:
            known = tuple(sorted(set(key)))
            known = self._groups[key] = self._groups.setdefault(known, known)
        return known

    def undeclared(self, name: str, place: Place) -> Problem:
        """Say that a group is not declared; a name that stands in many rows is looked at once."""
        near = self._near.get(name, "")
        if not near and len(self._near) < _SUGGESTED:
            near = self._near[name] = suggestion(name, self.declared) or "; add it under groups"
        message = f"group {shown(name)} is not declared{near or '; add it under groups'}"
        return Problem("unknown-group", message, place)

    def meet(self, shelf: Shelf, rows: Columns, *, keep_first: bool = False) -> None:
        """Add the people of one shelf, and merge the groups of those met before; other fields for one number are a problem.

        With ``keep_first`` the fields met first count.
        """
        roll = self.customers
        for known, row, alike, number in roll.add(shelf, rows):
            if alike or keep_first:
                roll.regroup(known, self.groups((*roll.groups(known), *roll.groups(row))))
            else:
                message = f"{mask(number)} has other fields at {roll.place(known)}; make them the same, or keep one"
                self.problems.append(Problem("conflict", message, roll.place(row)))


def add_optouts(people: People, part: Part) -> None:
    """Add the opt-outs of one checked file. What is no number blocks everything: it may bar somebody."""
    document = part.document
    places = list(document.places(("optouts",)))
    for at, item in part.items("optouts"):
        row: Any = item
        number = people.number(row["mobilenumber"])
        if isinstance(number, numbers.BadNumber):
            message = f"{number.message} (nothing is sent while an opt-out cannot be read)"
            place = document.place(("optouts", at, "mobilenumber"))
            people.problems.append(Problem(number.code, message, place))
        elif number not in people.optouts:
            responses = (row.get("optoutresponse") or None, row.get("returnedresponse") or None)
            people.optouts[number] = OptOut(number, *responses, places[at])
