"""The lists of the page beside the campaigns under way: what needs a person, what is over, people, and notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sendmode_sync.errors import Problem
from sendmode_sync.model.counting import persons
from sendmode_sync.model.imports import OfGroup, by_group
from sendmode_sync.model.plan import CampaignOutlook, ImportChange, Plan
from sendmode_sync.render import review
from sendmode_sync.render.fields import fields
from sendmode_sync.render.layout import Layout, more
from sendmode_sync.render.review import Remark, Trouble
from sendmode_sync.render.view import Masker
from sendmode_sync.render.webpage_campaign import badge, facts, folded, grid, line, listed
from sendmode_sync.render.webpage_markup import Content, Html, joined, prose, tag


def troubles(plan: Plan, masker: Masker, layout: Layout) -> Html | None:
    """Return what an apply cannot settle by itself."""
    found = [_trouble(each) for each in review.troubles(plan, masker, layout)]
    return tag("ul", *found, class_="troubles") if found else None


def ended(outlooks: Sequence[CampaignOutlook], layout: Layout) -> tuple[Html, ...]:
    """Return the campaigns of which nothing is sent, folded; nothing where there is none."""
    if not outlooks:
        return ()
    return (_panel(folded(review.told_briefly(outlooks), listed(outlooks, line, layout))),)


def optouts(plan: Plan, masker: Masker, layout: Layout) -> Html | None:
    """Return who is opted out, folded."""
    if not plan.optouts:
        return None
    people = listed(
        plan.optouts, lambda change: tag("code", masker.number(change.mobilenumber), class_="whole"), layout
    )
    return _panel(folded(persons(len(plan.optouts)), people))


def imports(plan: Plan, masker: Masker, layout: Layout) -> Html | None:
    """Return how many imports each group gets, and examples of each kind, folded."""
    groups = by_group(plan.imports)
    if not groups:
        return None
    rows = ((each.group, f"{len(each.created):,}", f"{len(each.updated):,}") for each in groups)
    table = grid("imports by group", ("group", "new", "changed"), rows, frozenset({1, 2}))
    return _panel(table, *(part for each in groups for part in _examples(each, masker, layout)))


def notices(plan: Plan, layout: Layout) -> Html | None:
    """Return warnings and notices."""
    found = review.notices(plan)
    return _panel(listed(found, _notice, layout, "notices")) if found else None


def _panel(*content: Html) -> Html:
    return tag("div", *content, class_="panel")


def _trouble(trouble: Trouble) -> Html:
    name = () if trouble.campaign is None else (tag("strong", trouble.campaign), trouble.between)
    said = tag("p", *name, _remark(trouble.remark), class_="said")
    told: list[tuple[str, Content]] = [(label, _remark(said)) for label, said in trouble.facts]
    if trouble.people:
        others = f" {more(trouble.more_people, '--format json lists them')}" if trouble.more_people else ""
        people = joined((tag("code", number, class_="whole") for number in trouble.people), ", ")
        told.append(("people", joined((people, others))))
    told += [("why", _remark(reason)) for reason in trouble.reasons]
    if trouble.then:
        told.append(("then", trouble.then))
    told += [(when, tag("code", command, class_="command")) for when, command in trouble.commands]
    return tag(
        "li", said, *((facts(told),) if told else ()), class_="trouble unknown" if trouble.unknown else "trouble"
    )


def _notice(problem: Problem) -> Html:
    return joined((badge(problem.level), " ", _remark(review.remark(problem))))


def _remark(remark: Remark) -> Html:
    place = (tag("code", remark.place), ": ") if remark.place else ()
    return joined((*place, prose(remark.said)))


def _examples(imported: OfGroup, masker: Masker, layout: Layout) -> Iterator[Html]:
    for word, changes in (("new", imported.created), ("changed", imported.updated)):
        if changes:
            people = listed(changes, partial(_import, masker), layout)
            yield folded(f"{imported.group}: {len(changes):,} {word}", people)


def _import(masker: Masker, change: ImportChange) -> Html:
    return joined((tag("code", masker.number(change.mobilenumber), class_="whole"), " ", fields(change, masker)))
