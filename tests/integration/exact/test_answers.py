"""Answers equal a brute-force oracle over the raw messages: any window, grouping and filter, now and as known before.

Day panes are made every 20 seconds of arrival in place of 10 minutes, so
that the tests see day panes, minute panes beyond their cut, and both together. Everything is the same for every run
but the arrival times.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from typing import Any

import pytest

from streams.time_text import timestamp
from tests.integration.exact.conftest import BATCHES, Filled
from tests.integration.exact.oracle import Question
from tests.integration.exact.raw_messages import DAYS, FIRST_DAY, SCALES

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

WINDOWS = 80
MINUTES = DAYS * 1440


def _questions(seed: int, count: int) -> list[Question]:
    """Windows of any length, at minutes and at days, with any grouping and filter, in any time zone."""
    chance = random.Random(seed)
    questions = []
    for _ in range(count):
        ends = [chance.choice([chance.randrange(-60, MINUTES + 60), chance.randrange(DAYS + 1) * 1440]) for _ in "ab"]
        first, last = min(ends), max(ends) + (ends[0] == ends[1])
        zone = timezone(timedelta(minutes=chance.choice([0, 0, 330, -480])))
        start, end = ((FIRST_DAY + timedelta(minutes=at)).astimezone(zone) for at in (first, last))
        by = chance.choice([("region", "path"), ("region", "path"), ("region",), ("path",), ()])
        where: list[tuple[str, tuple[str, ...]]] = []
        if chance.random() < 0.4:
            where.append(("region", tuple(chance.sample(["north", "Ödland", "東", "it's", "nobody"], 2))))
        if chance.random() < 0.3:
            where.append(("path", (chance.choice(["/", "", "?x='1'"]),)))
        questions.append(Question(start, end, by, tuple(where)))
    return questions


def _distinct_close(counted: int, expected: int) -> bool:
    return abs(counted - expected) <= max(1, 0.03 * expected)


def _unequal(groups: list[dict[str, Any]], expected: list[dict[str, Any]], keys: Sequence[str]) -> list[str]:
    """What differs, group by group: all but distinct counts must be equal, and those within 3%."""
    wrong = []
    if [[group[key] for key in keys] for group in groups] != [[group[key] for key in keys] for group in expected]:
        return [f"groups {[[group[key] for key in keys] for group in groups]}"]
    for group, wanted in zip(groups, expected, strict=True):
        place = {key: group[key] for key in keys}
        for name in wanted.keys() - {"people"}:
            if group[name] != wanted[name]:
                wrong.append(f"{place} {name}: found {group[name]}, expected {wanted[name]}")
        if not _distinct_close(counted := group["people"]["distinct"], exact := wanted["people"]["distinct"]):
            wrong.append(f"{place}: found {counted} people, expected {exact}")
    return wrong


def _difference(filled: Filled, question: Question, batches: int, *more: tuple[str, str]) -> list[str]:
    groups = filled.live.window(*question.params(), *more)["groups"]
    expected = filled.oracle.groups(question, batches)
    return [f"{question.params()} {more}: {text}" for text in _unequal(groups, expected, question.by)]


def _all_differences(filled: Filled, asked: list[tuple[Any, ...]]) -> list[str]:
    with ThreadPoolExecutor(4) as pool:
        return list(chain.from_iterable(pool.map(lambda one: _difference(filled, *one), asked)))


def test_windows_equal_the_oracle(filled: Filled) -> None:
    view = filled.live.view()
    assert view.day_cut is not None
    assert view.hours
    asked = [(question, len(BATCHES)) for question in _questions(1, WINDOWS)]
    assert _all_differences(filled, asked) == []


def test_answers_as_known_before_equal_the_oracle(filled: Filled) -> None:
    """Each batch was complete before the next one was sent, so as known then means those batches alone."""
    asked = []
    for number, question in enumerate(_questions(2, WINDOWS // 4)):
        batches = number % len(BATCHES) + 1
        known = filled.views[batches - 1].complete_until
        assert known is not None
        asked.append((question, batches, ("as_known_at", known.isoformat())))
    assert _all_differences(filled, asked) == []
    assert filled.live.window(*asked[0][0].params(), ("as_known_at", "2026-01-01T00:00:00Z"))["groups"] == []


@pytest.mark.parametrize(("step", "minutes"), [("minute", 1), ("hour", 60), ("day", 1440)])
def test_series_equal_the_oracle(filled: Filled, step: str, minutes: int) -> None:
    question = Question(
        FIRST_DAY + timedelta(hours=9, minutes=17), FIRST_DAY + timedelta(days=3, minutes=5), ("region",)
    )
    points = filled.live.series(*question.params(), ("step", step))["points"]
    flat = [{"bucket": point["at"], **group} for point in points for group in point["groups"]]
    expected = filled.oracle.groups(question, len(BATCHES), minutes * 60_000)
    for group in expected:
        group["bucket"] = timestamp(datetime.fromtimestamp(group["bucket"] / 1000, UTC))
    assert len(flat) > 10
    assert _unequal(flat, expected, ("bucket", "region")) == []


@pytest.mark.parametrize("measure", ["a", "b"])
def test_quantiles_are_close_in_rank(filled: Filled, measure: str) -> None:
    """Within 1% of the messages, or one message where there are fewer than a hundred."""
    asked = (0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1.0)
    wrong = []
    for question in _questions(3, 25):
        total = Question(question.start, question.end, (), question.where)
        groups = filled.live.window(*total.params(), ("quantiles", ",".join(map(str, asked))))["groups"]
        values = filled.oracle.values(total, len(BATCHES), measure)
        if not values:
            continue
        for text, quantile in groups[0][measure]["quantiles"].items():
            stored = quantile * SCALES[measure]
            lowest, highest = (
                side(values, stored + nudge) / len(values)
                for side, nudge in ((bisect_left, -1e-6), (bisect_right, 1e-6))
            )
            error = max(lowest - float(text), float(text) - highest, 0)
            if error > max(0.01, 1 / len(values)):
                wrong.append((question, text, quantile, error))
    assert wrong == []


@pytest.mark.parametrize(("view", "step_ms"), [("minutes", 60_000), ("hours", 3_600_000), ("days", 86_400_000)])
def test_views_equal_the_oracle(filled: Filled, view: str, step_ms: int) -> None:
    measured = ", ".join(f"{m}_{part}" for m in SCALES for part in ("count", "mean", "min", "max", "max_at"))
    sql = f"select window_start, region, path, messages, {measured}, people from {{stream}}.{view} order by 1, 2, 3"
    rows = filled.live.rows(sql)
    question = Question(FIRST_DAY, FIRST_DAY + timedelta(days=DAYS), ("region", "path"))
    expected = filled.oracle.groups(question, len(BATCHES), step_ms)
    assert len(rows) == len(expected)
    for row, group in zip(rows, expected, strict=True):
        start, region, path, messages, *parts, people = row
        assert (int(start.timestamp() * 1000), region, path) == (group["bucket"], group["region"], group["path"])
        assert messages == group["messages"]
        for measure, values in zip(SCALES, zip(*[iter(parts)] * 5, strict=True), strict=True):
            wanted = group[measure]
            assert values[0] == wanted["count"]
            assert values[1] == (None if wanted["mean"] is None else pytest.approx(wanted["mean"], rel=1e-12))
            assert list(values[2:4]) == [wanted["min"], wanted["max"]]
            assert timestamp(values[4], millis=True) == wanted["max_at"]
        assert _distinct_close(people or 0, group["people"]["distinct"])


def test_ledger_accounts_for_every_offset(filled: Filled) -> None:
    assert filled.live.gaps() == []
    [[accepted, rejected]] = filled.live.rows("select sum(accepted), sum(rejected) from {stream}.ledger")
    assert (accepted, rejected) == (sum(BATCHES) - filled.rejected, filled.rejected)
    [[kept, places]] = filled.live.rows(
        'select count(*), count(distinct ("partition", "offset")) from {stream}.rejected'
    )
    assert (kept, places) == (filled.rejected, filled.rejected)


def test_day_panes_equal_their_minute_panes(filled: Filled) -> None:
    """Per arrival window of the day panes: the same messages, sums and sketches went into both."""
    sums = ", ".join(f"sum({name})" for name in ("messages", "a_count", "a_sum", "b_sum", "c_sum"))
    cut = filled.live.view().day_cut
    days = filled.live.rows(f"select {sums} from {{stream}}.panes where grain = 'day' and arrived_until <= ?", cut)
    minutes = filled.live.rows(
        f"select {sums} from {{stream}}.panes where grain = 'minute' and arrived_until <= ?", cut
    )
    assert days == minutes
    [[wrong]] = filled.live.rows(
        "select count(*) from {stream}.panes where window_start <> date_trunc(grain, window_start)"
        " or part <> 'region_path/' || grain || '/' || format_datetime(window_start, case grain"
        " when 'day' then 'yyyy-MM' else 'yyyy-MM-dd' end)"
        " or window_end <> date_add(grain, 1, window_start)"
    )
    assert wrong == 0
