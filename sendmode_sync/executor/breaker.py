"""When sends stop by themselves: after outcomes that are unknown or refused, counted in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass

_UNKNOWN_IN_A_ROW = 2
_UNKNOWN_IN_A_RUN = 3
_REFUSED_IN_A_ROW = 3


@dataclass(slots=True)
class Breaker:
    """Counts the outcomes of the sends of one run. ``tripped`` stays: no further send may start in this run."""

    unknown: int = 0
    unknown_in_a_row: int = 0
    refused_in_a_row: int = 0
    tripped: bool = False

    def accepted(self) -> None:
        """Note a send that was accepted."""
        self.unknown_in_a_row = self.refused_in_a_row = 0

    def refused(self) -> None:
        """Note a send that was refused for certain."""
        self.unknown_in_a_row = 0
        self.refused_in_a_row += 1
        self.tripped |= self.refused_in_a_row >= _REFUSED_IN_A_ROW

    def held(self) -> None:
        """Note a send that may or may not have happened."""
        self.refused_in_a_row = 0
        self.unknown_in_a_row += 1
        self.unknown += 1
        self.tripped |= self.unknown_in_a_row >= _UNKNOWN_IN_A_ROW or self.unknown >= _UNKNOWN_IN_A_RUN
