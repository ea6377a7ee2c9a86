"""Rules about what a text says: how to opt out, placeholders of other tools, links. Values of customers are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendmode_sync.planning import costing
from sendmode_sync.planning.lints.rule import Finding, Subject

SHARED_SENDER = "Repliable"
"""Sendmode's own sender ID, the only name that can be answered."""

_WORDS = r"(?:stop|unsub(?:scribe)?|opt[ -]?out|quit|end|cancel)"
_REPLY = re.compile(
    rf"\b(?:reply|text|txt|send|answer|respond|return)(?:\s+(?:with|us|back|the word))*\s*:?\s*[\"'“‘]?{_WORDS}\b"
    r"|\bstop[\"'”’]?\s*(?:to|2|=)\s*(?:opt|end|unsub|cancel|quit|leave|stop)",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(rf"{_WORDS}[\"'”’]?\s+(?:to|on)\s+\+?\d[\d ]{{3,}}", re.IGNORECASE)
_OPT_OUT = re.compile(r"\bopt(?:ing)?[ -]?out\b|\bunsub(?:scribe)?\b|/stop\b", re.IGNORECASE)
_STOP = re.compile(r"\bSTOP\b")

_PLACEHOLDERS = re.compile(
    r"\[\[[\w .|-]+\]\]|\(\([\w .|-]+\)\)|<<[\w .|-]+>>|\*\|[\w .:-]+\|\*|(?<![\w$])\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|%\([A-Za-z_]+\)s|%[sd]\b"
    r"|%[A-Z_]{3,}%|\{[A-Za-z_ .]+\}"
)
_HOST = re.compile(r"(?<![\w.@-])(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,24})\b", re.IGNORECASE)
_PLAIN_HTTP = re.compile(r"\bhttp://([^/\s?#]+)", re.IGNORECASE)
_SHORTENERS = frozenset(
    {
        "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "s.id", "shorturl.at",
        "shorte.st", "t.co", "t.ly", "t2m.io", "tiny.cc", "tinyurl.com", "tr.im", "v.gd", "wa.link",
    }
)  # fmt: skip


def without_optout(subject: Subject) -> Iterator[Finding]:
    """Say where marketing does not tell how to opt out."""
    if subject.campaign.purpose != "marketing":
        return
    text = costing.filled(subject.template)
    folded = text.casefold()
    phrases = subject.desired.settings.lints.optout_phrases
    said = _STOP.search(text) or _REPLY.search(text) or _OPT_OUT.search(text)
    if not said and not any(phrase.casefold() in folded for phrase in phrases):
        yield Finding(
            'it is marketing and does not say how to opt out; add "Reply STOP to opt out", or write purpose: service '
            "where it sells nothing",
            "messagetext",
        )


def unanswerable(subject: Subject) -> Iterator[Finding]:
    """Say where a text asks for a reply, and the sender is a name that cannot be answered."""
    name = subject.sender
    if name is None or name == SHARED_SENDER or name.isdigit():
        return
    text = costing.filled(subject.template)
    if _REPLY.search(text) and not _OTHER_NUMBER.search(text):
        yield Finding(
            f'it asks for a reply, and the sender "{name}" is a name, which nobody can answer; '
            f"write senderid: {SHARED_SENDER} or a number, or a link or number to opt out with",
            "messagetext",
        )


def leftovers(subject: Subject) -> Iterator[Finding]:
    """Name what other tools take for a field, and people would read as it stands."""
    found = dict.fromkeys(match.group() for match in _PLACEHOLDERS.finditer(costing.filled(subject.template)))
    if found:
        shown = ", ".join(found)
        yield Finding(f"people would read {shown}; a field is written as in {{firstname|there}}", "messagetext")


def shorteners(subject: Subject) -> Iterator[Finding]:
    """Name public link shorteners, which swindlers use too."""
    hosts = map(str.lower, _HOST.findall(costing.filled(subject.template)))
    for host in dict.fromkeys(host for host in hosts if host in _SHORTENERS):
        yield Finding(
            f"{host} is a public link shortener, which networks filter and people distrust; link to a site of your own",
            "messagetext",
        )


def plain_http(subject: Subject) -> Iterator[Finding]:
    """Name links without encryption, of which phones warn."""
    for host in dict.fromkeys(map(str.lower, _PLAIN_HTTP.findall(costing.filled(subject.template)))):
        yield Finding(f"the link to {host} begins with http://; write https://", "messagetext")
