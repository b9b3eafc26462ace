"""What is made of records: windows like those of panes, exports like pages, a million rows at constant memory."""

from __future__ import annotations

import collections
import contextlib
import csv
import io
import json
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.io.pyarrow import schema_to_pyarrow

from compose.embedded.stack import Stack
from iceberg.catalog import open_catalog
from iceberg.lake_view import LakeView
from iceberg.settings import LakeSettings
from iceberg.stream_tables import stream_tables
from query.groups import Group, groups_of
from query.parameters import read_window
from query.record_panes import window_of_records
from query.requests import WindowRequest
from query.row_rules import rules_within
from query.statement import Statement
from query.statements import window_statement
from query.visible import Visible
from streams.panes import pane_columns
from streams.time_text import timestamp
from tests.integration.lake.test_duplicates import messages
from tests.integration.lake.test_records import TOML as RECORDED
from tests.integration.live_streams import EPOCH, LiveStream, await_true, make_live, running_live
from windowpane_client import CallError, Windowpane

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

TOML = (
    RECORDED
    + """quantiles = true
min_at = true

[measures.tenths]
value = "n / 8 - 20 / (n + 1)"
decimals = 1
min = -1000
max = 1000

[measures.ratio]
value = "-n * 0.1 + 0.05"
decimals = 1
min = -1000
max = 1000

[distincts.ids]
field = "id"
"""
)
MOST = 1_000_000
DAYS = 3
MORE_MEMORY = 250 << 20
"""What the service may take for an export beside what it takes anyway, which is less than the export has."""


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        live.send(messages(0, 3000, seed=1))
        view = live.await_accounted()
        complete = view.complete_until or EPOCH
        await_true(lambda: (live.view().records_until or EPOCH) >= complete, 60, "they have their records")
        yield live


@pytest.fixture(scope="module")
def http(stack: Stack, live: LiveStream) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        params = {"start": "2020-01-01T00:00:00Z", "end": "2020-01-01T00:01:00Z"}
        path = f"/v1/streams/{live.name}/records"
        await_true(lambda: client.get(path, params=params).status_code == 200, 60, "the service knows the stream")
        yield client


Params = Sequence[tuple[str, str]]


def span() -> Params:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return [("start", (now - timedelta(days=3)).isoformat()), ("end", (now + timedelta(hours=1)).isoformat())]


def query(*params: tuple[str, str]) -> httpx.QueryParams:
    return httpx.QueryParams(params)


def asked(live: LiveStream, statement: Statement | None, request: WindowRequest) -> tuple[Group, ...]:
    assert statement is not None
    rows = [statement.with_known(row) for row in live.trino.rows(statement.sql, statement.values)[0]]
    return groups_of(live.definition, request.by, statement.columns, request.quantiles, rows)


def exact(group: Group) -> dict[str, dict[str, Any]]:
    return {
        name: {key: value for key, value in part.items() if key != "quantiles"} for name, part in group.parts.items()
    }


@pytest.mark.parametrize(
    "more",
    [
        [],
        [("by", "")],
        [("who", "w3"), ("who", "w7"), ("quantiles", "0.1,0.5,0.99")],
        [("who", "w3"), ("quantiles", "0.5")],
        [("by", "who"), ("limit", "4")],
    ],
)
def test_windows_of_records_are_those_of_panes(live: LiveStream, more: Params) -> None:
    """Sums, peaks and their times, and sketches of distinct counts bit by bit; quantiles within their error."""
    visible = Visible(live.definition)
    request = read_window(visible, [*span(), *more])
    view, rules = settled(live), rules_within(visible, request.where)
    assert rules is not None
    columns = tuple(c for c in pane_columns(live.definition) if request.quantiles or not c.aggregate.by_quantile)
    of_panes = asked(live, window_statement(live.definition, view, request), request)
    of_records = asked(live, window_of_records(live.definition, view, request, rules, columns), request)
    assert len(of_panes) > 0
    assert [(each.key, each.messages, exact(each)) for each in of_records] == [
        (each.key, each.messages, exact(each)) for each in of_panes
    ]
    for one, other in zip(of_records, of_panes, strict=True):
        for quantile in map(str, request.quantiles):
            assert one.value("n", "quantiles", quantile) == pytest.approx(
                other.value("n", "quantiles", quantile), abs=20
            )


def settled(live: LiveStream) -> LakeView:
    """A view in which panes and records hold the same: nothing is sent any more."""
    view = live.view()
    assert view.records_snapshot is not None
    return view


def test_sketches_merge_with_those_of_panes(live: LiveStream) -> None:
    visible = Visible(live.definition)
    request = read_window(visible, [*span(), ("by", "")])
    rules = rules_within(visible, ())
    assert rules is not None
    statement = window_of_records(live.definition, live.view(), request, rules, pane_columns(live.definition))
    assert statement is not None
    made = statement.sql.partition("\nselect\n")[0] + '\nselect "ids_distinct" from panes'
    sketch = live.trino.rows(made, statement.values)[0][0][0]
    sql = (
        "select cardinality(merge(s)), cardinality(cast(? as hyperloglog)) from"
        " (select cast(ids_distinct as hyperloglog) as s from {stream}.panes where grain = 'minute'"
        " union all select cast(? as hyperloglog))"
    )
    [[both, one]] = live.rows(sql, bytes(sketch), bytes(sketch))
    assert both == one > 0


def test_steps_of_records_are_those_of_panes(live: LiveStream) -> None:
    visible = Visible(live.definition)
    request = read_window(visible, [*span(), ("by", "")])
    rules = rules_within(visible, ())
    assert rules is not None
    statement = window_of_records(
        live.definition,
        live.view(),
        request,
        rules,
        pane_columns(live.definition)[:1],
        "date_trunc('minute', event_time)",
    )
    assert statement is not None
    found = {row[0]: int(row[1]) for row in live.trino.rows(statement.sql, statement.values)[0]}
    sql = "select window_start, sum(messages) from {stream}.panes where grain = 'minute' group by 1"
    assert found == {at: int(count) for at, count in live.rows(sql)}


def pages(http: httpx.Client, live: LiveStream, params: Params) -> list[dict[str, Any]]:
    found, after = list[dict[str, Any]](), ""
    while True:
        more = [("after", after)] if after else []
        answer = http.get(f"/v1/streams/{live.name}/records", params=query(*params, ("limit", "700"), *more))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += body["records"]
        if not (after := body["next"] or ""):
            return found


def test_exports_are_what_pages_say(http: httpx.Client, live: LiveStream) -> None:
    path, everything = f"/v1/streams/{live.name}/records", pages(http, live, span())
    assert len(everything) == live.rows("select count(*) from {stream}.accepted")[0][0] > 1000
    assert len({(each["partition"], each["offset"]) for each in everything}) == len(everything)
    times = [each["event_time"] for each in everything]
    assert times == sorted(times, reverse=True)
    for more in ([], [("who", "w3"), ("who", "w5")], [("n", "7")], [("fields", "id,n")]):
        expected = pages(http, live, [*span(), *more])
        assert len(expected) <= len(everything)
        lines = http.get(path, params=query(*span(), *more), headers={"accept": "application/x-ndjson"})
        assert [json.loads(line) for line in lines.text.splitlines()] == expected
        text = http.get(path, params=query(*span(), *more), headers={"accept": "text/csv"}).text
        assert [row["offset"] for row in csv.DictReader(io.StringIO(text))] == [str(row["offset"]) for row in expected]
        file = http.get(path, params=query(*span(), *more), headers={"accept": "application/vnd.apache.parquet"})
        table = pq.read_table(io.BytesIO(file.content))
        assert table.column("offset").to_pylist() == [row["offset"] for row in expected]


def test_calls_say_what_requests_say(stack: Stack, http: httpx.Client, live: LiveStream) -> None:
    (_, first), (_, last) = span()
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    body = http.get(f"/v1/streams/{live.name}/window", params=query(*span(), ("quantiles", "0.5"))).json()
    everything = pages(http, live, span())
    with Windowpane(stack.addresses.rpc) as rpc:
        answer = rpc.window(live.name, start, end, quantiles=[0.5])
        rows = rpc.records(live.name, start, end).read_all().to_pylist()
    assert len(body["groups"]) == len(answer.groups) > 1
    for told, group in zip(body["groups"], answer.groups, strict=True):
        assert ([told[name] for name in answer.about.by], told["messages"]) == ([*group.key], group.messages)
        measure = group.measures["ratio"]
        assert (measure.count, measure.mean, measure.min, measure.max) == tuple(
            told["ratio"][name] for name in ("count", "mean", "min", "max")
        )
        assert timestamp(measure.max_at.ToDatetime(UTC), millis=True) == told["ratio"]["max_at"]
        assert dict(group.measures["n"].quantiles) == pytest.approx(told["n"]["quantiles"], rel=0.1)
        assert group.measures["ids"].distinct == told["ids"]["distinct"]
    times = [{name: _json(value) for name, value in row.items()} for row in rows]
    assert times == everything


def _json(value: object) -> object:
    return timestamp(value, millis=True) if isinstance(value, datetime) else value


def test_a_call_that_is_given_up_frees_trino(stack: Stack, live: LiveStream) -> None:
    sql = (
        "select query_id, state from system.runtime.queries where query like ? and state <> 'FINISHED'"
        " and query not like '%system.runtime.queries%'"
    )
    mine = (f'%from "{live.name}"."panes"%',)
    before = {row[0] for row in live.trino.rows(sql, mine)[0]}
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with Windowpane(stack.addresses.rpc, seconds=0.15) as impatient:
        for attempt in range(30):  # it may be answered before it is seen
            start, end = now - timedelta(days=2, minutes=attempt), now + timedelta(hours=1)
            with contextlib.suppress(CallError):
                impatient.series(live.name, start, end, "minute", by=["who"], quantiles=[0.1, 0.5, 0.9])
            given_up = time.monotonic()
            begun = {row[0] for row in live.trino.rows(sql, mine)[0]} - before
            if begun:
                break
    assert begun, "no question was under way when it was given up"
    states = "select count(*) from system.runtime.queries where query_id = ? and state = 'FAILED'"
    await_true(lambda: live.trino.rows(states, (min(begun),))[0] == [[1]], 5, "Trino ended it")
    assert time.monotonic() - given_up < 2


def test_refusals_come_before_a_file_begins(http: httpx.Client, live: LiveStream) -> None:
    path = f"/v1/streams/{live.name}/records"
    wrong = http.get(path, params=query(*span(), ("gone", "x")), headers={"accept": "text/csv"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "gone")
    assert http.get("/v1/streams/health/records", params=query(*span())).status_code == 422
    assert (
        http.head(path, params=query(*span()), headers={"accept": "text/csv"})
        .headers["content-type"]
        .startswith("text/csv")
    )


def test_the_page_shows_and_filters(http: httpx.Client, live: LiveStream) -> None:
    page = http.get(f"/records/{live.name}?range=24h&where=who%3Dw3")
    assert page.status_code == 200
    assert "<b>w3</b>" in page.text
    assert "w4" not in page.text
    assert http.get(f"/records/{live.name}/export?range=24h&where=who%3Dw3&format=csv").text.startswith("event_time,")
    assert http.get("/records/health").status_code == 422


@pytest.fixture(scope="module")
def large(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    """A stream whose records were not sent by anybody: many of them over some days, many in one minute."""
    assert stack
    live = make_live(tmp_path_factory.mktemp("large"), TOML)
    table = stream_tables(open_catalog(LakeSettings()), live.name)["accepted"]
    rng = np.random.default_rng(7)
    base = int((datetime.now(UTC) - timedelta(days=DAYS)).timestamp() * 1000)
    for first in range(0, MOST, MOST // 10):
        numbers = np.arange(first, first + MOST // 10)
        at = base + rng.integers(0, DAYS * 86_400_000, len(numbers))
        at[: len(numbers) // 10] = base + 3_600_000 + rng.integers(0, 30_000, len(numbers) // 10)
        columns = {
            "partition": pa.array(numbers % 3, pa.int32()),
            "offset": pa.array(numbers),
            "arrived": pa.array(at * 1000, pa.timestamp("us", "UTC")),
            "event_time": pa.array(at * 1000, pa.timestamp("us", "UTC")),
            "who": pa.array(["last" if number == MOST - 1 else f"w{number % 20}" for number in numbers.tolist()]),
            "id": pa.array([f"{number:x}-{'some longer text ' * 4}" for number in numbers.tolist()]),
            "n": pa.array(numbers % 1000),
            "definition_digest": pa.nulls(len(numbers), pa.string()),
        }
        names = table.schema().column_names
        rows = pa.table([columns[name] for name in names], names=names).cast(
            schema_to_pyarrow(table.schema(), include_field_ids=False)
        )
        table.append(rows)
    yield live
    live.remove()


class Watched:
    """The largest resident size of a process while the block runs."""

    def __init__(self, pid: int) -> None:
        self._process, self._done = psutil.Process(pid), threading.Event()
        self.before = self.peak = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.peak = max(self.peak, self._process.memory_info().rss)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest.mark.parametrize("media", ["application/x-ndjson", "text/csv", "application/vnd.apache.parquet"])
def test_exports_leave_at_constant_memory(stack: Stack, http: httpx.Client, large: LiveStream, media: str) -> None:
    path = f"/v1/streams/{large.name}/records"
    newest = query(*wide(), ("who", "last"))
    await_true(lambda: len(http.get(path, params=newest).json().get("records", ())) == 1, 60, "all are seen")
    size, kept, begun = 0, io.BytesIO(), time.monotonic()
    with (
        Watched(stack.states()["web"].pid) as watched,
        http.stream("GET", path, params=query(*wide()), headers={"accept": media}, timeout=600) as answer,
    ):
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            size += len(piece)
            kept.write(piece)
    seconds = time.monotonic() - begun
    grown = (watched.peak - watched.before) >> 20
    print(f"\n{media}: {size / 1e6:.0f} MB in {seconds:.0f} s; service {watched.before >> 20} MiB, {grown} MiB more")
    if media.endswith("parquet"):
        assert pq.read_metadata(io.BytesIO(kept.getvalue())).num_rows == MOST
    else:
        assert kept.getvalue().count(b"\n") == MOST + (media == "text/csv")
    assert watched.peak - watched.before < MORE_MEMORY


def wide() -> Params:
    return [("start", "2020-01-01T00:00:00Z"), ("end", "2100-01-01T00:00:00Z")]


def test_a_client_that_goes_away_stops_the_work(http: httpx.Client, large: LiveStream) -> None:
    path = f"/v1/streams/{large.name}/records"
    headers = {"accept": "application/x-ndjson"}
    for _ in range(4):  # more than one asker may have at once
        with http.stream("GET", path, params=query(*wide()), headers=headers, timeout=60) as answer:
            assert answer.status_code == 200
            next(answer.iter_bytes())
        await_true(lambda: http.head(path, params=query(*wide()), headers=headers).status_code == 200, 30, "it is over")
    sql = (
        "select count(*) from system.runtime.queries where state = 'RUNNING'"
        " and query like ? and query not like '%system.runtime.queries%'"  # which this one is itself
    )
    reads = f'%from "{large.name}"."accepted"%'
    await_true(lambda: large.trino.rows(sql, (reads,))[0] == [[0]], 30, "nothing of it runs in Trino")


def test_a_failure_in_the_middle_is_no_whole_file(http: httpx.Client, large: LiveStream) -> None:
    """The table goes while it is read: the client sees that the file broke off."""
    path = f"/v1/streams/{large.name}/records"
    with http.stream("GET", path, params=query(*wide()), headers={"accept": "text/csv"}, timeout=120) as answer:
        pieces = answer.iter_bytes()
        next(pieces)
        open_catalog(LakeSettings()).purge_table((large.name, "accepted"))
        with pytest.raises(httpx.RemoteProtocolError):
            collections.deque(pieces, maxlen=0)
