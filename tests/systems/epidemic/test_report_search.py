"""Reports are found by what they are of, in spite of typing errors, accents and order."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from systems.epidemic.known_places import places
from systems.epidemic.report_search import ReportSearch, Series

VARIANTS = ("Alpha", "Delta", "BA.5", "BF.7", "BQ.1.1", "XBB.1.5", "Omicron other")
TOLD = [
    *(Series("owid", region, "", metric, 900) for region in ("DE", "FR", "CI", "BR") for metric in ("cases", "deaths")),
    *(Series("owid_variants", region, name, "sequences", 60) for region in ("DE", "FR", "ZA") for name in VARIANTS),
    *(Series("jhu_daily", f"US-{county}", "", "cases", 700) for county in ("36061", "06037", "48201")),
    Series("nyc_variants", "US-NYC", "BF.7", "sequences", 50),
    Series("who", "DE", "", "cases", 800),
]
SEARCH = ReportSearch(TOLD, places())


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("germany cases", ("owid", "DE", "", "cases")),
        ("Deaths in Côte dIvoire", ("owid", "CI", "", "deaths")),
        ("germny bf.7", ("owid_variants", "DE", "BF.7", "sequences")),
        ("BF7 germany", ("owid_variants", "DE", "BF.7", "sequences")),
        ("omicrn south afrca", ("owid_variants", "ZA", "Omicron other", "sequences")),
        ("delta france", ("owid_variants", "FR", "Delta", "sequences")),
        ("who germany", ("who", "DE", "", "cases")),
        ("new york city", ("nyc_variants", "US-NYC", "BF.7", "sequences")),
        ("bf.7 sequences nyc", ("nyc_variants", "US-NYC", "BF.7", "sequences")),
        ("los angeles", ("jhu_daily", "US-06037", "", "cases")),
        ("xbb.1.5", ("owid_variants", "DE", "XBB.1.5", "sequences")),
    ],
)
def test_reports_are_found_first(typed: str, first: tuple[str, str, str, str]) -> None:
    found = SEARCH.find(typed)
    assert found, typed
    one = found[0].series
    assert (one.source, one.region, one.variant, one.metric) == first


def test_what_is_not_told_is_not_found() -> None:
    assert SEARCH.find("germany doses") == []
    assert SEARCH.find("france bf.7 deaths") == []


def test_the_parts_of_a_region_stand_for_it() -> None:
    assert {each.series.region for each in SEARCH.find("united states cases")} == {"US-36061", "US-06037", "US-48201"}


@pytest.mark.parametrize(
    ("typed", "day"),
    [("germany 2022-11-05", date(2022, 11, 5)), ("2022-11 germany", date(2022, 11, 1)), ("germany 2022-13", None)],
)
def test_a_day_is_handed_on(typed: str, day: date | None) -> None:
    found = SEARCH.find(typed)
    assert {each.day for each in found} == {day}


@pytest.mark.parametrize("typed", ["", "  ", "%", "'; drop table x; --", "\0", "💥", "(((", "qqxxqq", "2022"])
def test_what_names_nothing_finds_nothing(typed: str) -> None:
    assert SEARCH.find(typed) == []


@settings(max_examples=40, deadline=None)
@given(some.text(max_size=200))
def test_anything_may_be_typed(typed: str) -> None:
    assert all(0 < each.likeness <= 1 for each in SEARCH.find(typed, 5))


def test_a_search_of_many_series_takes_no_time() -> None:
    known = [*places().known]
    many = ReportSearch(
        (
            Series(source, region, variant, metric, 50)
            for source in ("owid",)
            for region in known
            for variant in ("", *VARIANTS)
            for metric in ("cases", "deaths")
        ),
        places(),
    )
    took = []
    for typed in ["germny bf.7 deaths", "new yrok cases", "xbb.1.5", "kings county", "owid deaths 2022", "omicrn"] * 4:
        begun = time.thread_time()
        assert many.find(typed)
        took.append(time.thread_time() - begun)
    assert sorted(took)[int(0.95 * len(took))] < 0.2
