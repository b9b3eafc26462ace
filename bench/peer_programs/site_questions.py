"""Questions of a site's dashboard, asked of the files of its events. Standard library only.

The answer to one of `KINDS` is rows: visitors are the first number of each, and may be an estimate; all else is exact.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Row = Sequence[Any]

KINDS = {
    "numbers": "visitors, visits, views, bounces, seconds, events",
    "chart": "visitors, views, the hour in seconds",
    "pages": "visitors, views, path",
    "sources": "visitors, visits, bounces, source",
    "countries": "visitors, visits, bounces, country",
    "filtered": "as numbers, of visits from one source with one browser",
}
"""Kind → what a row of its answer has."""


@dataclass(frozen=True, slots=True)
class SiteQuestion:
    """About a site from `start` to `end`, both midnights, in microseconds; `source` and `browser`: of the filter."""

    kind: str
    site: str
    start: int
    end: int
    source: str = ""
    browser: str = ""

    @property
    def parameters(self) -> dict[str, str | int]:
        """Those of its statement."""
        span: dict[str, str | int] = {"site": self.site, "start": self.start, "end": self.end}
        return span | ({"source": self.source, "browser": self.browser} if self.kind == "filtered" else {})


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """How long it took, and its rows."""

    seconds: float
    rows: Sequence[Row]


def timed(asked: Sequence[SiteQuestion], ask: Callable[[SiteQuestion], Sequence[Row]]) -> list[SiteAnswer]:
    """Ask one after another."""
    answers = []
    for question in asked:
        begun = time.perf_counter()
        rows = ask(question)
        answers.append(SiteAnswer(time.perf_counter() - begun, rows))
    return answers


@dataclass(frozen=True, slots=True)
class SiteQuestions:
    """What a program is told; it answers into the file `output`, having asked all once before."""

    files: Sequence[str]
    asked: Sequence[SiteQuestion]
    output: str

    @classmethod
    def read(cls) -> SiteQuestions:
        """From the file that the first argument names."""
        told = json.loads(Path(sys.argv[1]).read_text())
        return cls(**{**told, "asked": [SiteQuestion(**one) for one in told["asked"]]})

    def save(self, path: Path) -> None:
        """For `read`."""
        path.write_text(json.dumps(asdict(self)))

    def answer(self, ask: Callable[[SiteQuestion], Sequence[Row]]) -> None:
        """Ask all, and write seconds and rows of each."""
        timed(self.asked, ask)
        Path(self.output).write_text(json.dumps([asdict(answer) for answer in timed(self.asked, ask)]))

    def answers(self) -> list[SiteAnswer]:
        """What was written."""
        return [SiteAnswer(**one) for one in json.loads(Path(self.output).read_text())]
