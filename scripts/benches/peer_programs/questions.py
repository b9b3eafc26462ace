"""Windows asked of the files of minute and day panes. Standard library only.

An answer is of one service in `[start, end)`: messages; then of each measure sum, least, greatest, its earliest time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["DAY_MICROS", "Question", "Questions"]

DAY_MICROS = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """One service from `start` to `end`, both in microseconds and of whole minutes."""

    service: str
    start: int
    end: int

    @property
    def days(self) -> tuple[int, int]:
        """The whole days inside, in microseconds; without any, an empty span at the end."""
        first, last = -(-self.start // DAY_MICROS) * DAY_MICROS, self.end // DAY_MICROS * DAY_MICROS
        return (first, last) if first < last else (self.end, self.end)

    @property
    def parameters(self) -> dict[str, str | int]:
        """Those of the statements."""
        first, last = self.days
        return {"service": self.service, "start": self.start, "end": self.end, "first_day": first, "last_day": last}


@dataclass(frozen=True, slots=True)
class Questions:
    """What a program is told; it answers into the file `output`, having asked the first `warm_up` before."""

    minutes: Sequence[str]
    days: Sequence[str]
    asked: Sequence[Question]
    warm_up: int
    output: str

    @classmethod
    def read(cls) -> Questions:
        """From the file that the first argument names."""
        told = json.loads(Path(sys.argv[1]).read_text())
        return cls(**{**told, "asked": [Question(**one) for one in told["asked"]]})

    def save(self, path: Path) -> None:
        """For `read`."""
        path.write_text(json.dumps(asdict(self)))

    def answer(self, ask: Callable[[Question], Sequence[int]]) -> None:
        """Ask all, one after another, and write seconds and answer of each."""
        for question in self.asked[: self.warm_up]:
            ask(question)
        found = []
        for question in self.asked:
            begun = time.perf_counter()
            answer = ask(question)
            found.append((time.perf_counter() - begun, [int(value) for value in answer]))
        Path(self.output).write_text(json.dumps(found))
