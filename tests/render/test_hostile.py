"""Every text of every value turned hostile at once: no output acts on a terminal, a CI runner or a shell."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import pytest

from sendmode_sync.errors import Problem
from sendmode_sync.render import commands, export, history, preview, problems, rehearsal, reports, statuses
from sendmode_sync.render.formats import PLAN_FORMATS, render_plan
from sendmode_sync.render.view import Masker
from tests.golden import golden_samples as samples

EVIL = "::error::x\n::set-env name=A::b\r##[command]\x1b]0;t\x07\x9b2J\u202e\u2028\ud800"
KEPT = ("lineage", "plan_id", "approval", "encoding", "level", "key", "change")


def poison(value: Any, name: str = "") -> Any:
    """Return the value with every text within it replaced, but for numbers and words from closed lists."""
    made: Any = value
    match value:
        case Enum() | bool():
            pass
        case str():
            made = value if name in KEPT or value.startswith("+44") else EVIL
        case tuple() if hasattr(value, "_fields"):
            made = type(value)(*(poison(part, field) for part, field in zip(value, value._fields, strict=True)))
        case tuple():
            made = tuple(poison(part, name) for part in value)
        case Mapping():
            made = {poison(key): poison(part) for key, part in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {field.name: poison(getattr(value, field.name), field.name) for field in dataclasses.fields(value)}
            made = dataclasses.replace(value, **fields)
        case _:
            pass
    return made


def renderings(masker: Masker) -> Iterator[tuple[str, str]]:
    plan = poison(samples.PLAN)
    for form in PLAN_FORMATS:
        yield f"plan {form}", render_plan(plan, form, masker, all_items=True, zone=samples.ZONE)
    for form in ("text", "json"):
        yield f"status {form}", statuses.render(poison(samples.STATUS), form, masker, samples.ZONE)
        yield f"preview {form}", preview.render(poison(samples.PREVIEW), form, masker)
        yield f"apply {form}", reports.render(poison(samples.REPORT), form)
        yield f"history {form}", history.render(poison(samples.RUNS), form)
        yield (
            f"run {form}",
            history.render_run(poison(samples.RUNS[0]), poison(samples.OPERATIONS), form, masker),
        )
        yield f"rehearsal {form}", rehearsal.render(poison(samples.REHEARSAL), form, masker)
        yield f"problems {form}", problems.render(poison(samples.PROBLEMS), form)
    yield "export csv", export.render(poison(samples.SENT), "csv", masker)
    yield "limited text", render_plan(poison(samples.LIMITED), "text", masker)


@pytest.mark.parametrize("show", [False, True], ids=["hidden", "shown"])
def test_no_output_acts_on_a_terminal_or_a_ci_runner(show: bool) -> None:
    for name, text in renderings(Masker(samples.KEY, show=show)):
        assert "\x1b" not in text, name
        assert all(line.isprintable() for line in text.split("\n")), name
        assert "##[" not in text, name
        assert not [line for line in text.split("\n") if line.lstrip().startswith("::")], name


def test_the_poison_reaches_the_outputs() -> None:
    shown = dict(renderings(Masker(samples.KEY, show=True)))
    assert all("error::x" in text for text in shown.values())


def test_an_annotation_is_one_command_and_no_more() -> None:
    text = problems.render([poison(Problem("c", "m"))], "github")
    assert len(text.splitlines()) == 1
    assert text.startswith("::error title=")
    assert "\x1b" not in text


@pytest.mark.parametrize("name", ["spring; rm -rf ~", "$(id)", "it's", "a b", "-x"])
def test_a_command_can_be_pasted_whatever_a_campaign_is_called(name: str) -> None:
    for command in commands.resolve(name, "op;1"):
        assert shlex.split(command)[:3] == ["sendmode-sync", "resolve", name]
        assert shlex.split(command)[-1] == "op;1"
