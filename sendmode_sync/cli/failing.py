"""What a person reads when a command fails: one line and no traceback, never a value of the data and never the key."""

from __future__ import annotations

import click

from sendmode_sync.errors import Exit, ProjectError, SyncError


def explain(error: Exception | KeyboardInterrupt, *, verbose: bool) -> int:
    """Say on stderr what went wrong, and return the exit code; ``verbose`` shows where a bug is."""
    match error:
        case click.ClickException():
            return _command_line(error)
        case SyncError():
            return _expected(error)
        case KeyboardInterrupt() | click.Abort():
            return _stopped(error)
        case OSError():
            return _say(_of_the_machine(error), Exit.ERROR)
        case _:
            return _bug(error, verbose=verbose)


def _command_line(error: click.ClickException) -> int:
    """Say what is wrong with the command line, and where its help is."""
    message = error.format_message().removesuffix(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    asked = "sendmode-sync" if context is None else context.command_path
    return _say(f"{message[:1].lower()}{message[1:]}; see: {asked} --help", Exit.USAGE)


def _expected(error: SyncError) -> int:
    """Say an error of our own; problems of the project's files are shown all at once, each at its place."""
    if not isinstance(error, ProjectError):
        return _say(str(error), error.exit_code)
    from sendmode_sync.render import problems

    click.echo(problems.render(error.problems, "text"), err=True)
    return error.exit_code


def _stopped(error: KeyboardInterrupt | click.Abort) -> int:
    """Tell a no from Ctrl-C, for which click raises the same: what it was stands in the context."""
    if isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
        return _say("interrupted; it is safe to run this again", Exit.INCOMPLETE)
    return _say("nothing was done: you did not agree", Exit.ERROR)


def _of_the_machine(error: OSError) -> str:
    """Return what the operating system refused, and the file where it named one."""
    said = (error.strerror or type(error).__name__).lower()
    return f"{error.filename}: {said}" if error.filename else said


def _bug(error: Exception, *, verbose: bool) -> int:
    """Name the place in our own code. The message of the error stays unsaid: it may hold what must not be shown."""
    from pathlib import Path
    from traceback import extract_tb

    package = Path(__file__).parents[1]
    frames = extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(package)]
    place = f"{Path(ours[-1].filename).relative_to(package.parent)}:{ours[-1].lineno}"
    if verbose:
        for each in frames:
            click.echo(f"  {each.filename}:{each.lineno} in {each.name}", err=True)
    hint = "" if verbose else "; run with -v for a traceback without values"
    return _say(f"this is a bug: {type(error).__name__} at {place}{hint}", Exit.ERROR)


def _say(message: str, code: Exit) -> int:
    click.echo(f"sendmode-sync: {message}", err=True)
    return int(code)
