"""Differences on the real engines: equal, changed, lost and new; on the command line, over HTTP and on pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyarrow as pa
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from compose.embedded.stack import Stack
from database.replay_store import ReplayStore
from database.replays import Replay, ReplayState
from iceberg.catalog import Catalog, open_catalog
from iceberg.namespaces import staging_namespace
from iceberg.publishing import drop, publish, roll_back
from iceberg.settings import LakeSettings
from iceberg.staging import make_staging
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from scripts.replays.replay_commands import command
from streams.arrivals import Arrivals
from streams.panes import Grain
from tests.definitions import SHIPPED
from tests.iceberg.lakes import layer, pane_place
from tests.integration.live_streams import LiveStream, await_true, make_live

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

HEALTH = SHIPPED["health"].read_text("utf-8").split("# How `windowpane")[0]
START = datetime(2026, 3, 5, 8, tzinfo=UTC)
RANGE = Arrivals(START, START + timedelta(hours=1))
EVENT = datetime(2026, 3, 4, 10, tzinfo=UTC)
SERVICES = ("auth", "cart", "<b>search</b>")

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """What arrived, as rows of a stream's tables."""

    minutes: list[Row]
    days: list[Row]
    ledger: list[Row]
    rejected: list[Row]


def pane(service: str, window: datetime, arrived: datetime, grain: Grain, ram: int = 400_000) -> Row:
    """Ten messages of one value each; in stored units."""
    row: Row = {
        "service": service,
        **pane_place(grain, window, hourly=False),
        "arrived_from": arrived,
        "arrived_until": arrived + timedelta(seconds=layer(grain).arrival_seconds),
        "messages": 10,
    }
    for name, value in (("cpu", 500_000), ("ram", ram), ("disk", 100_000)):
        values = {"count": 10, "sum": 10 * value, "min": value, "max": value, "max_at": window}
        row |= {f"{name}_{part}": each for part, each in values.items()}
    return row


def arrived(services: Sequence[str] = SERVICES, *, ram: int = 400_000, reasons: Sequence[str] = ("missing",)) -> Rows:
    """Ten messages a minute of every service, twenty minutes long; `ram` is the cart's."""
    minutes = [EVENT + timedelta(minutes=minute) for minute in range(20)]
    panes = [
        pane(service, at, START + timedelta(minutes=place), Grain.MINUTE, ram=ram if service == "cart" else 400_000)
        for service in services
        for place, at in enumerate(minutes)
    ]
    days = [
        pane(
            service,
            EVENT,
            START + timedelta(minutes=ten),
            Grain.DAY,
            ram=ram if service == "cart" else 400_000,
        )
        for service in services
        for ten in range(0, 60, 10)
    ]
    ledger = {
        "partition": 0,
        "arrived_from": START,
        "arrived_until": START + timedelta(seconds=10),
        "first_offset": 0,
        "last_offset": 999,
        "accepted": sum(row["messages"] for row in panes),
        "rejected": len(reasons),
        "heartbeats": 5,
    }
    rejected = [
        {"partition": 0, "offset": place, "arrived": START + timedelta(seconds=1), "reason": reason, "payload": b"{}"}
        for place, reason in enumerate(reasons)
    ]
    return Rows(panes, days, [ledger], rejected)


def append(catalog: Catalog, namespace: str, rows: Rows) -> None:
    for name, appended in (("panes", rows.minutes + rows.days), ("ledger", rows.ledger), ("rejected", rows.rejected)):
        table = catalog.load_table((namespace, name))
        if appended:
            table.append(pa.Table.from_pylist(appended, schema=table.schema().as_arrow()))


@dataclass(frozen=True)
class Replays:
    """A stream with rows, and its replays: one that makes the same again, one that does not."""

    live: LiveStream
    identical: Replay
    changed: Replay


@pytest.fixture(scope="module")
def catalog(stack: Stack) -> Catalog:
    assert stack.environment()
    return open_catalog(LakeSettings())


@pytest.fixture(scope="module")
def replays(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replays]:
    # Not among the stack's own streams, so that the keeper starts no job.
    live = make_live(tmp_path_factory.mktemp("streams"), HEALTH.replace('"health"', '"{topic}"'))
    before = pane("cart", EVENT, START - timedelta(seconds=10), Grain.MINUTE, ram=999_999)
    append(catalog, live.name, arrived(reasons=("missing", "missing", "too large")))
    append(catalog, live.name, Rows([before], [], [], []))
    same = staged(catalog, live, arrived(reasons=("missing", "missing", "too large")))
    # Only one open replay may hold a range; the test has two.
    said(catalog, same, ReplayState.PUBLISHED)
    # RAM of the cart is less, a service and one pane are gone, another service and a reason are new.
    other = arrived(("cart", "<b>search</b>", "new"), ram=200_000, reasons=("missing", "not a number"))
    other.minutes.pop(25)
    changed = staged(catalog, live, other)
    said(catalog, same, ReplayState.STAGED)
    yield Replays(live, same, changed)
    for replay in (same, changed):
        drop(catalog, replay.id)
    live.remove()


def said(catalog: Catalog, replay: Replay, state: ReplayState) -> None:
    """Let the record say so, though it never came to be."""
    with catalog.engine.begin() as connection:
        update = sa.text("update windowpane.replays set state = :state where id = :id")
        connection.execute(update, {"state": state, "id": replay.id})


def staged(catalog: Catalog, live: LiveStream, rows: Rows) -> Replay:
    """A replay whose staging tables hold these rows, as if it had run."""
    store = ReplayStore(catalog.engine)
    replay = store.create(live.definition, RANGE, {0: (0, 1000)}, "a test")
    make_staging(catalog, replay)
    append(catalog, staging_namespace(replay), rows)
    return store.set_state(replay, ReplayState.STAGED)


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")


def reported(number: int) -> dict[str, Any]:
    result = CliRunner().invoke(command, ["show", str(number), "--json"], catch_exceptions=False)
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_equal_replay_is_identical(replays: Replays) -> None:
    difference = reported(replays.identical.id)["difference"]
    assert difference["identical"]
    assert [(g["equal"], g["changed"], g["only_old"], g["only_new"]) for g in difference["panes"].values()] == [
        (60, 0, 0, 0),
        (3, 0, 0, 0),
    ]
    assert {group["change"] for group in difference["groups"]} == {0.0}
    shown = CliRunner().invoke(command, ["show", str(replays.identical.id)], catch_exceptions=False).stdout
    assert "identical: accepted 600, rejected 3, heartbeats 5, duplicates 0." in shown


def test_every_change_is_found(replays: Replays) -> None:
    difference = reported(replays.changed.id)["difference"]
    assert not difference["identical"]
    minute, day = difference["panes"]["minute"], difference["panes"]["day"]
    # cart 20 changed; auth 20 only old and one pane of search lost; new 20 only new; search 19 equal
    assert [minute[name] for name in ("equal", "changed", "only_old", "only_new")] == [19, 20, 21, 20]
    assert [day[name] for name in ("equal", "changed", "only_old", "only_new")] == [1, 1, 1, 1]
    assert minute["messages"] == {"old": 600, "new": 590}
    assert len(minute["changes"]) == 61
    services = [change["dimensions"]["service"] for change in minute["changes"]]
    assert (set(services[:41]), set(services[41:])) == ({"auth", "new", "<b>search</b>"}, {"cart"})
    assert difference["accounted"] == {
        "accepted": {"old": 600, "new": 600},
        "rejected": {"old": 3, "new": 2},
        "heartbeats": {"old": 5, "new": 5},
        "duplicates": {"old": 0, "new": 0},
    }
    assert difference["rejected"] == {
        "missing": {"old": 2, "new": 1},
        "not a number": {"old": 0, "new": 1},
        "too large": {"old": 1, "new": 0},
    }


def test_values_are_in_own_units(replays: Replays) -> None:
    difference = reported(replays.changed.id)["difference"]
    groups = {group["dimensions"]["service"]: group for group in difference["groups"]}
    assert [group["change"] for group in difference["groups"]] == [1.0, 1.0, 0.5, 0.05]
    assert groups["auth"]["new"] is None
    assert groups["new"]["old"] is None
    ram = [groups["cart"][side]["measures"]["ram"] for side in ("old", "new")]
    assert ram == [{"count": 200, "mean": 0.4, "max": 0.4}, {"count": 200, "mean": 0.2, "max": 0.2}]
    change = difference["panes"]["minute"]["changes"][-1]
    assert (change["dimensions"]["service"], change["change"]) == ("cart", 0.5)
    assert change["old"]["measures"]["ram"] == {"count": 10, "mean": 0.4, "max": 0.4}


def test_points_are_of_the_chosen_value(replays: Replays) -> None:
    service = ReplayService(QuerySettings())
    replay = service.get(replays.changed.id)
    every, cart = service.report(replay).points, service.report(replay, (("service", ("cart",)),)).points
    assert every is not None
    assert cart is not None
    assert (every.step, len(every.points), len(cart.points)) == ("minute", 20, 20)
    assert every.points[0].old is not None
    assert every.points[0].old.messages == 30
    sides = [(point.old, point.new) for point in cart.points]
    assert {(old.measures["ram"].mean, new.measures["ram"].mean) for old, new in sides if old and new} == {(0.4, 0.2)}


def test_command_line_shows_tables(replays: Replays) -> None:
    shown = CliRunner().invoke(command, ["show", str(replays.changed.id)], catch_exceptions=False).stdout
    for part in ("rejected 3 → 2", "too large", "0.4 → 0.2", "<b>search</b>", "10 of 61"):
        assert part in shown


def test_pages_and_api_answer(stack: Stack, replays: Replays) -> None:
    with httpx.Client(base_url=stack.url, timeout=120, headers={"accept": "text/html"}) as http:
        listed = http.get("/replays")
        assert listed.status_code == 200
        assert f'href="/replays/{replays.changed.id}"' in listed.text
        page = http.get(f"/replays/{replays.changed.id}", params={"where.service": "cart", "sort": "messages.old"})
        assert page.status_code == 200
        assert "&lt;b&gt;search&lt;/b&gt;" in page.text
        assert "<b>search" not in page.text
        assert 'id="identical"' in http.get(f"/replays/{replays.identical.id}").text
        assert http.get(f"/replays/{replays.changed.id}", params={"where.host": "x"}).status_code == 422
        assert http.get("/replays/999999").status_code == 404
        answer = http.get(f"/v1/replays/{replays.changed.id}", params={"service": "cart"}).json()
        expected = reported(replays.changed.id)
        assert answer["difference"] == expected["difference"]
        assert answer["series"]["where"] == {"service": ["cart"]}
        assert http.get(f"/v1/replays/{replays.changed.id}", params={"host": "x"}).status_code == 422
        ids = [each["id"] for each in http.get("/v1/replays", params={"stream": replays.live.name}).json()["replays"]]
        assert ids == [replays.changed.id, replays.identical.id]


def test_published_replay_keeps_its_difference(stack: Stack, catalog: Catalog, replays: Replays) -> None:
    """Old is what was there before; after a roll back, what is there again; and the window page says what happened."""
    before = reported(replays.changed.id)["difference"]
    publish(catalog, replays.changed.id, "somebody", "RAM was <wrong>")
    assert reported(replays.changed.id)["difference"] == before
    # What the other replay would change is against what is published now.
    assert not reported(replays.identical.id)["difference"]["identical"]
    with httpx.Client(base_url=stack.url, timeout=120, headers={"accept": "text/html"}) as http:
        window = {"stream": replays.live.name, "start": "2026-03-04T00:00", "end": "2026-03-05T00:00"}

        def said() -> bool:
            return "RAM was &lt;wrong&gt;" in http.get("/", params=window).text

        await_true(said, 30, "the window page names the publication")
        [done] = http.get("/v1/history", params={"stream": replays.live.name}).json()["history"]
    assert (done["replay"], done["by"], done["completed"]) == (replays.changed.id, "somebody", True)
    assert done["rows"]["panes"] == {"removed": 60 + 18, "added": 59 + 18}
    history = CliRunner().invoke(command, ["history", replays.live.name], catch_exceptions=False).stdout
    assert "somebody" in history
    roll_back(catalog, replays.changed.id, "somebody", "")
    assert reported(replays.changed.id)["difference"] == before
    assert reported(replays.identical.id)["difference"]["identical"]
