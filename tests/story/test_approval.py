"""What was approved is what is sent: the digest of a plan, given to an apply."""

from __future__ import annotations

import pytest

from tests.story.storyline import MEMBERS, Project, campaign, lines, people


def written(project: Project, *parts: str) -> str:
    """Write a project with twenty members and return its digest."""
    project.write(lines(MEMBERS, people(*range(20)), *parts))
    project.begin()
    digest: str = project.plan()["plan_digest"]
    return digest


def test_a_plan_ends_with_its_whole_digest(project: Project) -> None:
    digest = written(project, campaign())
    assert project.run("plan", key=None).out.splitlines()[-1] == f"plan digest: {digest}"


def test_what_was_approved_is_applied_though_the_list_moved(project: Project) -> None:
    digest = written(project, campaign())
    project.write(
        lines(MEMBERS, people(*range(1, 21)), people(40, firstname="New").removeprefix("customers:\n"), campaign())
    )
    assert project.run("optouts", "add", "+447700900001", "+447700900002", "+447700900003", key=None).code == 0
    ran = project.apply("--expect-digest", digest)
    assert ran.code == 0, ran.said
    assert len(project.remote.reached) == 18


def test_anything_else_is_refused_and_burns_nothing(project: Project) -> None:
    digest = written(project, campaign())
    project.edit("Hi {firstname|there}", "Bye {firstname|there}")
    project.save()
    state = project.status()["state"]
    for words in ((), ("plan.json",)):
        ran = project.apply(*words, "--expect-digest", digest)
        assert ran.code == 1
        assert "campaign hello: its text, sender, times or audience rules are others" in ran.err
    assert project.remote.kinds == []
    assert project.status()["state"] == state
    assert project.apply("plan.json", "--expect-digest", project.plan()["plan_digest"]).code == 0


@pytest.mark.parametrize("typed", ["", "p1:", "p1:7a401d594d68", "everything"])
def test_what_is_no_digest_is_wrong_usage(project: Project, typed: str) -> None:
    written(project, campaign())
    ran = project.apply("--expect-digest", typed)
    assert ran.code == 64
    assert "this is no digest of a plan" in ran.err
    assert project.remote.calls() == 0
