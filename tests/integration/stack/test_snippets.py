"""What the documentation tells a newcomer to type does what it says."""

from __future__ import annotations

import re

import pytest

from compose.embedded.stack import Stack
from compose.embedded.waiting import until
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from tests.documentation import RUN_HERE, commands, coverage_of, snippets
from tests.integration.command_line import typed

pytestmark = pytest.mark.integration

ADDRESS = "http://127.0.0.1:8000"
"""Where the documentation finds the web service."""


@pytest.mark.parametrize("command", [command for command in commands() if coverage_of(command) in RUN_HERE.values()])
def test_command_does_what_it_says(stack: Stack, command: str) -> None:
    expected, said = coverage_of(command), ""

    def says_so() -> bool:
        nonlocal said
        said = typed(stack, command.replace(ADDRESS, stack.url.rstrip("/")).replace("curl ", "curl -sSf ", 1))
        return re.search(expected, said) is not None

    try:
        until(says_so, 120, every=2)
    except TimeoutError:
        pytest.fail(f"{command} does not say {expected}, but: {said}")


@pytest.mark.parametrize("sql", [snippet.text for snippet in snippets("sql")])
def test_sql_is_answered(stack_environment: dict[str, str], sql: str) -> None:
    assert stack_environment["WINDOWPANE_TRINO"]
    rows, _ = TrinoClient(QuerySettings()).rows(sql)
    assert rows
