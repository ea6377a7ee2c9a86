"""Made-up answers stand beside the golden files, where the program that writes those can read them alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest

from sendmode_sync.errors import Place
from sendmode_sync.model.plan import Plan

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"


VOID = frozenset({"br", "meta"})


class Node(NamedTuple):
    """One start (``<``), end (``>``) or text of a page, in order; the attributes of a start, in the order of names."""

    kind: str
    name: str
    attributes: tuple[tuple[str, str | None], ...] = ()

    def get(self, name: str) -> str | None:
        return dict(self.attributes).get(name)


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed where it should be, and nothing is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[Node] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.nodes.append(Node("<", tag, tuple(sorted(attrs))))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.nodes.append(Node(">", tag))

    def handle_data(self, data: str) -> None:
        self.nodes.append(Node("text", data))

    def handle_comment(self, data: str) -> None:
        self.nodes.append(Node("comment", data))


@pytest.fixture(scope="session")
def read() -> Callable[[str], list[Node]]:
    """Return what reads a page as a browser does, and fails where it is not well formed."""

    def nodes(page: str) -> list[Node]:
        reader = Reader()
        reader.feed(page)
        reader.close()
        assert not reader.open
        return reader.nodes

    return nodes


@pytest.fixture(scope="session")
def spoiled() -> Callable[[str], Plan]:
    """The made-up plan with one piece of data in every place that data can come to."""
    import tests.golden.golden_samples as samples

    def spoil(evil: str) -> Plan:
        names = {outlook.name: f"{outlook.name}{evil}" for outlook in samples.CAMPAIGNS}
        return dataclasses.replace(
            samples.PLAN,
            campaigns=tuple(
                dataclasses.replace(
                    outlook, name=names[outlook.name], template=evil, senderid=evil, reason=evil, place=evil
                )
                for outlook in samples.CAMPAIGNS
            ),
            sends=tuple(
                send._replace(
                    campaign=names[send.campaign], messagetext=evil, template=evil, senderid=evil, customerid=evil
                )
                for send in samples.SENDS
            ),
            imports=tuple(change._replace(group=f"{change.group}{evil}") for change in samples.IMPORTS),
            notices=tuple(
                dataclasses.replace(
                    problem,
                    message=f"said {evil}",
                    place=Place(evil) if problem.place else None,
                    campaign=names.get(problem.campaign or ""),
                )
                for problem in samples.NOTICES
            ),
            limits=(samples.LIMITED.limits[0]._replace(message=f"limit {evil}"),),
        )

    return spoil
