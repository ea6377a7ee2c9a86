"""YAML text into a document, from the parser's events; whatever could be read two ways is refused with its place.

Refused are duplicate keys, tags, anchors, aliases, merge keys, second documents, and characters that cannot be seen.
Events are used because node trees take ten times as long, and loaders change numbers into something else.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from yaml import MarkedYAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs do not see that it is offered there
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sendmode_sync.config import characters
from sendmode_sync.config.document import Document, Node, pack
from sendmode_sync.config.wording import shown
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS

FREE_TEXT = frozenset({"messagetext", "description", "optoutresponse", "returnedresponse", *FIELDS})
"""Keys under which people write prose, where YAML's own signs are most often meant as text."""

_QUOTE = "put quotes around the whole text"
_SIGNS = ": # { } [ ] , & * ! % @ `"
_DEEPEST = 20
_LONGEST = 64 * 1024
_SURELY_SHORT = _LONGEST // 4  # characters; each is four bytes at most
_COMMENT = re.compile(r"([ \t]+)#(.?)")

_KEY: Final = object()
_ITEM: Final = object()
_NOWHERE: Final = object()
"""Where the next node goes: it is a key, an item of a list, or left out. Else the target is the key it goes under."""


class _Frame(NamedTuple):
    """An outer container: where its child goes, and how many marks there were before that child."""

    node: Any
    target: Any
    marks: int


class _UnreadableRestError(Exception):
    """What follows in this file is not worth reading."""


def read(path: str, text: str) -> Document:
    """Read one YAML file; what is wrong with it is in the document, nothing is raised.

    ``text`` has LF line breaks and no byte order mark (``decoding``).
    """
    reading = _Reading(path, text)
    reading.run()
    complete = bool(reading.root) or not reading.problems
    data: Node = reading.root[0] if reading.root else {}
    if data == "":
        data = {}
    if not isinstance(data, dict):
        reading.say("not-a-mapping", 'a file holds keys such as "groups:" or "campaigns:" at its outermost level', 0, 0)
        data = {}
    marks = reading.marks or array("Q", [0])
    return Document(path, text, data, marks, tuple(reading.problems), complete, reading.refused)


class _Reading:
    """One pass over the events of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text + "\n"  # so that there is a character after every scalar
        self.root: list[Node] = []
        self.marks: array[int] = array("Q")
        self.problems: list[Problem] = []
        self.refused: dict[tuple[int, str], Node] = {}
        self.names: dict[str, str] = {}
        self.stack: list[_Frame] = []
        self.documents = 0
        self.unseen = [match.start() for match in characters.unseen(text, message=True)]
        self.look_closer = next(characters.unseen(text), None) is not None

    def run(self) -> None:
        """Read to the end, or to where nothing more can be understood."""
        controls = [match.start() for match in characters.CONTROL.finditer(self.text)]
        refused = sorted((*controls, *self.unseen))
        for at, (line, column) in zip(refused, characters.located(self.text, refused), strict=True):
            self.say("bad-character", f"{characters.describe(self.text[at])}; remove it", line - 1, column - 1)
        if controls:
            return
        try:
            self._fill()
        except _UnreadableRestError:
            pass
        except MarkedYAMLError as error:
            self._explain(error)

    def say(self, code: str, message: str, line: int, column: int) -> None:
        """Note a problem; line and column count from 0."""
        self.problems.append(Problem(code, message, Place(self.path, line + 1, column + 1)))

    def _explain(self, error: MarkedYAMLError) -> None:
        """Turn the parser's complaint into one with a remedy; what is never closed is placed where it opens."""
        unclosed = "end of stream" in str(error.problem) and error.context_mark is not None
        mark: Any = error.context_mark if unclosed else error.problem_mark or error.context_mark
        if self.text[mark.index : mark.index + 1] == "\t":
            remedy = "indent with spaces, not with tabs"
        elif "Unicode character escape" in str(error.problem):
            remedy = "write the character itself, an emoji too, and not its escape"
        else:
            remedy = f"{_QUOTE} where it holds any of {_SIGNS}"
        self.say("yaml-syntax", f"this cannot be read as YAML ({error.problem}); {remedy}", mark.line, mark.column)

    def _fill(self) -> None:
        """Consume the events. Reading a list of 100,000 people is this loop, so plain scalars keep to locals."""
        get_event: Callable[[], Any] = CParser(self.text).get_event
        text, marks, names, look_closer = self.text, self.marks, self.names, self.look_closer
        node: Any = self.root
        target: Any = _ITEM
        key: Any = None
        for event in iter(get_event, None):
            if type(event) is not ScalarEvent:
                node, target = self._structure(event, node, target)
                continue
            value: str | None = event.value
            if (
                event.style
                or not value
                or text[event.end_mark.index] in " \t"  # type: ignore[union-attr]  # the C parser sets every mark
                or event.anchor
                or event.tag
                or look_closer
                or len(event.value) > _SURELY_SHORT
            ):
                value = self._look_at(event, target, key)
            mark: Any = event.start_mark
            if target is _KEY:
                key = event
                if value is None or value in node or value == "<<":
                    target = self._refuse_key(event, value)
                    continue
                target = names.setdefault(value, value)
            elif value is None or target is _NOWHERE:
                target = self._leave_out(node, target)
                continue
            elif target is _ITEM:
                node.append(value)
            else:
                node[target] = value
                target = _KEY
            marks.append(mark.line << 32 | mark.column)

    def _structure(self, event: Any, node: Any, target: Any) -> tuple[Any, Any]:
        """Take an event that is no scalar; return the container that is filled next, and where in it."""
        mark: Any = event.start_mark
        match event:
            case MappingStartEvent() | SequenceStartEvent():
                self._refuse_properties(event)
                return self._open(event, node, target)
            case MappingEndEvent() | SequenceEndEvent():
                return self._close(node)
            case AliasEvent():
                message = f'aliases ("*") are not used here; write it out, or {_QUOTE}'
                self.say("yaml-alias", message, mark.line, mark.column)
                return node, self._leave_out(node, target)
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    message = 'a second document ("---") in one file; write one file each'
                    self.say("yaml-documents", message, mark.line, mark.column)
                    raise _UnreadableRestError
            case _:
                pass
        return node, target

    def _leave_out(self, node: Any, target: Any) -> Any:
        """Return where the next node goes after one that was refused; its key was written all the same."""
        if target is _KEY:
            return _NOWHERE
        if target is _ITEM:
            return _ITEM
        if target is not _NOWHERE:
            self.marks.pop()  # the key's
            self.refused[id(node), target] = node
        return _KEY

    def _open(self, event: Any, node: Any, target: Any) -> tuple[Any, Any]:
        mark = event.start_mark
        if len(self.stack) >= _DEEPEST:
            self.say("yaml-depth", f"nested more than {_DEEPEST} deep", mark.line, mark.column)
            raise _UnreadableRestError
        self.stack.append(_Frame(node, target, len(self.marks)))
        self.marks.append(pack(mark.line, mark.column))
        return ({}, _KEY) if type(event) is MappingStartEvent else ([], _ITEM)

    def _close(self, child: Any) -> tuple[Any, Any]:
        node, target, before = self.stack.pop()
        if target is _ITEM:
            node.append(child)
            return node, _ITEM
        if target is not _KEY and target is not _NOWHERE:
            node[target] = child
            return node, _KEY
        if target is _KEY and not self._is_prose(target):
            packed = self.marks[before]
            message = f'a key is meant here, but YAML reads a list or mapping; {_QUOTE} that begins with "{{" or "["'
            self.say("yaml-key", message, packed >> 32, packed & 0xFFFFFFFF)
        del self.marks[before:]
        return node, _NOWHERE if target is _KEY else _KEY

    def _refuse_key(self, event: Any, value: str | None) -> Any:
        """Say why this key cannot be; its value is left out."""
        mark = event.start_mark
        if value == "<<":
            self.say("yaml-merge", 'merge keys ("<<") are not used here; write it out', mark.line, mark.column)
        elif value is not None:
            self.say("duplicate-key", f"the key {shown(value)} is written twice; keep one", mark.line, mark.column)
        return _NOWHERE

    def _refuse_properties(self, event: Any) -> bool:
        mark = event.start_mark
        if event.anchor:
            self.say("yaml-anchor", f'anchors ("&") are not used here; {_QUOTE}', mark.line, mark.column)
        if event.tag:
            self.say("yaml-tag", f'tags ("!") are not used here; {_QUOTE}', mark.line, mark.column)
        return bool(event.anchor or event.tag)

    def _look_at(self, event: Any, target: Any, key: Any) -> str | None:
        """Check a scalar that is not plainly plain; return its text, or None to leave it out."""
        start, end = event.start_mark, event.end_mark
        value: str = event.value
        if self._refuse_properties(event):
            return None
        if len(value) > _SURELY_SHORT and len(value.encode(errors="replace")) > _LONGEST:
            self.say("too-long", "a text of more than 64 KiB", start.line, start.column)
            return None
        if event.style:
            return self._quoted(event, target)
        if (
            not value
            and target not in {_KEY, _ITEM, _NOWHERE}
            and ":" not in self.text[key.end_mark.index : start.index]
        ):
            if not self._is_prose(target) and all(frame.target is not _KEY for frame in self.stack):
                message = "a key without a value; put quotes around a text that holds a comma"
                self.say("yaml-bare-key", message, key.start_mark.line, key.start_mark.column)
            return None
        if self._eaten(end.index, target):
            message = f'"#" begins a comment here, so the rest of the text is lost; {_QUOTE}'
            self.say("yaml-comment", message, end.line, end.column)
        return self._seen(value, event, target)

    def _quoted(self, event: Any, target: Any) -> str | None:
        """Check a text in quotes or a block, where escapes can bring in what the file itself does not show."""
        value: str = event.value.rstrip("\n")
        if event.style == '"' and (control := characters.CONTROL.search(value)):
            message = f"{characters.describe(control.group())}; remove it"
            self.say("bad-character", message, event.start_mark.line, event.start_mark.column)
            return None
        return self._seen(value if value.isascii() else unicodedata.normalize("NFC", value), event, target)

    def _seen(self, value: str, event: Any, target: Any) -> str | None:
        """Refuse what cannot be seen, unless the file as a whole was told of it already."""
        found = next(characters.unseen(value, message=target == "messagetext"), None)
        if found is None:
            return value
        start, end = event.start_mark, event.end_mark
        told = bisect_left(self.unseen, start.index) < bisect_left(self.unseen, end.index)
        if not told:
            self.say("bad-character", f"{characters.describe(found.group())}; remove it", start.line, start.column)
        return None

    def _eaten(self, end: int, target: Any) -> bool:
        """Say whether a comment right after a plain text looks like a part of that text.

        ``at #1 Gym`` does, ``Byrne # moved`` and ``Byrne  # moved`` do not; in a message only the last is a comment.
        """
        if target not in FREE_TEXT or not (comment := _COMMENT.match(self.text, end)):
            return False
        gap, following = comment.groups()
        return following not in {"", " ", "\t", "#"} or (target == "messagetext" and len(gap) < 2)

    def _is_prose(self, target: Any) -> bool:
        """Say whether prose is meant at, or around, this place; then the schema says what is wrong with it."""
        return any(key in FREE_TEXT for key in (target, *(frame.target for frame in self.stack)))
