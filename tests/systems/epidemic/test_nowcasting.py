"""The newest days are expected to grow as the days before them did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from systems.epidemic.nowcasting import MOST_DELAY, SHOWN_DAYS, Vintage, nowcast_of, vintages_of
from web.pages.epidemic.charts import nowcast_plan

FIRST = date(2021, 3, 1)
SHARES = {1: 0.5, 2: 0.3, 5: 0.2}
"""Days after which so much of a day is told."""


def told(days: int) -> list[Vintage]:
    """Of each day a thousand, as far as it is known at the end of the last one."""
    last = FIRST + timedelta(days=days - 1)
    made = [
        (day, day + timedelta(days=delay), 1000 * share)
        for day in (FIRST + timedelta(days=n) for n in range(days))
        for delay, share in SHARES.items()
    ]
    return [(day, known, number) for day, known, number in made if known <= last]


def test_late_reports_are_expected() -> None:
    days = MOST_DELAY + 30
    last = FIRST + timedelta(days=days - 1)
    newest = nowcast_of(told(days), last).value
    assert newest
    assert [each.date for each in newest] == [last - timedelta(days=n) for n in range(SHOWN_DAYS)][::-1]
    assert [each.reported for each in newest[-5:]] == [800, 800, 800, 500, 0]
    for each in newest[:-1]:
        assert each.expected == pytest.approx(1000)
        assert each.lower is not None
        assert each.upper is not None
        assert each.lower <= 1000.5
        assert each.upper >= 999.5
    assert newest[-1].expected is None, "nothing was ever known on the day itself"
    assert newest[-2].share_reported == pytest.approx(0.5)
    plan = nowcast_plan(newest)
    assert plan
    assert plan["coming"][0][-1] is None


@pytest.mark.parametrize(
    ("vintages", "after", "said"),
    [
        ([], 0, "vintages of 2 days"),
        ([(FIRST, FIRST + timedelta(days=30), 5.0)], 0, "vintages of 2 days"),
        (told(20), 0, "days known for 21 days"),
        (told(60), -30, "taken as complete"),
    ],
)
def test_too_little_is_refused(vintages: list[Vintage], after: int, said: str) -> None:
    last = max((known for _, known, _ in vintages), default=FIRST) + timedelta(days=after)
    figure = nowcast_of(vintages, last)
    assert figure.value is None
    assert said in figure.refused
    assert nowcast_plan(figure.value or ()) is None


def test_rows_are_days_of_utc() -> None:
    late = datetime(2021, 3, 1, 23, tzinfo=UTC)
    rows = [(late + timedelta(hours=1), late, 5), (datetime(2021, 3, 1), datetime(2021, 3, 4), None)]
    assert vintages_of(rows) == [(date(2021, 3, 2), date(2021, 3, 2), 5.0), (FIRST, date(2021, 3, 4), 0.0)]
