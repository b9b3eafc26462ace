"""A change is refused when panes that are stored, or producers of today, could not survive it."""

from __future__ import annotations

import pytest

from streams.compatibility import breaking_changes
from tests.definitions import HEALTH, PAGE_VIEWS, changed

OPTIONAL = {"type": "number", "required": False}
REQUIRED = {"type": "number"}
MEASURE = {"value": "CPU", "decimals": 3, "min": 0, "max": 1}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", "Health"),
        ("partitions", 8),
        ("fields/Load", OPTIONAL),
        ("fields/CPU/max", 2),
        ("measures/busy", MEASURE),
        ("measures/cpu/max", 2),
        ("distincts/services", "serviceName"),
    ],
)
def test_lets_streams_grow(key: str, value: object) -> None:
    assert breaking_changes(HEALTH, changed(key, value)) == []


@pytest.mark.parametrize(
    ("key", "value", "named", "reason"),
    [
        ("topic", "other", "topic", "cannot change from 'health'"),
        ("partitions", 3, "partitions", "cannot shrink from 4"),
        ("dimensions", {"host": "serviceName"}, "dimensions", "cannot change from service"),
        ("dimensions/host", "serviceName", "dimensions", "cannot change from service"),
        ("measures/cpu", None, "measures.cpu", "stored panes hold it"),
        ("measures/cpu/decimals", 3, "measures.cpu.decimals", "cannot change from 6"),
        ("measures/cpu/quantiles", False, "measures.cpu.quantiles", "stored panes hold them"),
        ("fields/Load", REQUIRED, "fields.Load", "say required = false"),
    ],
)
def test_refuses_what_breaks(key: str, value: object, named: str, reason: str) -> None:
    [(found, why)] = breaking_changes(HEALTH, changed(key, value))
    assert found == named
    assert reason in why


@pytest.mark.parametrize(
    ("key", "value", "named", "reason"),
    [
        ("distincts/visitors", None, "distincts.visitors", "stored panes hold it"),
        ("fields/load_ms/required", True, "fields.load_ms", "was optional"),
        ("fields/visitor_id/required", True, "fields.visitor_id", "was optional"),
    ],
)
def test_refuses_what_breaks_page_views(key: str, value: object, named: str, reason: str) -> None:
    [(found, why)] = breaking_changes(PAGE_VIEWS, changed(key, value, "page_views"))
    assert found == named
    assert reason in why


def test_names_every_break() -> None:
    new = changed("dimensions", {"host": "serviceName"}).model_copy(update={"topic": "other", "partitions": 1})
    assert [key for key, _ in breaking_changes(HEALTH, new)] == ["topic", "partitions", "dimensions"]
