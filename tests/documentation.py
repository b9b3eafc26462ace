"""The fenced snippets of README.md and docs/, for tests that run them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN_HERE = {
    "./windowpane produce health": r"[1-9][\d,]* messages acknowledged in",
    "./windowpane window health": r"checkout +[1-9][\d,]* +0\.\d+",
    "./windowpane status": r"health +RUNNING",
    "curl 'http://127.0.0.1:8000/v1/streams/health/window": r'"stream": ?"health"',
    "curl http://127.0.0.1:8000/v1/streams/health/messages": r'"accepted": ?1',
}
"""How a documented command begins → what it prints; tests/integration/stack/test_snippets.py runs it."""

ELSEWHERE = {
    "./windowpane up": "integration/stack/test_stack.py::test_up_again_changes_nothing",
    "./windowpane down": "integration/stack/test_two_stacks.py::test_down_leaves_no_process",
    "./windowpane test": "test_snippets.py::test_every_command_is_covered",  # it runs this test
    "./windowpane users add": "scripts/access/test_users.py::test_a_user_without_password_is_invited",
    "./windowpane grants add": "scripts/access/test_grants.py::test_a_grant_is_added",
    "./windowpane grants list": "scripts/access/test_grants.py::test_why_names_the_grants_and_what_they_show",
    "./windowpane keys create": "scripts/access/test_keys.py::test_a_key_is_alone_on_stdout",
    "grpcurl": "rpc/test_grpcurl.py::test_documented_calls_are_of_the_schema",
    "pre-commit install": "test_snippets.py::test_hooks_run_what_ci_runs",
}
"""How a documented command begins → the test that shows that it works."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block of a page."""

    page: str
    language: str
    text: str


def pages() -> dict[str, str]:
    """The text of each page that a reader is sent to, by its path in the checkout."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}


def snippets(language: str | None = None) -> list[Snippet]:
    """Every fenced block, or those of one language."""
    blocks = [Snippet(page, *match.groups()) for page, text in pages().items() for match in _FENCE.finditer(text)]
    return [snippet for snippet in blocks if language in (None, snippet.language)]


def commands() -> list[str]:
    """Every command of the `sh` snippets, in order; one whose quotes are open goes on over the next lines."""
    return [command for snippet in snippets("sh") for command in _split(snippet.text)]


def _split(text: str) -> Iterator[str]:
    held = ""
    for line in text.splitlines():
        held += line
        try:
            words = shlex.split(held, comments=True)
        except ValueError:  # no closing quotation, or a backslash at the end
            held += "\n"
            continue
        if words:
            yield held
        held = ""
    assert not held, f"a quote is never closed: {held}"


def coverage_of(command: str) -> str:
    """What covers a documented command: an output of RUN_HERE or a test of ELSEWHERE; empty if nothing does."""
    return next((how for start, how in (RUN_HERE | ELSEWHERE).items() if command.startswith(start)), "")
