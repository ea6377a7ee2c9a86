"""What may be seen of the fields of one import: their names and the kind of change, their values only where that is asked for."""

from __future__ import annotations

from sendmode_sync.model.desired import FIELDS, NO_VALUES
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.render import figures
from sendmode_sync.render.view import Masker, quoted


def fields(change: ImportChange, masker: Masker) -> str:
    """Return the fields of an import that differ, in one line."""
    pairs = zip(FIELDS, change.before or NO_VALUES, change.after, strict=True)
    describe = _shown if masker.show else _hidden
    return figures.joined((describe(*pair, change) for pair in pairs if pair[1] != pair[2]), "the number alone")


def _hidden(name: str, old: str, new: str, change: ImportChange) -> str:
    if change.change == "create":
        return name
    return f"{name} {'emptied' if not new else 'changed' if old else 'added'}"


def _shown(name: str, old: str, new: str, change: ImportChange) -> str:
    return f"{name} {quoted(new)}" if change.change == "create" else f"{name} {quoted(old)} -> {quoted(new)}"
