"""Made-up answers stand beside the golden files, where the program that writes those can read them alone."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.errors import Place
from sendmode_sync.model.plan import Plan

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"

sys.path.insert(0, str(GOLDEN))


@pytest.fixture(scope="session")
def spoiled() -> Callable[[str], Plan]:
    """The made-up plan with one piece of data in every place that data can come to."""
    import golden_samples as samples

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
                dataclasses.replace(
                    send, campaign=names[send.campaign], messagetext=evil, template=evil, senderid=evil, customerid=evil
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
