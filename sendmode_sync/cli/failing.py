"""What a person reads when a command fails: one line and no traceback, never a value of the data and never the key."""

from __future__ import annotations

from pathlib import Path

import click

from sendmode_sync.errors import Exit, ProjectError, SyncError

_PACKAGE = Path(__file__).parents[1]


def explain(error: Exception | KeyboardInterrupt, *, verbose: bool) -> int:
    """Say on stderr what went wrong, and return the exit code; ``verbose`` shows where a bug is."""
    match error:
        case click.UsageError():
            return _usage(error)
        case click.ClickException():
            return _say(error.format_message(), Exit.ERROR)
        case ProjectError():
            return _problems(error)
        case SyncError():
            return _say(str(error), error.exit_code)
        case KeyboardInterrupt():
            return _interrupted()
        case click.Abort():
            return _aborted(error)
        case OSError():
            return _say(_of_the_machine(error), Exit.ERROR)
        case _:
            return _bug(error, verbose=verbose)


def _usage(error: click.UsageError) -> int:
    """Say what is wrong with the command line, and where its help is."""
    message = error.format_message().removesuffix(".")
    asked = "sendmode-sync" if error.ctx is None else error.ctx.command_path
    return _say(f"{message[:1].lower()}{message[1:]}; see: {asked} --help", Exit.USAGE)


def _problems(error: ProjectError) -> int:
    """Show every problem of the project's files, each at its place."""
    from sendmode_sync.render import problems

    click.echo(problems.render(error.problems, "text"), err=True)
    return error.exit_code


def _aborted(error: click.Abort) -> int:
    """Tell a no from Ctrl-C: click raises the same for both and keeps what it was in the context."""
    if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
        return _interrupted()
    return _say("nothing was done: you did not agree", Exit.ERROR)


def _interrupted() -> int:
    return _say("interrupted; it is safe to run this again", Exit.INCOMPLETE)


def _of_the_machine(error: OSError) -> str:
    """Return what the operating system refused, and the file where it named one."""
    said = (error.strerror or type(error).__name__).lower()
    return f"{error.filename}: {said}" if error.filename else said


def _bug(error: Exception, *, verbose: bool) -> int:
    """Name the place in our own code. The message of the error stays unsaid: it may hold what must not be shown."""
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(_PACKAGE)]
    place = f"{Path(ours[-1].filename).relative_to(_PACKAGE.parent)}:{ours[-1].lineno}"
    if verbose:
        for each in frames:
            click.echo(f"  {each.filename}:{each.lineno} in {each.name}", err=True)
    hint = "" if verbose else "; run with -v for a traceback without values"
    return _say(f"this is a bug: {type(error).__name__} at {place}{hint}", Exit.ERROR)


def _say(message: str, code: Exit) -> int:
    click.echo(f"sendmode-sync: {message}", err=True)
    return int(code)
