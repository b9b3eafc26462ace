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

DAY_MICROS = 86_400_000_000

Answer = Sequence[int]
"""Messages; then of each measure sum, least, greatest, in millionths, and its earliest time in microseconds."""
Answers = Sequence[tuple[float, Answer]]
"""Seconds and answer of each question."""


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


def timed(asked: Sequence[Question], ask: Callable[[Question], Answer]) -> Answers:
    """Ask one after another."""
    answers = []
    for question in asked:
        begun = time.perf_counter()
        answer = ask(question)
        answers.append((time.perf_counter() - begun, answer))
    return answers


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
        questions = json.loads(Path(sys.argv[1]).read_text())
        return cls(**{**questions, "asked": [Question(**one) for one in questions["asked"]]})

    def save(self, path: Path) -> None:
        """For `read`."""
        path.write_text(json.dumps(asdict(self)))

    def answer(self, ask: Callable[[Question], Answer]) -> None:
        """Ask all, one after another, and write seconds and answer of each."""
        for question in self.asked[: self.warm_up]:
            ask(question)
        answers = [(seconds, [int(value) for value in answer]) for seconds, answer in timed(self.asked, ask)]
        Path(self.output).write_text(json.dumps(answers))
