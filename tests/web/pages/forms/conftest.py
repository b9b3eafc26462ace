"""A service whose records of a form lie in DuckDB: published answers, for users of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pyarrow as pa
import pytest

from access.grants import checked_grant
from streams.records import column_of, record_columns
from systems.students.dirt import dirtied
from tests.definitions import ON_DEMAND
from tests.query.duck_trino import DuckTrino
from tests.query.lake_views import at, lake_view
from tests.web.over_records import over_records

STUDENTS = ON_DEMAND["student_answers"]
GRANTS: dict[str, tuple[str, list[str], dict[str, list[str]], list[str]]] = {
    "ann": ("student_answers", ["ask", "send", "detail"], {}, []),
    "teacher": ("student_answers", ["detail"], {"school": ["MS"]}, []),
    "researcher": ("student_answers", ["detail"], {}, ["comment", "sex"]),
    "asker": ("student_answers", ["ask"], {}, []),
    "stranger": ("health", ["ask", "detail"], {}, []),
}
"""User → stream, actions, rows and what is hidden."""


class Answers(DuckTrino):
    """Their records, as the job would write them."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        super().__init__("to_unixtime(moment) as epoch(moment)")
        types = {"string": "varchar", "integer": "bigint", "number": "double"}
        columns = [f'"{each.column}" {types[each.type]}' for each in record_columns(STUDENTS)]
        own = ['"partition" integer', '"offset" bigint', "arrived timestamptz", "event_time timestamptz"]
        self._duck.execute("create schema student_answers")
        self._duck.execute(f"create table student_answers.accepted ({', '.join([*own, *columns])})")
        kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}
        moments = pa.array([each["sent"] for each in answers], pa.timestamp("ms", "UTC"))
        table = {
            "partition": pa.array([0] * len(answers), pa.int32()),
            "offset": pa.array(range(len(answers))),
            "arrived": moments,
            "event_time": moments,
        }
        for name, rule in STUDENTS.fields.items():
            table[column_of(name)] = pa.array([each.get(name) for each in answers], kinds[rule.type])
        self.insert("student_answers.accepted", pa.table(table))


@dataclass(frozen=True)
class Survey:
    """The address, what asks for whom, and the answers that there are."""

    url: str
    headers: dict[str, dict[str, str]]
    answers: list[dict[str, Any]]
    duck: Answers

    def read(self, user: str, path: str, status: int = 200) -> str:
        """A page, as somebody sees it."""
        headers = {**self.headers[user], "accept": "text/html"}
        answer = httpx.get(f"{self.url}{path}", headers=headers, timeout=30)
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture(scope="module")
def survey() -> Iterator[Survey]:
    """Serve them: all were sent on the second and third of March 2026."""
    begin = at("2 00:00")
    times = (round((begin + timedelta(minutes=7 * n)).timestamp() * 1000) for n in range(400))
    answers = [each.means for each in dirtied(3, times) if each.means is not None]
    duck = Answers(answers)
    with over_records(duck) as made:
        view = replace(lake_view("student_answers", panes=None), definition=STUDENTS, records_snapshot=7)
        made.shows(replace(view, complete_until=at("6 00:00")))
        made.store.users.add("root", by="test", administrator=True)
        for name, (stream, can, where, hide) in GRANTS.items():
            made.store.users.add(name, by="test")
            made.store.grants.add(checked_grant(f"user:{name}", stream, can, where, hide), by="test")
        with made.served("root", *GRANTS) as (people, headers):
            yield Survey(people.url, headers, answers, duck)
