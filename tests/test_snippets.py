"""The snippets of the documentation are right, and each command in them is run by a test."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sources.definition_files import parse_source
from streams import load_definition
from tests.documentation import ELSEWHERE, ROOT, Snippet, commands, coverage_of, snippets

SOURCES = ("docs/sources.md", "docs/add-a-source.md")
"""Pages whose TOML declares sources."""


@pytest.mark.parametrize("command", commands())
def test_every_command_is_covered(command: str) -> None:
    assert coverage_of(command), "a new command: say in RUN_HERE what it prints, or in ELSEWHERE which test runs it"


@pytest.mark.parametrize("test", ELSEWHERE.values())
def test_covering_tests_exist(test: str) -> None:
    path, name = test.split("::")
    assert f"def {name}(" in (ROOT / "tests" / path).read_text("utf-8")


def test_every_snippet_is_of_a_tested_language() -> None:
    """Those of pages and scripts run in web/tracking/test_in_browser.py, those of Python in rpc/test_calls.py."""
    assert {snippet.language for snippet in snippets()} <= {"sh", "toml", "json", "sql", "html", "js", "csv", "python"}


@pytest.mark.parametrize("snippet", snippets("toml"), ids=lambda snippet: snippet.page)
def test_toml_loads_as_a_definition(snippet: Snippet, tmp_path: Path) -> None:
    if snippet.page in SOURCES:
        assert parse_source(snippet.text, "snippet", tmp_path).name == "snippet"
        return
    path = tmp_path / "snippet.toml"
    path.write_text(snippet.text, "utf-8")
    assert load_definition(path).name == "snippet"


@pytest.mark.parametrize("snippet", snippets("json"), ids=lambda snippet: snippet.page)
def test_json_parses(snippet: Snippet) -> None:
    assert json.loads(snippet.text)


def test_hooks_run_what_ci_runs() -> None:
    hooks = re.findall(r"entry: (\w+)", (ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert hooks
    assert [hook for hook in hooks if f"$tools/{hook}" not in ci] == []
