"""A change is refused when panes that are stored, or producers of today, could not survive it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from streams.aggregates import READ_OPTIONS, MeasureOptions
from streams.compatibility import RULES, breaking_changes, changes
from streams.definition import Definition
from streams.definition_files import parse_definition
from tests.definitions import HEALTH, PAGE_VIEWS, changed, edited, raw

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
        ("event_time/max_ahead_seconds", 1),
        ("fields/CPU/type", "integer"),
        ("fields/serviceName/max_length", 20),
        ("fields/RAM.Free/max", None),
        ("fields/Disk.Free/below", 3.5),
        ("fields/serviceName/values", ["cart"]),
        ("fields/serviceName/excluded", ["cart"]),
        ("events", True),
        ("hours", True),
        ("key", "serviceName"),
    ],
)
def test_lets_streams_grow(key: str, value: object) -> None:
    new = changed(key, value)
    assert breaking_changes(HEALTH, new) == []
    assert _needs_handover(HEALTH, new) is (key != "title")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("description", "Other words"),
        ("dimensions/service", {"field": "serviceName", "title": "Service"}),
        ("measures/cpu/title", "Processor"),
        ("measures/cpu/unit", "share"),
        ("measures/cpu/total", True),
        ("retention/kafka", "30 days"),
        ("retention/minutes", "30 days"),
        ("retention/rejected", "30 days"),
        ("sent_by", "windowpane"),
        ("most_messages", 10**9),
    ],
)
def test_what_is_only_shown_or_kept_is_free(key: str, value: object) -> None:
    new = changed(key, value)
    assert breaking_changes(HEALTH, new) == []
    assert not _needs_handover(HEALTH, new)


def _needs_handover(old: Definition, new: Definition) -> bool:
    """By the table; the keeper goes by the digests, which have to say the same."""
    differences = changes(old, new)
    assert differences
    restart = any(change.effect.restart for change in differences)
    assert restart is (old.digest != new.digest)
    return restart


def _facts(model: type[BaseModel], key: str = "") -> Iterator[str]:
    """Every fact of a model as the table of rules names it."""
    for name, field in model.model_fields.items():
        path, kind = f"{key}{name}", field.annotation
        kinds = [kind, *get_args(kind), *(part for each in get_args(kind) for part in get_args(each))]
        nested = [each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)]
        many = "dict" in str(kind)
        if path == "clean":
            yield from (path, f"{path}.*")
            continue
        if not nested or path in ("demo", "form"):
            yield path
            continue
        if many or "None" in str(kind):
            yield path
        if many:
            yield f"{path}.*"
        yield from _facts(nested[0], f"{path}.*." if many else f"{path}.")


def test_every_fact_of_a_definition_has_a_rule() -> None:
    assert sorted(_facts(Definition)) == sorted(RULES)


def test_another_cleaning_is_a_handover_with_a_word() -> None:
    before, changed_rules = changed("title", HEALTH.title), changed("clean", {"serviceName": [{"rule": "trim"}]})
    effects = [(each.key, each.effect) for each in changes(before, changed_rules)]
    assert [key for key, _ in effects] == ["clean", "clean.serviceName"]
    assert all(effect.restart and effect.refused is None for _, effect in effects)
    assert "replayed" in (effects[-1][1].note or "")
    assert changed_rules.digest != before.digest


def test_another_value_of_a_measure_is_allowed_with_a_word() -> None:
    [change] = changes(changed("title", HEALTH.title), changed("measures/ram/value", "RAM.Free / RAM.Total"))
    assert change.key == "measures.ram.value"
    assert change.effect.refused is None
    assert "replayed with this definition" in (change.effect.note or "")


@pytest.mark.parametrize(
    ("stream", "key", "value", "named"),
    [
        ("health", "event_time/field", "At", "event_time.field"),
        ("health", "dimensions/service", "host", "dimensions.service.field"),
        ("page_views", "distincts/visitors", "path", "distincts.visitors.field"),
    ],
)
def test_refuses_another_meaning_under_the_same_name(stream: str, key: str, value: str, named: str) -> None:
    """But a replay may be made with it: its panes take the place of those of before."""
    host = {"type": "string"}
    old = parse_definition(edited(raw(stream), "fields/host", host), stream)
    new = parse_definition(edited(edited(raw(stream), "fields/host", host), key, value), stream)
    [(breaking, why)] = breaking_changes(old, new)
    assert breaking == named
    assert "declare a new stream" in why
    assert breaking_changes(old, new, replayed=True) == []


@pytest.mark.parametrize("option", sorted({*MeasureOptions.model_fields} - READ_OPTIONS))
def test_options_of_measures_are_turned_on_for_good(option: str) -> None:
    off, on = (changed(f"measures/cpu/{option}", asked) for asked in (False, True))
    assert breaking_changes(off, on) == []
    assert _needs_handover(off, on)
    [(breaking, why)] = breaking_changes(on, off)
    assert (breaking, "stored panes hold them" in why) == (f"measures.cpu.{option}", True)


def test_totals_come_and_go() -> None:
    on, off = changed("measures/cpu/total", True), changed("measures/cpu/total", False)
    assert breaking_changes(on, off) == []
    assert not _needs_handover(on, off)


def test_refuses_another_order_of_dimensions() -> None:
    new = changed("dimensions", {"path": "path", "site": "site"}, "page_views")
    assert breaking_changes(PAGE_VIEWS, new) == [("dimensions", "cannot change from site, path; declare a new stream")]


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
    [(breaking, why)] = breaking_changes(HEALTH, changed(key, value))
    assert breaking == named
    assert reason in why


@pytest.mark.parametrize(
    ("key", "value", "named", "reason"),
    [
        ("distincts/visitors", None, "distincts.visitors", "stored panes hold it"),
        ("fields/load_ms/required", True, "fields.load_ms.required", "was optional"),
        ("fields/visitor_id/required", True, "fields.visitor_id.required", "was optional"),
    ],
)
def test_refuses_what_breaks_page_views(key: str, value: object, named: str, reason: str) -> None:
    [(breaking, why)] = breaking_changes(PAGE_VIEWS, changed(key, value, "page_views"))
    assert breaking == named
    assert reason in why


def test_names_every_break() -> None:
    new = changed("dimensions", {"host": "serviceName"}).model_copy(update={"topic": "other", "partitions": 1})
    assert [key for key, _ in breaking_changes(HEALTH, new)] == ["topic", "partitions", "dimensions"]


def test_duplicates_come_and_go_with_a_word() -> None:
    tree = raw() | {"key": "serviceName"}
    without = parse_definition(tree, "health")
    hour, day = (
        parse_definition(tree | {"duplicates": {"id": "serviceName", "horizon": horizon}}, "health")
        for horizon in ("1 hour", "24 hours")
    )
    [added] = changes(without, hour)
    assert (added.key, added.effect.refused, added.effect.restart) == ("duplicates", None, True)
    assert "stays as it was counted" in (added.effect.note or "")
    assert [change.key for change in changes(hour, day)] == ["duplicates.horizon"]
    for old, new in ((without, hour), (hour, day), (hour, without)):
        assert breaking_changes(old, new) == []
        assert _needs_handover(old, new)


def test_more_partitions_move_keys() -> None:
    [unkeyed] = changes(changed("partitions", 4), changed("partitions", 8))
    [keyed] = changes(*(parse_definition(raw() | {"key": "serviceName", "partitions": n}, "health") for n in (4, 8)))
    assert unkeyed.effect.note is None
    assert "keys move" in (keyed.effect.note or "")
