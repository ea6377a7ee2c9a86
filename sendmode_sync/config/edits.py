"""Adding and removing opt-outs in the text of a YAML file; every other character of it stays as it was.

An edit is read back before it is returned: what does not come out as meant is no edit but None.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from yaml import YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs do not see that it is offered there
from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sendmode_sync.config.document import Node
from sendmode_sync.config.reader import read
from sendmode_sync.model.desired import OptOut

_KEY = "optouts"


class _Span(NamedTuple):
    start: int
    end: int


class _List(NamedTuple):
    """The list of opt-outs in a text: whether it stands in brackets, where it begins, and its items.

    ``indent`` is that of the dashes. A list of which nothing is written begins right after its key.
    """

    flow: bool
    start: int
    indent: int
    items: tuple[_Span, ...]


def add(text: str, optouts: Sequence[OptOut]) -> str | None:
    """Append opt-outs to the ``optouts`` list of a text, or write one at its end; None where that cannot be done.

    ``text`` has LF line breaks.
    """
    ended = text if text.endswith("\n") or not text else f"{text}\n"
    entries = [_entry(optout) for optout in optouts]
    found = _find(ended)
    if found is None:
        edited = f"{ended}optouts:\n" + "".join(f"  - {entry}\n" for entry in entries)
    elif found.flow:
        at = found.items[-1].end if found.items else found.start + 1
        edited = ended[:at] + (", " if found.items else "") + ", ".join(entries) + ended[at:]
    else:
        at = _line_end(ended, found.items[-1].end if found.items else found.start)
        edited = ended[:at] + "".join(f"{' ' * found.indent}- {entry}\n" for entry in entries) + ended[at:]
    return _confirmed(edited, text, [*_listed(text), *map(_data, optouts)])


def remove(text: str, positions: Collection[int]) -> str | None:
    """Take the items at some positions (from 0) out of the ``optouts`` list of a text; None where it cannot be done."""
    edited = text
    for position in sorted(positions, reverse=True):
        found = _find(edited)
        if found is None:
            return None
        cut = _flow_cut(found, position) if found.flow else _block_cut(edited, found.items[position])
        edited = edited[: cut.start] + edited[cut.end :]
    return _confirmed(edited, text, [item for at, item in enumerate(_listed(text)) if at not in positions])


def _confirmed(edited: str, text: str, meant: list[Node]) -> str | None:
    """Return an edited text if it reads as the old one does but for the list, and the list as it is meant."""
    before, after = read("", text), read("", edited)
    if after.problems or {**after.data, _KEY: []} != {**before.data, _KEY: []} or _listed(edited) != meant:
        return None
    return edited


def _listed(text: str) -> list[Node]:
    items = read("", text).data.get(_KEY)
    return items if isinstance(items, list) else []


def _data(optout: OptOut) -> dict[str, Node]:
    data: dict[str, Node] = {"mobilenumber": optout.mobilenumber}
    if optout.optoutresponse:
        data["optoutresponse"] = optout.optoutresponse
    if optout.returnedresponse:
        data["returnedresponse"] = optout.returnedresponse
    return data


def _entry(optout: OptOut) -> str:
    pairs = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in _data(optout).items())
    return f"{{{', '.join(pairs)}}}"


def _line_end(text: str, at: int) -> int:
    """Return where the next line begins; a block of text ends there already."""
    return at if text[at - 1] == "\n" else text.index("\n", at) + 1


def _flow_cut(found: _List, position: int) -> _Span:
    items = found.items
    if position + 1 < len(items):
        return _Span(items[position].start, items[position + 1].start)
    return _Span(items[position - 1].end if position else items[position].start, items[position].end)


def _block_cut(text: str, item: _Span) -> _Span:
    dash = text.rindex("-", 0, item.start)
    ended = text if text.endswith("\n") else f"{text}\n"
    return _Span(text.rfind("\n", 0, dash) + 1, _line_end(ended, item.end))


def _find(text: str) -> _List | None:
    """Return where the list of the outermost level is, None where there is none or the text cannot be read."""
    events = _events(text)
    at = next((at for at, event in enumerate(events) if isinstance(event, MappingStartEvent)), len(events)) + 1
    while at < len(events) and isinstance(events[at], ScalarEvent):
        if events[at].value == _KEY:
            return _measure(events, at + 1)
        at = _after(events, at + 1)
    return None


def _events(text: str) -> list[Any]:
    parser = CParser(text)
    events: list[Any] = []
    try:
        while (event := parser.get_event()) is not None:
            events.append(event)
    except YAMLError:
        return []
    return events


def _after(events: list[Any], at: int) -> int:
    """Return the position after the node that begins at ``at``."""
    depth = 0
    while True:
        match events[at]:
            case MappingStartEvent() | SequenceStartEvent():
                depth += 1
            case MappingEndEvent() | SequenceEndEvent():
                depth -= 1
            case _:
                pass
        at += 1
        if not depth:
            return at


def _measure(events: list[Any], at: int) -> _List | None:
    head = events[at]
    mark: Any = head.start_mark
    if type(head) is ScalarEvent:
        return None if head.value else _List(flow=False, start=mark.index, indent=2, items=())
    items: list[_Span] = []
    at += 1
    while type(events[at]) not in {SequenceEndEvent, MappingEndEvent}:
        after = _after(events, at)
        # The end of a block collection is marked at what follows it; what it holds ends before.
        ends = (event.end_mark.index for event in events[at:after] if event.end_mark.index > event.start_mark.index)
        items.append(_Span(events[at].start_mark.index, max(ends)))
        at = after
    return _List(flow=head.flow_style, start=mark.index, indent=mark.column, items=tuple(items))
