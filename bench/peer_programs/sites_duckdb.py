"""DuckDB over the files of a site's events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.peer_programs.site_questions import KINDS, Row, SiteQuestion, SiteQuestions

_FOLDER = Path(__file__).with_suffix("")
_VISITS = (_FOLDER / "visits.sql").read_text()
SQL = {kind: _VISITS + (_FOLDER / f"{kind}.sql").read_text() for kind in KINDS}
"""Each may ask of the visits: what it does not use of them, DuckDB does not compute."""


def run(questions: SiteQuestions) -> None:
    """All answers, in one connection that knows the files."""
    with duckdb.connect() as engine:
        engine.read_parquet(list(questions.files)).create_view("accepted")

        def ask(question: SiteQuestion) -> Sequence[Row]:
            return engine.execute(SQL[question.kind], question.parameters).fetchall()

        questions.answer(ask)


if __name__ == "__main__":
    run(SiteQuestions.read())
