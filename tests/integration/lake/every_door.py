"""The records of a stream as somebody gets them by every door: which values of `who` are seen, and whether `id` is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pyarrow.parquet as pq

from streams.time_text import read_time
from tests.integration.sql_client import SqlClient
from windowpane_client import CallError, Windowpane

START, END = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
UNKNOWN = None
"""Told as of a stream that there is not."""

ON_PAGES = frozenset(["w0", "w3", "w5", "w7"])
"""The values that pages are asked for."""

Seen = tuple[frozenset[str], bool] | None


@dataclass(frozen=True)
class Visitor:
    """Somebody with a key. `rpc`: where the service answers calls."""

    name: str
    key: str
    http: httpx.Client
    rpc: str

    @property
    def sql(self) -> SqlClient:
        """The same at a SQL client."""
        return SqlClient(self.name, self.key)


def of_rows(rows: list[dict[str, Any]]) -> Seen:
    return frozenset(row["who"] for row in rows), any("id" in row for row in rows)


def _records(visitor: Visitor, stream: str, media: str, **more: str) -> httpx.Response | None:
    asked = {"start": START, "end": END, **more}
    answer = visitor.http.get(f"/v1/streams/{stream}/records", params=asked, headers={"accept": media})
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    return answer


def by_pages(visitor: Visitor, stream: str) -> Seen:
    rows, after = list[dict[str, Any]](), ""
    while True:
        more = {"after": after} if after else {}
        answer = _records(visitor, stream, "application/json", limit="1000", **more)
        if answer is None:
            return UNKNOWN
        rows += answer.json()["records"]
        if not (after := answer.json()["next"] or ""):
            return of_rows(rows)


def by_lines(visitor: Visitor, stream: str) -> Seen:
    answer = _records(visitor, stream, "application/x-ndjson")
    return UNKNOWN if answer is None else of_rows([json.loads(line) for line in answer.text.splitlines()])


def by_csv(visitor: Visitor, stream: str) -> Seen:
    answer = _records(visitor, stream, "text/csv")
    return UNKNOWN if answer is None else of_rows([*csv.DictReader(io.StringIO(answer.text))])


def by_parquet(visitor: Visitor, stream: str) -> Seen:
    answer = _records(visitor, stream, "application/vnd.apache.parquet")
    return UNKNOWN if answer is None else of_rows(pq.read_table(io.BytesIO(answer.content)).to_pylist())


def by_page(visitor: Visitor, stream: str) -> Seen:
    """Of some values, each by itself, for a page has the newest records alone."""
    found, told = set[str](), False
    for who in sorted(ON_PAGES):
        page = visitor.http.get(f"/records/{stream}", params={"range": "30d", "where": f"who={who}"})
        if page.status_code == 404:
            return UNKNOWN
        assert page.status_code == 200, page.text
        table = page.text.partition("<tbody")[2].partition("</tbody>")[0]
        found |= {*re.findall(r"\bw\d+\b", re.sub(r"<[^>]*>", " ", table))}
        told = told or bool(re.search(r"<th[^>]*>id</th>", page.text))
    return frozenset(found), told


def by_sql(visitor: Visitor, stream: str) -> Seen:
    outcome, text = visitor.sql.outcome(f"select distinct who from {stream}.records")
    if outcome.endswith("NOT_FOUND"):
        return UNKNOWN
    assert outcome == "OK", text
    told, _ = visitor.sql.outcome(f"select max(id) from {stream}.records")
    assert told in ("OK", "COLUMN_NOT_FOUND")
    return frozenset(re.findall(r"'(w\d+)'", text)), told == "OK"


def by_calls(visitor: Visitor, stream: str) -> Seen:
    with Windowpane(visitor.rpc, key=visitor.key) as client:
        try:
            rows = client.records(stream, read_time(START), read_time(END)).read_all().to_pylist()
        except CallError as error:
            if error.kind != "unknown-stream":
                raise
            return UNKNOWN
    return of_rows(rows)


DOORS: Mapping[str, Callable[[Visitor, str], Seen]] = {
    "pages of JSON": by_pages,
    "NDJSON": by_lines,
    "CSV": by_csv,
    "Parquet": by_parquet,
    "the page of records": by_page,
    "SQL": by_sql,
    "gRPC": by_calls,
}
