from __future__ import annotations

from collections.abc import Callable

import pytest

from sendmode_sync.config.compile import Compiled
from sendmode_sync.model.desired import Desired, Ignore
from sendmode_sync.model.settings import Lints

HEAD = "version: 1\ngroups: {a: }\ncustomers: [{mobilenumber: 087 000 0001, groups: [a]}]\n"
BODY = "    groups: [a]\n    messagetext: Hi\n"


def ignores(desired: Desired, name: str = "x") -> list[tuple[str, str, str]]:
    found: tuple[Ignore, ...] = desired.campaigns[name].ignores
    return [(each.rule, each.reason, str(each.place)) for each in found]


@pytest.mark.parametrize(
    ("campaign", "found"),
    [
        pytest.param(f"  x:\n{BODY}", [], id="no comment"),
        pytest.param(f"  x: # hello\n{BODY}", [], id="another comment"),
        pytest.param(
            f"  x: # sendmode-sync: ignore=link-http it is our own\n{BODY}",
            [("link-http", "it is our own", "sendmode.yaml:5:6")],
            id="behind the key",
        ),
        pytest.param(
            f'  "x":   #sendmode-sync:ignore=link-http r\n{BODY}',
            [("link-http", "r", "sendmode.yaml:5:10")],
            id="behind a key in quotes, without spaces",
        ),
        pytest.param(
            f"  # sendmode-sync: ignore=link-http r\n  x:\n{BODY}",
            [("link-http", "r", "sendmode.yaml:5:3")],
            id="above it",
        ),
        pytest.param(
            f"  # sendmode-sync: ignore=a one\n  # why\n  # sendmode-sync: ignore=b two\n  x:\n{BODY}",
            [("a", "one", "sendmode.yaml:5:3"), ("b", "two", "sendmode.yaml:7:3")],
            id="several above it",
        ),
        pytest.param(
            f"  x: # sendmode-sync: ignore=link-http\n{BODY}",
            [("link-http", "", "sendmode.yaml:5:6")],
            id="without a reason",
        ),
        pytest.param(
            '  x: {groups: [a], messagetext: "a # sendmode-sync: ignore=link-http r"}\n', [], id="within a text"
        ),
    ],
)
def test_ignores(desired_of: Callable[..., Desired], campaign: str, found: list[tuple[str, str, str]]) -> None:
    assert ignores(desired_of(f"{HEAD}campaigns:\n{campaign}")) == found


def test_an_ignore_is_of_the_nearest_campaign_alone(desired_of: Callable[..., Desired]) -> None:
    text = f"{HEAD}campaigns:\n  x:\n{BODY}  # sendmode-sync: ignore=link-http r\n  y:\n{BODY}"
    desired = desired_of(text)
    assert (ignores(desired), len(ignores(desired, "y"))) == ([], 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"# sendmode-sync: ignore=link-http r\n{HEAD}", "sendmode.yaml:1:1: this comment belongs to no campaign"),
        (
            f"{HEAD}campaigns:\n  x:\n    # sendmode-sync: ignore=link-http r\n{BODY}",
            "sendmode.yaml:6:5: this comment belongs to no campaign",
        ),
        (
            f"{HEAD}campaigns:\n  x: # sendmode-sync: ignore link-http\n{BODY}",
            "sendmode.yaml:5:6: this comment cannot be understood",
        ),
    ],
)
def test_comments_that_do_nothing_are_a_warning(compiling: Callable[..., Compiled], text: str, said: str) -> None:
    (problem,) = (each for each in compiling(text).problems if each.code == "lint-ignore")
    assert str(problem).startswith(said)
    assert problem.level == "warning"


@pytest.mark.parametrize(
    ("lints", "read"),
    [
        ("", Lints()),
        ("lints: {}\n", Lints(strict=True)),
        ("lints:\n", Lints(strict=True)),
        (
            "lints: {link-http: off, over-one-segment: error, optout_phrases: [STAD], texts_per_week: 5}\n",
            Lints(
                strict=True,
                levels={"link-http": "off", "over-one-segment": "error"},
                optout_phrases=("STAD",),
                texts_per_week=5,
            ),
        ),
    ],
)
def test_how_strictly(desired_of: Callable[..., Desired], lints: str, read: Lints) -> None:
    assert desired_of(f"version: 1\n{lints}").settings.lints == read


@pytest.mark.parametrize(
    ("lints", "said"),
    [
        ("{link-htp: off}", 'unknown key "link-htp", did you mean "link-http"?'),
        ("{link-http: no}", "must be off, warning or error"),
        ("{texts_per_week: 0}", "must be a whole number of texts, at least 1"),
    ],
)
def test_what_is_wrong_with_them(problems_of: Callable[..., list[str]], lints: str, said: str) -> None:
    assert [problem.endswith(said) for problem in problems_of(f"version: 1\nlints: {lints}\n")] == [True]


def test_they_stand_in_the_project_file_only(problems_of: Callable[..., list[str]]) -> None:
    (problem,) = problems_of("version: 1\ninclude: [part1.yaml]\n", "lints: {}\n")
    assert problem.startswith("part1.yaml:1:1: ")
