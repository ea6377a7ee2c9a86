"""Asks a person before anything is done: a yes, or a figure typed back where no limit on credits is written."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from sendmode_sync.planning.limits import to_cover
from sendmode_sync.workflow.applying import Approval

if TYPE_CHECKING:
    from sendmode_sync.model.plan import Plan
    from sendmode_sync.render.view import Masker


class Reviewer:
    """Shows the plan on stderr, where it does not mix with the answer, and asks unless told not to."""

    def __init__(self, masker: Masker, zone: str, *, limited: bool, auto_approve: bool, colour: bool) -> None:
        """Take how to show; ``limited`` where the project writes ``max_credits``, or ``--allow`` has said a figure already."""
        self._masker = masker
        self._zone = zone
        self._limited = limited
        self._auto = auto_approve
        self._colour = colour

    def approve(self, plan: Plan) -> Approval:
        """Show the plan; agree at once where there is nothing to do or nobody to ask."""
        from sendmode_sync.render import formats

        text = formats.render_plan(plan, "text", self._masker, all_items=False, colour=self._colour, zone=self._zone)
        click.echo(text, err=True)
        if self._auto or not plan.api_calls:
            return Approval(agreed=True)
        needed = to_cover(plan.sends, plan.campaigns)
        try:
            return self._figure(needed) if needed > 0 and not self._limited else self._yes()
        except click.Abort as aborted:  # click's word for Ctrl-C as well as for the end of the input
            if isinstance(aborted.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            return Approval(agreed=False)

    def _yes(self) -> Approval:
        return Approval(click.confirm("Apply this?", default=False, err=True))

    def _figure(self, needed: Decimal) -> Approval:
        """Ask for what the run must be able to spend, people who wait in other time zones included."""
        shown = format(needed.normalize(), "f")
        typed = click.prompt(
            f"This spends about {shown} credits, and safety.max_credits is not written.\n"
            "Type that figure to apply, anything else to stop",
            default="",
            show_default=False,
            err=True,
        )
        try:
            agreed = Decimal(typed.strip().replace(",", "")) == needed  # the plan writes 1,200
        except InvalidOperation:
            agreed = False
        return Approval(agreed, needed if agreed else None)
