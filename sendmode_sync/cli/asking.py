"""Asks a person before anything is done: a yes, or a figure typed back where no limit on credits is written."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from sendmode_sync.workflow.applying import Approval

if TYPE_CHECKING:
    from sendmode_sync.model.plan import Plan
    from sendmode_sync.model.settings import Safety
    from sendmode_sync.render.view import Masker


class Reviewer:
    """Shows the plan on stderr, where it does not mix with the answer, and asks unless told not to."""

    def __init__(self, masker: Masker, zone: str, safety: Safety, *, auto_approve: bool, colour: bool) -> None:
        """Take how to show, and what is at stake."""
        self._masker = masker
        self._zone = zone
        self._safety = safety
        self._auto = auto_approve
        self._colour = colour

    def approve(self, plan: Plan) -> Approval:
        """Show the plan; agree at once where there is nothing to do or nobody to ask."""
        from sendmode_sync.render import formats

        text = formats.render_plan(plan, "text", self._masker, all_items=False, colour=self._colour, zone=self._zone)
        click.echo(text, err=True)
        if self._auto or not plan.api_calls:
            return Approval(agreed=True)
        spends = plan.credits.estimated > 0 and not self._safety.max_credits_written
        try:
            return self._figure(plan.credits.estimated) if spends else self._yes()
        except click.Abort as aborted:  # click's word for Ctrl-C as well as for the end of the input
            if isinstance(aborted.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            return Approval(agreed=False)

    def _yes(self) -> Approval:
        return Approval(click.confirm("Apply this?", default=False, err=True))

    def _figure(self, estimated: Decimal) -> Approval:
        shown = format(estimated.normalize(), "f")
        typed = click.prompt(
            f"This spends about {shown} credits, and safety.max_credits is not written.\n"
            "Type that figure to apply, anything else to stop",
            default="",
            show_default=False,
            err=True,
        )
        try:
            agreed = Decimal(typed.strip().replace(",", "")) == estimated  # the plan writes 1,200
        except InvalidOperation:
            agreed = False
        return Approval(agreed, estimated if agreed else None)
