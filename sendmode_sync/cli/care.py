"""Commands that look after a project: adopt, history, export, state, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sendmode_sync.cli import options, output
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit, UsageError
from sendmode_sync.model.counting import count

if TYPE_CHECKING:
    from pathlib import Path

    from sendmode_sync.workflow.caring import Restored


@click.command(
    epilog=options.program(
        "sendmode-sync adopt                           the account holds these customers already",
        "sendmode-sync adopt --from dashboard.csv      only those that stand in an export",
        "sendmode-sync adopt --campaign may-offer      it was sent before, by hand",
    )
)
@click.option(
    "--from",
    "export",
    type=options.File(exists=True, dir_okay=False),
    help="Only what this CSV file holds with the very same fields; the rest is shown.",
)
@click.option("--campaign", metavar="NAME", help="Record this campaign as already sent, and nothing else.")
@options.auto_approve
@options.with_globals
@click.pass_obj
def adopt(said: Globals, export: Path | None, campaign: str | None, *, auto_approve: bool) -> int:
    """Record imports, or a campaign, as already applied; make no call.

    For an account that was kept by hand so far: what is recorded is not imported or sent again.
    """
    from sendmode_sync import terminal
    from sendmode_sync.render import adoption
    from sendmode_sync.wiring import caring

    where = output.where(said)
    if not (auto_approve or terminal.is_interactive()):
        raise UsageError("there is no terminal to ask at", remedy="add --auto-approve")
    if campaign is not None:
        if not (auto_approve or click.confirm(f'Record "{campaign}" as sent, without sending it?', err=True)):
            raise click.Abort
        caring.adopt_campaign(where, campaign)
        click.echo(f'campaign "{campaign}" is recorded as sent')
        return Exit.OK
    found, masker = caring.adoption(where, export)
    click.echo(adoption.render(found.rows, found.left, found.uncompared, masker), err=True)
    if not found.rows:
        click.echo("nothing to adopt")
        return Exit.OK
    if not (auto_approve or click.confirm("Record these as applied, without a call?", err=True)):
        raise click.Abort
    click.echo(f"{count(caring.adopt(where, found), 'import')} recorded as applied")
    return Exit.OK


@click.command(epilog=options.program("sendmode-sync history", "sendmode-sync history 3f2a"))
@click.argument("run", required=False)
@options.formats("text", "json")
@options.all_items
@options.with_globals
@click.pass_obj
def history(said: Globals, run: str | None, form: str, *, all_items: bool) -> int:
    """List the runs, or the calls of one run.

    RUN is the id of one, or the start of it.
    """
    from sendmode_sync.render import history as rendering
    from sendmode_sync.wiring import caring

    runs, operations, masker, zone = caring.history(output.where(said), run)
    output.answer(
        rendering.render(runs, form, zone=zone)
        if run is None
        else rendering.render_run(runs[0], operations, form, masker, zone=zone, all_items=all_items)
    )
    return Exit.OK


@click.command(
    epilog=options.program(
        "sendmode-sync export > sent.csv", "sendmode-sync export --number p-abcdefgh --format json --show-personal"
    )
)
@click.option("--number", metavar="NUMBER", help="Only this person (a number or a tag).")
@options.formats("csv", "json")
@options.show_personal
@options.with_globals
@click.pass_obj
def export(said: Globals, number: str | None, form: str, *, show_personal: bool) -> int:
    """Write who received what and when.

    With --number and --format json it is everything that the state keeps about one person.
    """
    from sendmode_sync.render import export as rendering
    from sendmode_sync.wiring import caring

    if number is not None and form == "json":
        person, masker = caring.about(output.where(said), number, show=show_personal)
        output.answer(rendering.render_person(person, masker))
        return Exit.OK
    rows, masker = caring.export(output.where(said), number, show=show_personal)
    if number is not None:
        click.echo("these are the texts; --format json has all that is kept about this person", err=True)
    output.answer(rendering.render(rows, form, masker))
    return Exit.OK


@click.group(
    no_args_is_help=False,
    epilog=options.program(
        "sendmode-sync state check                    is the state sound?",
        "sendmode-sync state backup 2026-12-01.db     a copy that can be trusted",
    ),
)
@options.with_globals
def state() -> None:
    """Keep the state: init, check, backup, move, unlock, rescue, rekey, forget."""


@state.command(name="init", epilog=options.program("sendmode-sync state init"))
@click.option("--lost", is_flag=True, help="The old state is gone: what may have been sent counts as sent.")
@options.with_globals
@click.pass_obj
def state_init(said: Globals, *, lost: bool) -> int:
    """Write an empty state and its state-id, which belongs in git."""
    from sendmode_sync.wiring import caring

    for path in caring.new_state(output.where(said), lost=lost):
        click.echo(f"wrote {path}")
    return Exit.OK


@state.command(name="check", epilog=options.program("sendmode-sync state check"))
@click.option("--restored", is_flag=True, help="This is an older copy: close what may have been sent since.")
@options.with_globals
@click.pass_obj
def state_check(said: Globals, *, restored: bool) -> int:
    """Check the state, or make an older copy of it safe to use."""
    from sendmode_sync.wiring import caring

    if restored:
        _say_restored(caring.close_restored(output.where(said)))
        return Exit.OK
    found = caring.check_state(output.where(said))
    for sentence in found:
        click.echo(sentence)
    if not found:
        click.echo("the state is sound")
    return Exit.ERROR if found else Exit.OK


def _say_restored(restored: Restored) -> None:
    for name in restored.closed:
        click.echo(name)
    if restored.open:
        click.echo(
            f"left open, since their time is to come: {', '.join(restored.open)}. Where a clock was ahead, such a one may have "
            f"been sent: sendmode-sync cancel {restored.open[0]} before the next apply",
            err=True,
        )
    click.echo(
        f"{count(len(restored.closed), 'campaign')} closed as possibly sent; this copy may be used now", err=True
    )


@state.command(name="backup", epilog=options.program("sendmode-sync state backup 2026-12-01.db"))
@click.argument("file", type=options.File(dir_okay=False))
@options.with_globals
@click.pass_obj
def state_backup(said: Globals, file: Path) -> int:
    """Copy the state to a new file; never copy it by hand.

    The copy can be read by its owner alone (mode 0600).
    """
    from sendmode_sync.wiring import caring

    caring.backup_state(output.where(said), file)
    click.echo(f"wrote {file}")
    return Exit.OK


@state.command(
    name="move", epilog=options.program("sendmode-sync state move git", "sendmode-sync state move new/place.db")
)
@click.argument("target")
@options.with_globals
@click.pass_obj
def state_move(said: Globals, target: str) -> int:
    """Carry the state to another place, and seal the one it leaves.

    TARGET is a path, git (a branch of the project's own remote), git+REMOTE#BRANCH or a postgresql:// URL. Nothing of the
    state is lost on the way: who was sent what, opt-outs, runs. The old place refuses every use from then on.
    """
    from sendmode_sync.wiring import moving

    moved = moving.move(output.where(said), target)
    click.echo(f'the state is at "{moved.target}" now; the one at "{moved.source}" is sealed')
    click.echo(f"wrote {moved.state_id}")
    click.echo("name the new place in state: of the project file, or in SENDMODE_STATE, and commit both", err=True)
    return Exit.OK


@state.command(name="unlock", epilog=options.program("sendmode-sync state unlock 3f2a"))
@click.argument("run")
@options.with_globals
@click.pass_obj
def state_unlock(said: Globals, run: str) -> int:
    """Take the lock from a run that no longer answers.

    RUN is its id, or the start of it, as sendmode-sync history shows it. It makes no further call.
    """
    from sendmode_sync.wiring import caring

    alive = caring.unlock_state(output.where(said), run)
    click.echo(f"run {run} has lost the lock and starts no further call")
    if alive:
        click.echo("its process is still there: end it, or the next apply has to wait for it", err=True)
    return Exit.OK


@state.command(name="rescue", epilog=options.program("sendmode-sync state rescue apply.log"))
@click.argument("log", metavar="FILE", type=options.File(exists=True, dir_okay=False))
@options.with_globals
@click.pass_obj
def state_rescue(said: Globals, log: Path) -> int:
    """Settle outcomes by the log of a run that could not record them.

    FILE holds what the run wrote to stderr. Its lines SMSYNC-RESULT say how calls ended while the state could not be
    written, as on a full disk. What is unknown only ever becomes accepted.
    """
    from sendmode_sync.wiring import caring

    found, settled, sendable = caring.rescue(output.where(said), log)
    click.echo(f"{count(found, 'result')} in the log, {settled:,} new to the state")
    for name in sendable:
        click.echo(
            f"campaign {name}: a text was accepted that was settled as not sent, and may be sent again: "
            f"sendmode-sync cancel {name} keeps its rest from being sent",
            err=True,
        )
    return Exit.PERSON if sendable else Exit.OK


@state.command(name="rekey", epilog=options.program("sendmode-sync state rekey"))
@options.auto_approve
@options.with_globals
@click.pass_obj
def state_rekey(said: Globals, *, auto_approve: bool) -> int:
    """Let the state belong to a new key of the same account.

    Another account's key is otherwise refused, since its sends are not in this state. The key is tried with a credits
    check, and the account counts as unproven until a send moves its balance.
    """
    from sendmode_sync import terminal
    from sendmode_sync.wiring import caring

    where = output.where(said)
    if not (auto_approve or terminal.is_interactive()):
        raise UsageError("there is no terminal to ask at", remedy="add --auto-approve")
    if not (auto_approve or click.confirm("Is this a new key of the very same account?", err=True)):
        raise click.Abort
    caring.rekey(where)
    click.echo("the state belongs to this key now")
    return Exit.OK


@state.command(name="forget", epilog=options.program('sendmode-sync state forget "+353 87 123 4567"'))
@click.argument("number")
@options.with_globals
@click.pass_obj
def state_forget(said: Globals, number: str) -> int:
    """Erase a person, but keep their opt-out as a keyed hash.

    NUMBER may be the tag, such as p-abcdefgh, that is shown in its place.
    """
    from sendmode_sync.wiring import caring

    erased, written = caring.forget(output.where(said), number)
    click.echo("erased from the state" if erased else "the state knew nothing of this number")
    if written:
        click.echo("the project's opt-outs still name the number; they keep it out of every send", err=True)
    click.echo("not reached: the history of git, backups of the state, Sendmode's own dashboard and reports", err=True)
    return Exit.OK


@click.command(epilog=options.program("sendmode-sync schema > project.schema.json", "sendmode-sync schema plan"))
@click.argument("name", type=click.Choice(["project", "plan"]), default="project")
@options.with_globals
def schema(name: str) -> int:
    """Print the JSON Schema of the project file or of a plan."""
    from sendmode_sync.wiring import caring

    click.echo(caring.schema(name), nl=False)
    return Exit.OK
