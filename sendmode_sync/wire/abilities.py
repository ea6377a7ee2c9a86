"""What each API can do, apart from how it is spoken: a plan needs no more of an account than that."""

from __future__ import annotations

from collections.abc import Mapping

from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.settings import Api

ABILITIES: Mapping[Api, Abilities] = {
    "v2": Abilities(),
    # Nothing is public of its credits, imports, opt-outs and scheduling.
    "engage": Abilities(credits=False, imports=False, optouts=False, schedules=False),
}
