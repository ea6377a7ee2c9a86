"""The changes that a project asks for, and those among them that can be made: what cannot is held, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.counting import count
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Abilities, ImportChange, OptOutChange, SendChange


class Wanted(NamedTuple):
    """The changes of a plan, before and after what cannot be made is taken out."""

    optouts: tuple[OptOutChange, ...]
    sends: tuple[SendChange, ...]
    imports: Sequence[ImportChange]

    @property
    def calls(self) -> int:
        """How many calls they take."""
        return len(self.optouts) + len(self.sends) + len(self.imports)

    @property
    def credits(self) -> Decimal:
        """What they cost, in credits."""
        return sum((send.credits for send in self.sends), Decimal(0))

    def possible(self, abilities: Abilities, only: AbstractSet[E164] | None) -> Wanted:
        """Return what the API can do and the account may name; ``only`` is None where it may name every number.

        Sends are no concern of this: a campaign that cannot be sent is blocked, and has none.
        """
        return self._replace(
            optouts=tuple(change for change in self.optouts if _may(change, only)) if abilities.optouts else (),
            imports=self._possible_imports(only) if abilities.imports else (),
        )

    def _possible_imports(self, only: AbstractSet[E164] | None) -> Sequence[ImportChange]:
        return self.imports if only is None else tuple(change for change in self.imports if _may(change, only))

    def impossible(self, abilities: Abilities, only: AbstractSet[E164] | None) -> tuple[Problem, ...]:
        """Return in sentences what is held."""
        said = []
        if self.optouts and not abilities.optouts:
            said.append(
                f"{count(len(self.optouts), 'opt-out is', 'opt-outs are')} enforced here only: this API has no opt-out call; "
                "enter them at Sendmode by hand"
            )
        if self.imports and not abilities.imports:
            said.append(
                f"{count(len(self.imports), 'import is', 'imports are')} held: this API has no import call; "
                "enter what is to be there at Sendmode by hand"
            )
        held = tuple(Problem("api-cannot", text, level="warning") for text in said)
        return held if only is None else (*held, self._in_test_mode(only))

    def _in_test_mode(self, only: AbstractSet[E164]) -> Problem:
        changes: Iterable[OptOutChange | ImportChange] = chain(self.optouts, self.imports)
        held = sum(not _may(change, only) for change in changes)
        said = (
            f", so {count(held, 'opt-out or import', 'opt-outs and imports')} of other people {'is' if held == 1 else 'are'} held"
            if held
            else ""
        )
        return Problem(
            "test-mode", f"account.mode is test: nothing reaches anybody but account.test_numbers{said}", level="notice"
        )


def _may(change: OptOutChange | ImportChange, only: AbstractSet[E164] | None) -> bool:
    return only is None or change.mobilenumber in only
