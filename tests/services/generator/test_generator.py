"""Made messages: accepted, the same for the same seed, and shaped like the real ones."""

from __future__ import annotations

import hashlib
import itertools
import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.generator import Generator
from streams import Definition
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from tests.definitions import HEALTH, PAGE_VIEWS, WEB_EVENTS

STREAMS = {"health": HEALTH, "page_views": PAGE_VIEWS}
END = 1_795_305_600_000  # 2026-11-22T00:00:00Z
DAY = 86_400_000


def made(
    definition: Definition, count: int, *, seed: int = 0, series: int | None = None, days: float = 3
) -> list[bytes]:
    generator = Generator(definition, seed=seed, series=series)
    return list(itertools.chain.from_iterable(generator.history(END - int(days * DAY), END, count)))


@pytest.mark.parametrize("stream", sorted(STREAMS))
def test_every_message_is_accepted(stream: str) -> None:
    decoder = Decoder(decoding_plan(STREAMS[stream]))
    messages = made(STREAMS[stream], 5_000)
    assert len(messages) == 5_000
    answers = [decoder.decode(message, END) for message in messages]
    assert all(isinstance(answer, Accepted) for answer in answers)


@pytest.mark.parametrize("stream", sorted(STREAMS))
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**40), split=st.integers(1, 299))
def test_batches_meet_without_seam(stream: str, seed: int, split: int) -> None:
    generator = Generator(STREAMS[stream], seed=seed)
    index = np.arange(300, dtype=np.int64)
    at_ms = generator.times(index, END - DAY, END, 300)
    parts = generator.batch(index[:split], at_ms[:split]) + generator.batch(index[split:], at_ms[split:])
    assert parts == generator.batch(index, at_ms)


@pytest.mark.parametrize("stream", sorted(STREAMS))
def test_seed_decides_everything(stream: str) -> None:
    first, again, other = (made(STREAMS[stream], 500, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_bytes_stay_as_published() -> None:
    """Benchmarks compare across versions only while they send the same bytes."""
    text = b"\n".join(made(STREAMS["health"], 2_000, seed=7))
    assert hashlib.sha256(text).hexdigest()[:16] == "0e1f1be8b8770217"


@pytest.mark.parametrize("series", [1, 40, 41, 1_000])
def test_as_many_series_as_asked(series: int) -> None:
    names = {json.loads(message)["serviceName"] for message in made(STREAMS["health"], 4 * series, series=series)}
    assert len(names) == series


def test_services_report_evenly() -> None:
    generator = Generator(STREAMS["health"])
    count = generator.natural_count(END - DAY // 24, END)
    assert count == 40 * 360
    messages = [json.loads(message) for batch in generator.history(END - DAY // 24, END, count) for message in batch]
    times = np.array([message["Timestamp"] for message in messages if message["serviceName"] == "checkout"])
    assert len(times) == 360
    assert np.all(np.abs(np.diff(times) - 10_000) < 1_000)
    assert END - DAY // 24 <= times[0] < times[-1] < END


@cache
def parsed(count: int, days: float) -> list[dict[str, Any]]:
    return [json.loads(message) for message in made(STREAMS["health"], count, days=days)]


def shares(service: str, days: float) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """CPU, RAM and disk of one service, every five minutes."""
    own = [row for row in parsed(int(40 * days * 288), days) if row["serviceName"] == service]
    used = {name: np.array([1 - row[name]["Free"] / row[name]["Total"] for row in own]) for name in ("RAM", "Disk")}
    return {"CPU": np.array([row["CPU"] for row in own]), **used}


def test_load_follows_day() -> None:
    """As in published traces: yesterday tells today's CPU well, five minutes ago tells it better."""
    cpu = shares("feature-flags", 4)["CPU"]
    centred = cpu - cpu.mean()

    def correlation(lag: int) -> float:
        return float((centred[:-lag] * centred[lag:]).mean() / centred.var())

    assert 0.4 < correlation(288) < correlation(1) < 0.99
    assert 0.1 < cpu.std() / cpu.mean() < 0.6


def test_memory_leaks_until_restart() -> None:
    """Some services climb slowly and fall at once; the others stay where they are."""
    falls, flat = 0, 0
    for service in ("auth", "email", "feature-flags", "accounts", "billing", "cart"):
        steps = np.diff(shares(service, 4)["RAM"])
        falls += bool(steps.min() < -0.1 and np.median(steps) > 0)
        flat += bool(np.abs(steps).max() < 0.05)
    assert (falls, flat) == (3, 3)


def test_incidents_saturate_some() -> None:
    rows = parsed(40 * 3 * 720, 3)
    peaks: dict[str, float] = {}
    for row in rows:
        peaks[row["serviceName"]] = max(row["CPU"], peaks.get(row["serviceName"], 0.0))
    saturated = sum(peak > 0.85 for peak in peaks.values())
    assert 5 <= saturated <= 30
    assert np.mean([row["CPU"] > 0.85 for row in rows]) < 0.02


def test_popular_pages_lead() -> None:
    rows = [json.loads(message) for message in made(STREAMS["page_views"], 20_000)]
    paths = [row["path"] for row in rows]
    assert 0.2 < paths.count("/") / len(paths) < 0.4
    loads = [row["load_ms"] for row in rows if "load_ms" in row]
    assert 0.95 < len(loads) / len(rows) < 0.99
    assert 380 < float(np.median(loads)) < 650
    assert float(np.percentile(loads, 99)) > 3 * float(np.median(loads))


def test_visits_are_of_one_browser_and_source_each() -> None:
    decoder = Decoder(decoding_plan(WEB_EVENTS))
    messages = made(WEB_EVENTS, 12_000, seed=3, days=1 / 12)
    assert [each for each in messages if not isinstance(decoder.decode(each, END), Accepted)] == []
    by_visitor: dict[str, list[dict[str, Any]]] = {}
    events = [json.loads(each) for each in messages]
    for each in events:
        by_visitor.setdefault(each["visitor"], []).append(each)
    assert 2 < len(events) / len(by_visitor) < 12
    pairs = [{(each["browser"], each["source"], each["country"]) for each in visit} for visit in by_visitor.values()]
    assert sum(len(pair) == 1 for pair in pairs) > 0.95 * len(pairs)
    assert {(each["name"] == "pageview") == bool(each["view"]) for each in events} == {True}
    assert {each["site"] == each["hostname"] for each in events} == {True}
