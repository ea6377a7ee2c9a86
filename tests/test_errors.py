"""Exit codes, places and problems as they are written."""

from __future__ import annotations

import itertools

import pytest

from sendmode_sync.errors import Exit, InterruptedRunError, Place, Problem, ProjectError, SyncError, UsageError, gravest


def test_the_graver_code_wins_in_the_order_of_the_contract() -> None:
    order = [Exit.USAGE, Exit.PERSON, Exit.ERROR, Exit.INCOMPLETE, Exit.CHANGES, Exit.OK]
    assert [int(code) for code in order] == [64, 4, 1, 3, 2, 0]
    for graver, lighter in itertools.combinations(order, 2):
        assert gravest([lighter, graver]) is gravest([graver, lighter]) is graver
    assert gravest([]) is Exit.OK


def test_a_place_is_written_as_editors_read_it() -> None:
    assert str(Place("campaigns/dec.yaml", 3, 5)) == "campaigns/dec.yaml:3:5"
    assert str(Place("a.yaml")) == "a.yaml:1:1"


@pytest.mark.parametrize(
    ("problem", "written"),
    [
        (Problem("x", "it is wrong", Place("a.yaml", 2, 1)), "a.yaml:2:1: it is wrong"),
        (Problem("x", "it is wrong"), "it is wrong"),
    ],
)
def test_a_problem_opens_with_its_place(problem: Problem, written: str) -> None:
    assert str(problem) == written


def test_an_error_says_what_is_wrong_and_then_the_remedy() -> None:
    error = SyncError("no state", remedy="make one")
    assert (str(error), error.message, error.remedy) == ("no state; make one", "no state", "make one")
    assert str(SyncError("no state")) == "no state"


def test_errors_know_their_exit_codes() -> None:
    assert [SyncError.exit_code, UsageError.exit_code, InterruptedRunError.exit_code] == [1, 64, 3]


def test_a_project_error_holds_every_problem() -> None:
    problems = [Problem("a", "one"), Problem("b", "two")]
    error = ProjectError(iter(problems))
    assert error.problems == tuple(problems)
    assert (error.exit_code, str(error)) == (Exit.ERROR, "2 problems in the project's files")
