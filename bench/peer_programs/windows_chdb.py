"""chDB, ClickHouse in the process, over the files of minute and day panes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from chdb import session

from bench.peer_programs.questions import Question, Questions

SQL = Path(__file__).with_suffix(".sql").read_text()


def pattern(files: Sequence[str]) -> str:
    """All files as one path: alternatives in braces, which may not begin with a slash."""
    folder = os.path.commonpath([str(Path(file).parent) for file in files])
    names = [os.path.relpath(file, folder) for file in files]
    return f"{folder}/{{{','.join(names)}}}" if len(names) > 1 else f"{folder}/{names[0]}"


def run(questions: Questions) -> None:
    """All answers, in one session that knows the files."""
    engine = session.Session()
    for name, files in (("minute_panes", questions.minutes), ("day_panes", questions.days)):
        engine.query(f"create view {name} as select * from file('{pattern(files)}', Parquet)")

    def ask(question: Question) -> Sequence[int]:
        for name, value in question.parameters.items():
            engine.query(f"set param_{name} = '{value}'")
        (row,) = json.loads(str(engine.query(SQL, "JSONCompact")))["data"]
        return [int(value) for value in row]

    questions.answer(ask)


if __name__ == "__main__":
    run(Questions.read())
