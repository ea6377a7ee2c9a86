"""The words of the field in one sentence each, for a reviewer who does not send texts for a living."""

from __future__ import annotations

from sendmode_sync.render.webpage_campaign import facts, folded
from sendmode_sync.render.webpage_markup import Html, tag

WORDS = (
    ("apply", "the command that makes the calls of this page; until somebody runs it, nothing is sent"),
    ("credit", "what Sendmode charges in; a text costs at least one credit a segment"),
    (
        "segment",
        "what networks carry a text in: 160 characters in GSM-7, 70 in UCS-2, somewhat fewer in each of several",
    ),
    ("GSM-7", "the cheap alphabet: Latin letters without most accents, digits, common signs"),
    ("UCS-2", "the alphabet for everything else; a single character outside GSM-7 puts the whole text into it"),
    ("septet", "what GSM-7 counts: most characters are one, and € [ ] { } ~ ^ | and the backslash are two"),
    ("UTF-16 unit", "what UCS-2 counts: most characters are one, and most emoji two or more"),
    ("opt-out", "a person who asked for no more texts; whatever else is written, none is sent to them"),
    ("import", "a customer who is entered into a group at Sendmode; nobody is texted by it"),
    ("due, waiting", "sent by an apply now; sent by an apply at the time shown"),
    ("blocked", "held back by a problem of its own until somebody solves it"),
    ("unknown", "an earlier call broke off and nobody can tell whether it arrived; a person has to find out"),
    ("quiet hours", "the time in which no text starts out, unless it is of service"),
)
"""A word and what it means."""


ANCHOR = "words"
TITLE = "Words on this page"


def words() -> Html:
    """Return the words, folded; a link to the anchor, which lies within, unfolds them."""
    return folded(TITLE, tag("div", facts(WORDS), id=ANCHOR))
