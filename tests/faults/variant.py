"""The product as a play uses it: as it is, or with one part of it replaced by a bug."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sendmode_sync.ports import Client
from sendmode_sync.wire.calls import Dialect
from tests.faults.processes import Disk, Noting, Process


def same(thing: Any) -> Any:
    """Change nothing."""
    return thing


@dataclass(frozen=True, slots=True)
class Variant:
    """The product with one part replaced: as it is, or with a bug that the schedules must notice."""

    name: str = "as it is"
    store: Callable[[Noting], Any] = same
    client: Callable[[Client], Client] = same
    dialect: Dialect | None = None
    opened: Callable[[Process], object] = same
    restored: Callable[[Disk], object] = same


AS_IT_IS = Variant()
