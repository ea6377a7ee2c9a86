"""What of people and of foreign text may be seen: masks by type, and data that cannot act on a terminal or a CI log.

Masking happens while a text is built, never by searching a finished one: a search misses a spelling, or hits a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.phone import E164, mask, tag
from sendmode_sync.model.plan import SendChange

HIDDEN = "(hidden)"

_JOINER = "\u200d"  # holds emoji of several people together; it turns nothing around and hides nothing
_CI_COMMAND = re.compile(r"^(\s*)::")  # GitHub's runner trims a line before it looks for a command


@dataclass(frozen=True, slots=True)
class Masker:
    """Hides who people are, unless ``show``.

    ``key`` is the state's own secret, by which a masked number gets a tag that commands accept in its place; None
    where there is no state.
    """

    key: bytes | None = field(default=None, repr=False)
    show: bool = False

    def number(self, number: E164) -> str:
        """Return ``+353 ** *** **67 p-abcdefgh``, or the number."""
        if self.show:
            return number
        return mask(number) if self.key is None else f"{mask(number)} {tag(number, self.key)}"

    def value(self, value: str) -> str:
        """Return one customer field; that it is empty may be seen."""
        return value if self.show or not value else HIDDEN

    def values(self, values: Values) -> dict[str, str]:
        """Return the ten customer fields by name, in their order."""
        if self.show:
            return dict(zip(FIELDS, values, strict=True))
        return {name: value and HIDDEN for name, value in zip(FIELDS, values, strict=True)}

    def text(self, send: SendChange) -> str:
        """Return the text of a send, or the template that it was made from."""
        return send.messagetext if self.show else send.template


def printable(text: str, keep: str = "") -> str:
    r"""Return data with every character that does not print as an escape: ``\n``, ``\x1b``, ``\u202e``.

    That covers C0 and C1 controls, line separators, bidi and zero-width characters, no-break spaces and lone
    surrogates. Characters of ``keep`` stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == _JOINER or char in keep else char.encode("unicode_escape").decode()
        for char in text
    )


def quoted(text: str) -> str:
    """Return data between quotes, so that its ends are seen."""
    return f'"{printable(text)}"'


def page(lines: Iterable[str]) -> str:
    """Return lines as one text in which none is read as a command by a CI runner: ``::name::`` and ``##[name]``.

    The second form counts anywhere in a line for the runner, so it is broken anywhere. There is no last line break.
    """
    return "\n".join(_CI_COMMAND.sub(r"\1\\::", line).replace("##[", "##\\[") for line in lines)
