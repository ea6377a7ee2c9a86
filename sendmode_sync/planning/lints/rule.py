"""What a rule is, what it is shown of a campaign, and what it answers; no rule is in here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from sendmode_sync.errors import Level, Place
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Costing
from sendmode_sync.model.state import FrozenText
from sendmode_sync.planning.remainder import Remainder
from sendmode_sync.planning.scene import sender
from sendmode_sync.planning.timing import Timing
from sendmode_sync.planning.zones import Split
from sendmode_sync.sms import merge

Needs = Literal["files", "people", "time", "plan"]
"""What a rule looks at: keys alone, also everybody's texts, also the time, or all that a plan with a state knows."""


class Finding(NamedTuple):
    """What a rule has to say: what is wrong and what would be right, and the key of the campaign that is meant.

    What is ``shared`` is of the account: it is said once, not for each campaign.
    """

    message: str
    key: str = ""
    shared: bool = False


Week: TypeAlias = Mapping[E164, Sequence[dt.datetime]]
"""When people got, may have got, or will get texts of other campaigns (UTC), as far as it can lie in one week."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One campaign that has not started, with all that a rule may look at.

    ``rest`` holds its people and texts, ``when`` where it stands in time at ``now``, ``split`` its people by time zone.
    ``calls_before`` counts the sends that the same plan makes before it. ``week`` is when its people get texts of other
    campaigns. ``max_duration`` is how long the run may take, in seconds.
    """

    campaign: Campaign
    desired: Desired
    rest: Remainder
    when: Timing
    now: dt.datetime
    split: Split
    costing: Costing | None = None
    calls_before: int = 0
    week: Week = field(default_factory=lambda: MappingProxyType({}))
    max_duration: float | None = None
    _readers: list[tuple[FrozenText, int]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def sender(self) -> str | None:
        """The sender ID that people will see; None where none is written."""
        return sender(self.campaign, self.desired)

    @property
    def template(self) -> merge.Template:
        """The parsed text; one that is no template is taken as it stands."""
        parsed = merge.parse(self.campaign.messagetext)
        return parsed if isinstance(parsed, merge.Template) else merge.Template((self.campaign.messagetext,))

    @property
    def at(self) -> dt.datetime | None:
        """When its first text can reach somebody (UTC); None where none ever can."""
        return self.when.handover or (self.now if self.when.phase == "due" else self.when.next_at)

    def place(self, finding: Finding) -> Place:
        """Return where the key that a finding means is written, or the campaign."""
        places = self.campaign.places
        own = places.get(finding.key) or (places.get("repeat") if finding.key == "scheduledate" else None)
        return own or places.get(f"account.{finding.key}") or self.campaign.place

    def readers(self) -> Sequence[tuple[FrozenText, int]]:
        """Return each distinct text and how many people read it; they are counted once for all rules."""
        if not self._readers:
            counts: Mapping[str, int] = Counter(self.rest.audience.values())
            self._readers.extend((self.rest.texts[digest], people) for digest, people in counts.items())
        return self._readers


Check: TypeAlias = Callable[[Subject], Iterable[Finding]]


class Rule(NamedTuple):
    """One rule.

    ``level`` is its default; of an error that means: a warning where the project writes no ``lints`` at all, unless the
    rule is ``firm``. ``explanation`` is a paragraph for people.
    """

    name: str
    level: Level
    check: Check
    explanation: str
    needs: Needs = "files"
    firm: bool = False
