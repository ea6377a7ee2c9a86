"""What is measured, on which project, and what it may take: the table of targets on two cores.

Seconds are of the wall clock, megabytes of peak memory. A row with ``than`` may take so many times what that row took in
the same run. One that is ``once`` takes so long that a single sample has to do.
"""

from __future__ import annotations

from typing import NamedTuple


class Project(NamedTuple):
    """A generated project, and how far its state has come: none, adopted (its lists were never read), or applied.

    ``change`` is the share of customers that changed since.
    """

    name: str
    kind: str
    people: int
    state: str = "none"
    change: float = 0.0
    wrong: int = 0
    campaign: bool = False


class Case(NamedTuple):
    """One row of the table. ``project`` is the name of a project, or of a directory of ``examples``."""

    title: str
    command: tuple[str, ...]
    project: str
    seconds: float | None = None
    megabytes: float | None = None
    ends: tuple[int, ...] = (0,)
    than: str = ""
    times: float = 0.0
    completion: bool = False
    once: bool = False


def sizes(many: int, most: int) -> tuple[tuple[Project, ...], tuple[Case, ...]]:
    """Return projects and rows for lists of ``many`` people, and of ``most`` where that is more."""
    projects = [Project("errors", "csv", many, wrong=many // 100), Project("offer", "csv", many, campaign=True)]
    cases = [
        Case("`--help`", ("--help",), "gym", 0.08),
        Case("`--version`", ("--version",), "gym", 0.08),
        Case("completion", (), "gym", 0.08, completion=True),
        Case("`validate` of examples/gym", ("validate",), "gym", 0.3),
        Case(f"`validate` of {many:,}, {many // 100:,} wrong", ("validate",), "errors", 2.0, ends=(1,)),
        Case(f"`plan` of a personalised text to {many:,}", ("plan",), "offer", 3.0),
    ]
    for kind, shown, never in (("csv", "CSV", 1.2), ("yaml", "YAML", 3.6), ("dumped", "YAML of a program", 3.6)):
        projects += [
            Project(f"{kind}-new", kind, many, "adopted"),
            Project(f"{kind}-same", kind, many, "applied"),
            Project(f"{kind}-one", kind, many, "applied", change=0.01),
        ]
        same = f"`plan` of {many:,} unchanged ({shown})"
        cases += [
            Case(f"`plan` of {many:,} never seen ({shown})", ("plan",), f"{kind}-new", never, 100),
            Case(same, ("plan",), f"{kind}-same", 0.5, 80),
            Case(f"`plan` of {many:,} with 1 % changed ({shown})", ("plan",), f"{kind}-one", than=same, times=1.5),
        ]
    cases.append(Case(f"`rehearse` of {many:,} imports", ("rehearse",), "csv-rehearsed", 60, once=True))
    projects.append(Project("csv-rehearsed", "csv", many))
    if most > many:
        projects += [
            Project("most-new", "csv", most, "adopted"),
            Project("most-same", "csv", most, "applied"),
            Project("most-one", "csv", most, "applied", change=0.01),
            Project("most-none", "csv", most),
        ]
        same, never_seen = f"`plan` of {most:,} unchanged (CSV)", f"`plan` of {most:,} never seen (CSV)"
        share = most / many * 1.2
        cases += [
            Case(never_seen, ("plan",), "most-new", 10, 400, than=f"`plan` of {many:,} never seen (CSV)", times=share),
            Case(same, ("plan",), "most-same", 4, 400, than=f"`plan` of {many:,} unchanged (CSV)", times=share),
            Case(f"`plan` of {most:,} with 1 % changed (CSV)", ("plan",), "most-one", than=same, times=1.5),
            Case(
                f"`plan --format json` of {most:,} creates",
                ("plan", "--format", "json"),
                "most-none",
                30,
                600,
                once=True,
            ),
        ]
    return tuple(projects), tuple(cases)
