"""How a dashboard's numbers are written."""

from __future__ import annotations

from datetime import date

import pytest

from systems.merchants.numbers import Numbers
from web.pages.site.shown import change_of, compact, days_in_words, duration, money, named, tiles_of, width


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (9_999, "9,999"), (12_345, "12.3k"), (123_456, "123k"), (4_560_000, "4.56M"), (7_000_000_000, "7.00B")],
)
def test_counts_are_short(value: int, text: str) -> None:
    assert compact(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.4, "59s"), (59.6, "1m 00s"), (125, "2m 05s"), (3_780, "1h 03m")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("name", "value", "before", "change"),
    [
        ("visitors", 112, 100, ("+12%", "good")),
        ("visitors", 88, 100, ("\u221212%", "bad")),
        ("visitors", 1, 0, ("new", "good")),
        ("visitors", 0, 0, ("", "")),
        ("visitors", 1000, 1001, ("unchanged", "")),
        ("revenue", 5.0, -10.0, ("+150%", "good")),
        ("revenue", -10.0, -5.0, ("\u2212100%", "bad")),
        ("revenue", -5.0, 0.0, ("new", "bad")),
        ("bounce_rate", 0.5, 0.4, ("+10 pts", "bad")),
        ("bounce_rate", 0.3, 0.4, ("\u221210 pts", "good")),
        ("bounce_rate", None, 0.4, ("", "")),
    ],
)
def test_changes_say_whether_they_are_good(
    name: str, value: float | None, before: float | None, change: tuple[str, str]
) -> None:
    assert change_of(name, value, before) == change


def test_tiles_have_revenue_where_there_is_any() -> None:
    numbers = Numbers(10, 5, 20, 1, 300, 25, {"USD": 5.0, "EUR": 1234.5})
    tiles = {tile.name: tile for tile in tiles_of(numbers, Numbers(revenue={"EUR": 1000.0}), "EUR")}
    assert (tiles["bounce_rate"].value, tiles["visit_seconds"].value) == ("20%", "1m 00s")
    assert (tiles["revenue"].value, tiles["revenue"].also, tiles["revenue"].change) == ("€1,234", "and $5.00", "+23%")
    assert "revenue" not in {tile.name for tile in tiles_of(Numbers(), None, "EUR")}
    assert {tile.change for tile in tiles_of(numbers, None, "EUR")} == {""}


def test_values_have_names() -> None:
    assert [named("country", code) for code in ("DE", "GB", "XK", "ZZ", "")] == [
        "Germany",
        "United Kingdom",
        "Kosovo",
        "ZZ",
        "Unknown",
    ]
    assert (named("source", ""), named("device", "mobile"), named("page", "/a")) == ("Direct or none", "Mobile", "/a")
    assert (money(500, "JPY"), money(500, "JPY", whole=False), money(-4.2, "KWD")) == (
        "¥500",
        "¥500",
        "\u2212KWD\u202f4.20",
    )
    assert (money(-3.5, "CHF"), money(12_345.6, "EUR")) == ("\u2212CHF\u202f3.50", "€12,346")


def test_bars_of_something_are_seen() -> None:
    assert [width(value, 1000) for value in (0, 1, 500, 1000)] == [0, 1, 10, 20]
    assert width(0, 0) == 0


def test_days_are_said_once() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 2), date(2027, 1, 1)]
    assert days_in_words(days[0], days[0]) == "Sun 1 Mar 2026"
    assert days_in_words(days[0], days[1]) == "1 \u2013 31 Mar 2026"
    assert days_in_words(days[0], days[2]) == "1 Mar \u2013 2 Apr 2026"
    assert days_in_words(days[0], days[3]) == "1 Mar 2026 \u2013 1 Jan 2027"
