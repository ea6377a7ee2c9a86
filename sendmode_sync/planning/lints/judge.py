"""Findings into problems: which rules hold for a campaign, at which level, and what its comments switch off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sendmode_sync.errors import Level, Problem
from sendmode_sync.model.desired import Campaign, Ignore
from sendmode_sync.model.settings import Lints
from sendmode_sync.planning.lints.catalogue import RULES
from sendmode_sync.planning.lints.rule import Finding, Needs, Rule, Subject

ABOUT_IGNORES = "lint-ignore"
"""Code of the warnings about ignores themselves; it is no rule and cannot be switched."""

EVERYTHING: frozenset[Needs] = frozenset({"files", "people", "time", "plan"})


def judge(subject: Subject, needs: Collection[Needs] = EVERYTHING) -> tuple[Problem, ...]:
    """Return what the rules say of a campaign; an error blocks it.

    Only rules whose needs are among ``needs`` are asked. A campaign whose deadline has passed is judged by its time
    alone, since its text reaches nobody.
    """
    lints = subject.desired.settings.lints
    told = [(rule, level) for rule in RULES.values() if rule.needs in needs and (level := level_of(rule, lints))]
    if subject.when.phase == "expired":
        told = [(rule, level) for rule, level in told if rule.name == "scheduledate-past"]
    ignored = {ignore.rule for ignore in subject.campaign.ignores if ignore.reason}
    problems: list[Problem] = []
    used: set[str] = set()
    for rule, level in told:
        findings = list(rule.check(subject))
        if findings and rule.name in ignored:
            used.add(rule.name)
        else:
            problems += (_problem(rule.name, level, finding, subject) for finding in findings)
    return (*problems, *_about_ignores(subject.campaign, {rule.name for rule, _ in told} - used))


def level_of(rule: Rule, lints: Lints) -> Level | None:
    """Return the level that the project gives a rule: the one written, else the default of the rule; None for off.

    Errors are warnings where the project writes no ``lints``: what was sent before there were rules is still sent.
    """
    written = lints.levels.get(rule.name)
    if written is not None:
        return None if written == "off" else written
    return "warning" if rule.level == "error" and not (lints.strict or rule.firm) else rule.level


def without_repetition(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems with what is said of the account in the name of several campaigns only once."""
    return tuple(dict.fromkeys(problems))


def _problem(rule: str, level: Level, finding: Finding, subject: Subject) -> Problem:
    name = subject.campaign.name
    shared = finding.shared and level != "error"
    message = finding.message if finding.shared else f"campaign {name}: {finding.message}"
    return Problem(rule, f"{message} [{rule}]", subject.place(finding), level, None if shared else name)


def _about_ignores(campaign: Campaign, silent: Collection[str]) -> Iterator[Problem]:
    """Say which ignores do nothing; ``silent`` are the rules that were asked and had nothing to say, or were not heeded."""
    for ignore in campaign.ignores:
        said = _about(ignore, silent)
        if said:
            yield Problem(ABOUT_IGNORES, f"campaign {campaign.name}: {said}", ignore.place, "warning", campaign.name)


def _about(ignore: Ignore, silent: Collection[str]) -> str | None:
    if ignore.rule not in RULES:
        return f"there is no rule {ignore.rule} to ignore; sendmode-sync lint --explain all lists them"
    if not ignore.reason:
        return f"ignore={ignore.rule} does nothing without a reason; write one behind it"
    if ignore.rule in silent:
        return f"ignore={ignore.rule} ignores nothing; take it out"
    return None
