"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from web.page.units import NOTHING, count, quantity, spoken_name


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.4137, "ratio", "41.4%"),
        (1.0, "ratio", "100.0%"),
        (0.0, "ratio", "0.0%"),
        (412.5, "ms", "412 ms"),
        (0.0123, "ms", "0.0123 ms"),
        (1240.0, "ms", "1.24 s"),
        (90_000.0, "ms", "1.50 min"),
        (5_400_000.0, "ms", "1.50 h"),
        (1536.0, "bytes", "1.50 KiB"),
        (12.0, "bytes", "12 B"),
        (1_234_567.0, "", "1,234,567"),
        (12.340, "", "12.3"),
        (-0.5, "°C", "-0.5 °C"),
        (None, "ratio", NOTHING),
        (math.nan, "", NOTHING),
        (math.inf, "ms", NOTHING),
    ],
)
def test_quantity_suits_its_unit(value: float | None, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_counts_have_thousands() -> None:
    assert count(1_036_800) == "1,036,800"


def test_names_are_spoken() -> None:
    assert spoken_name("load_ms") == "Load ms"
    assert spoken_name("cpu", "CPU") == "CPU"
