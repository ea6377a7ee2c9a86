"""What the program says of itself: short enough to be read, whole, and with examples."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from sendmode_sync.cli.main import cli


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = [pytest.param(path, command, id="-".join(path)) for path, command in commands(cli)]


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_a_command_opens_with_one_short_sentence(path: tuple[str, ...], command: click.Command) -> None:
    first = (command.help or "").split("\n\n")[0]
    assert first.endswith(".")
    assert len(first) <= 75
    assert "\n" not in first
    assert command.get_short_help_str(200) == first.removesuffix(".") or first.startswith(
        command.get_short_help_str(200)
    )


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_option_says_what_it_does(path: tuple[str, ...], command: click.Command) -> None:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.help or parameter.help.endswith("]")


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_the_examples_are_of_the_command_itself(path: tuple[str, ...], command: click.Command) -> None:
    examples = [line.strip() for line in (command.epilog or "").splitlines()[2:]]
    assert examples
    for example in examples:
        assert example.startswith(f"sendmode-sync {' '.join(path)}")


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_help_is_printed_whole(path: tuple[str, ...], command: click.Command) -> None:
    ran = CliRunner().invoke(cli, [*path, "--help"], terminal_width=100)
    assert ran.exit_code == 0
    assert "..." not in ran.output.replace("NUMBER...", "").replace("]...", "").replace("COMMAND [ARGS]...", "")
    assert all(len(line) <= 100 for line in ran.output.splitlines())


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_global_options_stand_after_every_command(path: tuple[str, ...], command: click.Command) -> None:
    named = {option for parameter in command.params for option in parameter.opts}
    assert {"-C", "-f", "--state", "--no-color", "-v", "--version"} <= named


def test_sections_hold_every_command_once() -> None:
    ctx = click.Context(cli)
    assert sorted(cli.list_commands(ctx)) == sorted(cli.commands)
