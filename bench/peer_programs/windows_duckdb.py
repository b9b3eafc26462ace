"""DuckDB over the files of minute and day panes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.peer_programs.questions import Question, Questions

SQL = Path(__file__).with_suffix(".sql").read_text()


def run(questions: Questions) -> None:
    """All answers, in one connection that knows the files."""
    with duckdb.connect() as engine:
        engine.read_parquet(list(questions.minutes)).create_view("minute_panes")
        engine.read_parquet(list(questions.days)).create_view("day_panes")

        def ask(question: Question) -> Sequence[int]:
            row = engine.execute(SQL, question.parameters).fetchone()
            assert row is not None
            return row

        questions.answer(ask)


if __name__ == "__main__":
    run(Questions.read())
