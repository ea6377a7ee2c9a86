"""Whose clock says when it is quiet for somebody: the group's, else the country's of the number, else the account's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.phone import E164

Zones: TypeAlias = frozenset[str]
"""The IANA zones that hold for somebody: nothing is sent while it is quiet in any of them."""

Split: TypeAlias = Mapping[Zones, Collection[E164]]
"""People by the zones that hold for them; never empty, so that a campaign without people has a time too."""

_COUNTRIES: Mapping[str, Zones] = MappingProxyType(
    {"+353": frozenset({"Europe/Dublin"}), "+44": frozenset({"Europe/London"})}
)
"""Countries with one clock, the islands that share +44 included; the others have several, or are not known well enough."""


class Clocks:
    """The zones of a project, by person. Somebody in groups of several zones is held to all of them."""

    def __init__(self, desired: Desired) -> None:
        """Read the zones of account and groups."""
        self._customers = desired.customers
        self._groups = {group.name: group.timezone for group in desired.groups.values() if group.timezone}
        self._account = frozenset({desired.settings.account.timezone})
        self._known: dict[tuple[str, ...], Zones] = {}

    def of(self, number: E164) -> Zones:
        """Return the zones that hold for a number."""
        if self._groups:
            customer = self._customers.get(number)
            zones = self._of_groups(customer.groups) if customer is not None else frozenset()
            if zones:
                return zones
        return _COUNTRIES.get(number[:4]) or _COUNTRIES.get(number[:3]) or self._account

    def of_all(self, numbers: Iterable[E164]) -> Zones:
        """Return the zones that hold for any of some numbers; the account's where there is none."""
        return frozenset().union(*map(self.of, numbers)) or self._account

    def split(self, campaign: Campaign, numbers: Collection[E164]) -> Split:
        """Return people by their zones; where no quiet hours hold, all have the account's, which is then of no matter."""
        if campaign.quiet_hours is None or not numbers:
            return {self._account: numbers}
        found: dict[Zones, list[E164]] = {}
        if self._groups:
            for number in numbers:
                found.setdefault(self.of(number), []).append(number)
            return found
        for beginning, same in _by_beginning(numbers).items():  # a hundred thousand people have a few dozen of these
            found.setdefault(self.of(beginning), []).extend(same)
        return found

    def _of_groups(self, groups: tuple[str, ...]) -> Zones:
        zones = self._known.get(groups)
        if zones is None:
            zones = frozenset(self._groups[name] for name in groups if name in self._groups)
            self._known[groups] = zones
        return zones


def _by_beginning(numbers: Iterable[E164]) -> Mapping[str, list[E164]]:
    """Return numbers by as much of them as tells their country."""
    found: defaultdict[str, list[E164]] = defaultdict(list)
    for number in numbers:
        found[number[:4]].append(number)
    return found
