"""Every command's help has examples, and each of them can be pasted: the real parser takes it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from scripts.cli import COMMANDS as DECLARED
from scripts.cli import cli
from tests.documentation import ROOT, commands
from tests.test_documentation import every_command

COMMANDS = list(every_command())
_COMMAND = re.compile(r"(?:^|\| |&& )(?:[A-Z_]+=\S+ )*\./windowpane ?([^|&>]*)")


def examples(command: click.Command) -> list[str]:
    """The lines under `Examples:` of a command's help, up to an empty one."""
    _, _, listed = (command.help or "").partition("Examples:\n")
    return [line.strip() for line in listed.partition("\n\n")[0].splitlines()]


def typed(line: str) -> Iterator[list[str]]:
    """The words after each ./windowpane of a line."""
    for words in _COMMAND.findall(line):
        yield shlex.split(re.sub(r"\$\(.*?\)", "2026-03-01T10:17Z", words), comments=True)


def parse(command: click.Command, words: list[str], parent: click.Context | None = None) -> None:
    """Parse all words, subcommands too, and run nothing. Raises click.UsageError, WindowpaneError."""
    context = command.make_context(command.name, list(words), parent)
    if isinstance(command, click.Group) and (rest := [*context._protected_args, *context.args]):
        _, subcommand, rest = command.resolve_command(context, rest)
        assert subcommand is not None
        parse(subcommand, rest, context)


@pytest.mark.parametrize(("name", "command"), [pytest.param(*each, id=each[0]) for each in COMMANDS])
def test_examples_can_be_pasted(name: str, command: click.Command) -> None:
    lines = examples(command)
    commands = [words for line in lines for words in typed(line)]
    assert [words for words in commands if " ".join(words).startswith(name.split()[0])], f"{name} has no example"
    for words in commands:
        parse(cli, words)


@pytest.mark.parametrize("line", [line for line in commands() if "./windowpane" in line])
def test_documented_commands_can_be_pasted(line: str) -> None:
    for words in typed(line):
        parse(cli, words)


def test_every_command_is_there() -> None:
    assert cli.list_commands(click.Context(cli)) == [*DECLARED]


def test_every_example_is_in_reach() -> None:
    for _, command in [("", cli), *COMMANDS]:
        text = command.get_help(click.Context(command, info_name="x"))
        assert [line for line in examples(command) if line not in text] == []
        assert "…" not in "".join(examples(command))


@pytest.fixture
def nothing_kept() -> None:
    """click keeps a command's help option as it was first asked for, with or without the group around it."""
    for _, command in COMMANDS:
        command._help_option = None


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize("words", [["-h"], ["--version"], *([*name.split(), "-h"] for name, _ in COMMANDS)])
def test_help_needs_no_stack(words: list[str]) -> None:
    result = CliRunner().invoke(cli, words, env={"WINDOWPANE_HOME": str(ROOT / "no-such-home")})
    assert (result.exit_code, result.exception) == (0, None)
