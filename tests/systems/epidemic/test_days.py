"""Days and weeks, by the statements that are asked of records, against the same made of the reports in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from query.record_questions import RecordQuestion, record_statement
from query.visible import Visible
from systems.epidemic.asked import STREAM, Asked, by_day, by_week, newest_arrivals
from systems.epidemic.days import corrected_days, every_day, told_of, weeks_of
from tests.definitions import ON_DEMAND
from tests.systems.epidemic.duck_reports import DuckReports
from tests.systems.epidemic.made_reports import CORRECTED, FIRST, LAST, Report, made_reports
from tests.web.epidemics import reports_view

NOW = datetime(2021, 8, 1, tzinfo=UTC)
BEFORE = datetime(2021, 4, 1, tzinfo=UTC)
DEFINITION = ON_DEMAND[STREAM]
VISIBLE = Visible(DEFINITION)
REPORTS = made_reports()


@pytest.fixture(scope="module")
def duck() -> DuckReports:
    return DuckReports(REPORTS)


def rows(duck: DuckReports, question: RecordQuestion) -> list[list[object]]:
    statement = record_statement(DEFINITION, reports_view(DEFINITION), question)
    assert statement is not None
    return duck.rows(statement.sql, statement.values)[0]


def chosen(region: str, known: datetime | None, source: str = "wide", metric: str = "cases") -> list[Report]:
    return [
        each
        for each in REPORTS
        if (each.source, each.metric) == (source, metric)
        and (each.region == region or each.region.startswith(f"{region}-"))
        and (known is None or each.arrived < known)
    ]


@pytest.mark.parametrize("known", [None, BEFORE])
@pytest.mark.parametrize("region", ["DE", "US", "SG"])
def test_days_are_sums_of_changes(duck: DuckReports, region: str, known: datetime | None) -> None:
    asked = Asked("wide", "cases", known=known)
    told = told_of(rows(duck, by_day(VISIBLE, asked, FIRST, LAST, region, (), NOW)))
    for variant in ("", "Alpha", "Delta"):
        wanted: dict[date, float] = defaultdict(float)
        for each in chosen(region, known):
            if each.variant == variant:
                wanted[each.day] += each.change
        assert {day.day: day.number for day in told.days(variant)} == wanted


def test_parts_that_are_named_are_added(duck: DuckReports) -> None:
    told = told_of(rows(duck, by_day(VISIBLE, Asked("wide", "cases"), FIRST, FIRST, "US-NY", ("US-48201",), NOW)))
    wanted = sum(
        each.change
        for each in REPORTS
        if each.region in ("US-NY", "US-48201") and each.day == FIRST and each.metric == "cases"
    )
    assert [day.number for day in told.days()] == [wanted]


def test_corrections_are_what_they_were(duck: DuckReports) -> None:
    def corrected(region: str, known: datetime | None = None) -> list[tuple[date, float, int]]:
        asked = Asked("wide", "cases", known=known)
        told = told_of(rows(duck, by_day(VISIBLE, asked, FIRST, LAST, region, (), NOW)))
        return [(day.day, day.number - day.first, day.corrections) for day in corrected_days(told.days())]

    assert corrected("DE") == [(CORRECTED, -1234, 1)]
    assert corrected("FR") == []  # corrected, and back to what it was
    assert corrected("FR", datetime(2021, 4, 15, 12, tzinfo=UTC)) == [(CORRECTED, 500, 1)]
    assert corrected("DE", BEFORE) == []
    assert corrected("LI") == [(LAST, -400, 1)]


def test_weeks_begin_on_monday(duck: DuckReports) -> None:
    weeks = weeks_of(rows(duck, by_week(VISIBLE, Asked("wide", "cases"), FIRST, LAST, NOW)))
    assert {*weeks} == {"DE", "FR", "IT", "BR", "IN", "SG", "LI", "US"}
    wanted: dict[date, float] = defaultdict(float)
    for each in chosen("US", None):
        wanted[each.day - timedelta(days=each.day.weekday())] += each.change
    assert weeks["US"] == wanted


def test_variants_alone_are_summed() -> None:
    asked = Asked("wide", "cases")
    assert asked.told_by(["Alpha", "Delta"]).summed
    assert not asked.told_by(["", "Alpha"]).summed
    assert not Asked("wide", "cases", "Alpha").told_by(["Alpha"]).summed
    told = told_of(
        [[each.day, each.variant, each.change, each.change, 0, None] for each in chosen("DE", None) if each.variant]
    )
    both = {day.day: day.number for day in told.days()}
    assert both[FIRST] == sum(each.change for each in chosen("DE", None) if each.variant and each.day == FIRST)


def test_days_without_reports_are_nothing() -> None:
    told = told_of([[FIRST, "", 5.0, 5.0, 0, None], [FIRST + timedelta(days=2), "", 1.0, 1.0, 0, None]])
    assert every_day(told.days(), FIRST, FIRST + timedelta(days=3)) == [5, 0, 1, 0]
    assert told_of([]).days() == ()
    assert weeks_of([]) == {}


def test_newest_reports_of_each_source(duck: DuckReports) -> None:
    found = {row[0]: row[1] for row in rows(duck, newest_arrivals(VISIBLE, NOW))}
    assert found == {
        source: max(each.arrived for each in REPORTS if each.source == source) for source in ("wide", "other")
    }
