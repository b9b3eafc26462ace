"""What keeps streams from being as they should: noted by the keeper in the stack's home, read by whoever shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "problems.json"
"""Its name in the home."""


@dataclass(frozen=True, slots=True)
class StreamProblem:
    """Why the last look at a stream failed. `since`: RFC 3339, of the first failure in a row."""

    reason: str
    since: str


def file_gone(stream: str) -> str:
    """What is said of a stream that is kept though nothing declares it any more."""
    return f"its definition file is gone; windowpane streams retire {stream}, or put it back"


def note_problems(home: Path, problems: Mapping[str, StreamProblem]) -> None:
    """Write down all problems that there are now; whoever reads sees these or those of before."""
    fresh = (home / FILE).with_suffix(".new")
    fresh.write_text(json.dumps({stream: asdict(problem) for stream, problem in problems.items()}))
    fresh.replace(home / FILE)


def noted_problems(home: Path) -> dict[str, StreamProblem]:
    """Stream → problem, as last written down; empty where nothing was, or where it cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        noted = json.loads((home / FILE).read_text())
        return {stream: StreamProblem(**problem) for stream, problem in noted.items()}
    return {}
