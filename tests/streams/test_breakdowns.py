"""Breakdowns: what a definition says of them, and the parts, layers and views that follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streams.breakdowns import (
    ROLLUP_LAYERS,
    Breakdown,
    Layer,
    breakdowns,
    finest_shelves,
    grains,
    is_of_panes,
    layer_of,
    layers,
    main_breakdown,
    named_in,
    view_names,
)
from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from streams.panes import FINEST_ARRIVAL_SECONDS, ROLLUP_ARRIVAL_SECONDS, Grain, grain_of, shelf_of, span_of
from streams.stored_definition import as_stored, stored_definition
from tests.definitions import BROKEN_DOWN, HEALTH, PAGE_VIEWS, changed, edited, raw

M, H, D = Grain.MINUTE, Grain.HOUR, Grain.DAY


@pytest.mark.parametrize(
    ("grain", "hourly", "part", "shelf"),
    [
        (Grain.MINUTE, True, "all/minute/2026-03-01T23", "all/minute/2026-03-01"),
        (Grain.MINUTE, False, "all/minute/2026-03-01", "all/minute/2026-03"),
        (Grain.HOUR, True, "all/hour/2026-03-01", "all/hour/2026-03"),
        (Grain.DAY, True, "all/day/2026-03", "all/day/2026"),
    ],
)
def test_parts_are_named_by_breakdown_grain_and_period(grain: Grain, hourly: bool, part: str, shelf: str) -> None:
    breakdown = Breakdown("all", ("site",), tuple(Grain) if hourly else (Grain.MINUTE, Grain.DAY))
    start = datetime.fromisoformat("2026-03-02T01:30:00+02:00")
    assert breakdown.packed_part(grain, start) == part
    assert breakdown.part(grain, start) == part.removesuffix("T23")
    assert (grain_of(part), shelf_of(part)) == (grain, shelf)
    if grain is not Grain.DAY:
        first, day = datetime(2026, 3, 1, tzinfo=UTC), timedelta(days=1)
        span = (first + timedelta(hours=23), first + day) if part.endswith("T23") else (first, first + day)
        assert span_of(part) == span


def test_without_a_section_there_is_one_of_all_dimensions() -> None:
    assert breakdowns(HEALTH) == (Breakdown("service", ("service",), (M, D)),)
    assert breakdowns(PAGE_VIEWS) == (Breakdown("site_path", ("site", "path"), (M, H, D)),)
    assert (HEALTH.digest, PAGE_VIEWS.digest) == ("4e276a025ba95736", "30adc09543976c1e"), "as before there were any"


def test_a_section_names_dimensions_and_grains() -> None:
    assert breakdowns(BROKEN_DOWN) == (
        Breakdown("site_path", ("site", "path"), (M, H, D)),
        Breakdown("sites", ("site",), (M, H, D)),
        Breakdown("paths", ("path",), (H, D)),
        Breakdown("totals", (), (D,)),
    )
    assert main_breakdown(BROKEN_DOWN).name == "site_path"
    assert stored_definition(as_stored(BROKEN_DOWN), "stored") == BROKEN_DOWN
    assert BROKEN_DOWN.digest != PAGE_VIEWS.digest


def test_dimensions_are_in_the_order_of_the_definition() -> None:
    turned = changed("breakdowns", {"pages": ["path", "site"]}, "page_views")
    assert breakdowns(turned)[0].dimensions == ("site", "path")
    assert main_breakdown(changed("breakdowns", {"b": ["path"], "a": ["site"]}, "page_views")).name == "b"


def test_finest_panes_of_all_are_one_layer() -> None:
    assert layers(BROKEN_DOWN) == (Layer.FINEST, Layer.HOUR, Layer.DAY)
    assert named_in(BROKEN_DOWN, Layer.FINEST) == {M: ("site_path", "sites"), H: ("paths",), D: ("totals",)}
    assert named_in(BROKEN_DOWN, Layer.HOUR) == {H: ("site_path", "sites")}
    assert named_in(BROKEN_DOWN, Layer.DAY) == {D: ("site_path", "sites", "paths")}
    assert layers(changed("breakdowns", {"all": {"by": [], "grains": ["day"]}}, "page_views")) == (Layer.FINEST,)
    assert grains(BROKEN_DOWN) == tuple(Grain)
    assert {*layers(PAGE_VIEWS)} == {Layer.FINEST, *ROLLUP_LAYERS}
    lengths = [layer.arrival_seconds for layer in Layer]
    assert lengths == [FINEST_ARRIVAL_SECONDS, ROLLUP_ARRIVAL_SECONDS, ROLLUP_ARRIVAL_SECONDS]


@pytest.mark.parametrize(
    ("part", "layer"),
    [
        ("site_path/minute/2026-03-01T10", Layer.FINEST),
        ("sites/hour/2026-03-01", Layer.HOUR),
        ("paths/hour/2026-03-01", Layer.FINEST),
        ("paths/day/2026-03", Layer.DAY),
        ("totals/day/2026-03", Layer.FINEST),
    ],
)
def test_each_part_is_of_one_layer(part: str, layer: Layer) -> None:
    assert layer_of(part, finest_shelves(BROKEN_DOWN)) is layer


def test_only_minute_panes_that_have_hours_are_divided() -> None:
    assert [each.hourly for each in breakdowns(BROKEN_DOWN)] == [True, True, False, False]


def test_views_of_the_main_breakdown_keep_their_names() -> None:
    views = ["minutes", "hours", "days"]
    assert list(view_names(PAGE_VIEWS)) == views
    more = ["sites_minutes", "sites_hours", "sites_days", "paths_hours", "paths_days", "totals_days"]
    assert list(view_names(BROKEN_DOWN)) == [*views, *more]
    assert all(map(is_of_panes, [*views, *more]))
    assert not any(map(is_of_panes, ["panes", "records", "ledger", "days_ago"]))


@pytest.mark.parametrize(
    ("breakdowns", "key", "reason"),
    [
        ({"a": ["gone"]}, "breakdowns.a.by", "names no dimension; known: site, path"),
        ({"a": ["site", "site"]}, "breakdowns.a.by", "is named twice"),
        ({"a": ["site", "path"], "b": ["path", "site"]}, "breakdowns.b.by", "are the dimensions of a already"),
        ({"a": {"by": ["site"], "grains": ["minute"]}}, "breakdowns.a.grains", "need day"),
        ({"a": {"by": ["site"], "grains": ["day", "day"]}}, "breakdowns.a.grains", "is named twice"),
        ({"a": {"by": ["site"], "grains": ["week"]}}, "breakdowns.a.grains.0", "'minute', 'hour' or 'day'"),
        ({"a": {"of": ["site"]}}, "breakdowns.a", "by"),
        ({"part": ["site"]}, "breakdowns.part", "not a word that panes use themselves"),
    ],
)
def test_mistakes_are_named(breakdowns: object, key: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as error:
        changed("breakdowns", breakdowns, "page_views")
    found = (error.value, *error.value.others)
    assert any(each.key.startswith(key) and reason in str(each) for each in found), list(map(str, found))


def test_hours_need_hour_panes() -> None:
    tree = edited(edited(raw("page_views"), "hours", False), "breakdowns", {"a": {"by": [], "grains": ["hour", "day"]}})
    with pytest.raises(DefinitionError, match="set hours = true"):
        parse_definition(tree, "page_views.toml")
