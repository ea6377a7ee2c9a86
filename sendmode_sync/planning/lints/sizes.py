"""Rules about how large texts are: segments, what forces UCS-2, and where parts are cut."""

from __future__ import annotations

from collections.abc import Iterator

from sendmode_sync.model.counting import count
from sendmode_sync.planning.lints.rule import Finding, Subject
from sendmode_sync.sms import clusters, segments, transliterate

_MOST = 6
_NEAR = 5


def over_one(subject: Subject) -> Iterator[Finding]:
    """Say who gets more than one segment: each is paid for."""
    total = longest = dear = 0
    for text, people in subject.readers():
        total += people
        if text.segments > 1:
            dear += people
            longest = max(longest, text.segments)
    if dear:
        who = "everybody" if dear == total else f"{dear:,} of {count(total, 'recipient')}"
        yield Finding(f"it takes {'up to ' * (dear < total)}{longest} segments for {who}{_why(subject)}", "messagetext")


def over_six(subject: Subject) -> Iterator[Finding]:
    """Say who gets so many parts that networks and phones may drop some."""
    dear = [(text.segments, people) for text, people in subject.readers() if text.segments > _MOST]
    if dear:
        longest, people = max(dear)[0], sum(people for _, people in dear)
        yield Finding(
            f"it takes up to {longest} segments for {count(people, 'recipient')}, and networks may drop parts of more than {_MOST}",
            "messagetext",
        )


def near_next(subject: Subject) -> Iterator[Finding]:
    """Count texts that become dearer with the next small edit."""
    room = subject.rest.room
    near = sum(room[digest] < _NEAR for digest in subject.rest.audience.values())
    if near:
        yield Finding(
            f"for {count(near, 'recipient')} it is within {_NEAR} characters of another segment; a small edit makes it dearer",
            "messagetext",
        )


def punctuation(subject: Subject) -> Iterator[Finding]:
    """Name typographic punctuation that alone makes a text UCS-2."""
    people = 0
    found: dict[str, None] = {}
    for text, readers in subject.readers():
        if text.encoding == "UCS-2" and not transliterate.is_lettered(text.text):
            people += readers
            found.update(dict.fromkeys(char for _, char in segments.forcing(text.text)))
    if people:
        yield Finding(
            f"only punctuation ({' '.join(map(_named, found))}) makes it UCS-2 for {count(people, 'recipient')}; write it "
            "plainly, or leave out transliterate: none",
            "messagetext",
        )


def cut_clusters(subject: Subject) -> Iterator[Finding]:
    """Name an emoji of several code points that lies on the border of two parts."""
    people = 0
    example = ""
    for text, readers in subject.readers():
        if text.segments > 1 and text.encoding == "UCS-2" and clusters.possible(text.text):
            cut = clusters.cut_by(segments.split(text.text))
            people += readers * bool(cut)
            example = example or (cut[0] if cut else "")
    if people:
        yield Finding(
            f"for {count(people, 'recipient')} the end of a segment falls within {example}, which some phones then show broken; "
            "move it",
            "messagetext",
        )


def _named(char: str) -> str:
    return char if char.isprintable() else f"U+{ord(char):04X}"


def _why(subject: Subject) -> str:
    """Return what makes it so long, as far as it is no matter of length."""
    costing = subject.costing
    if costing and costing.forcing and costing.wide_extra:
        first = costing.forcing[0]
        return f", because of {_named(first.character)} at character {first.position} of the text"
    if costing and costing.dearer and costing.segments == 1:
        return ", because of a merge value"
    return ""
