"""C1 and C2 are those of the R package surveillance; C3 is what its authors define."""

from __future__ import annotations

from datetime import date
from statistics import mean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ears import EarsMethod, ears
from analysis.errors import NotEnoughDataError, UnusableDataError
from tests.analysis.published import days_from, newport, printed, rows

LAST_OF_2011 = 417


@pytest.mark.parametrize("method", [EarsMethod.C1, EarsMethod.C2])
def test_thresholds_have_published_digits(method: EarsMethod) -> None:
    dates, cases = newport()
    found = ears(dates[:LAST_OF_2011], cases[:LAST_OF_2011], method, alpha=0.05, least_deviation=0)[-52:]
    published = [row for row in rows("ears") if row["method"] == method]
    assert [(str(w.date), printed(w.threshold), w.alarm) for w in found] == [
        (row["week"], printed(float(row["threshold"])), row["alarm"] == "1") for row in published
    ]


def test_first_thresholds_of_2011() -> None:
    """As the package's own test has them."""
    dates, cases = newport()
    found = ears(dates[:LAST_OF_2011], cases[:LAST_OF_2011], alpha=0.05, least_deviation=0)[-52:-48]
    assert [f"{week.threshold:.6f}" for week in found] == ["3.278854", "3.278854", "3.436517", "3.855617"]


def test_third_method_adds_up_three_days() -> None:
    counts = [1, 2, 3, 4, 5, 6, 7, 1, 2, 9, 10, 6]
    dates = days_from(date(2021, 1, 1), 12)
    second = [(counts[t] - mean(counts[t - 9 : t - 2])) / stdev(counts[t - 9 : t - 2]) for t in (9, 10, 11)]
    assert [day.statistic for day in ears(dates, counts, EarsMethod.C2)] == pytest.approx(second)
    (third,) = ears(dates, counts, EarsMethod.C3)
    assert third.statistic == pytest.approx(sum(max(0, excess - 1) for excess in second))
    assert third.alarm
    assert not ears(dates, counts, EarsMethod.C2)[-1].alarm


@given(st.lists(st.integers(0, 40), min_size=12, max_size=60), st.sampled_from(list(EarsMethod)))
def test_alarms_are_above_thresholds(counts: list[int], method: EarsMethod) -> None:
    found = ears(days_from(date(2021, 1, 1), len(counts)), counts, method)
    assert len(found) == len(counts) - 7 - method.gap - method.carried
    assert found[-1].count == counts[-1]
    for day in found:
        assert day.statistic is not None
        if method is not EarsMethod.C3:
            assert day.alarm == (day.count > day.threshold)
        if day.alarm and day.threshold > 0:
            assert day.count > day.threshold - 1e-9


@given(st.lists(st.integers(0, 40), min_size=12, max_size=40), st.integers(1, 1000))
def test_a_higher_level_moves_no_alarm(counts: list[int], more: int) -> None:
    dates = days_from(date(2021, 1, 1), len(counts))
    raised = [count + more for count in counts]
    for method in EarsMethod:
        before, after = ears(dates, counts, method), ears(dates, raised, method)
        far = [abs(day.count - day.threshold) > 1e-6 for day in before]
        assert [d.alarm for d, f in zip(before, far, strict=True) if f] == [
            d.alarm for d, f in zip(after, far, strict=True) if f
        ]


def test_flat_days_need_a_least_deviation() -> None:
    dates = days_from(date(2021, 1, 1), 8)
    assert not ears(dates, [0] * 7 + [1])[0].alarm
    found = ears(dates, [0] * 7 + [1], least_deviation=0)[0]
    assert (found.alarm, found.statistic, found.threshold) == (True, None, 0)
    assert not ears(dates, [3] * 8, least_deviation=0)[0].alarm


def test_false_alarms_are_as_rare_as_said() -> None:
    counts = np.random.default_rng(3).poisson(100, 4000).tolist()
    dates = days_from(date(2000, 1, 1), 4000)
    found = {method: float(np.mean([day.alarm for day in ears(dates, counts, method)])) for method in EarsMethod}
    assert found == pytest.approx({EarsMethod.C1: 0.016, EarsMethod.C2: 0.016, EarsMethod.C3: 0.07}, abs=0.01)


@pytest.mark.parametrize(("method", "least"), [(EarsMethod.C1, 8), (EarsMethod.C2, 10), (EarsMethod.C3, 12)])
def test_too_few_days_are_refused(method: EarsMethod, least: int) -> None:
    dates = days_from(date(2021, 1, 1), least)
    assert len(ears(dates, [1] * least, method)) == 1
    with pytest.raises(NotEnoughDataError, match=f"{least} days needed, {least - 1} given"):
        ears(dates[1:], [1] * (least - 1), method)


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"baseline": 2}, {"least_deviation": -1.0}])
def test_settings_have_bounds(wrong: dict[str, float]) -> None:
    with pytest.raises(UnusableDataError):
        ears(days_from(date(2021, 1, 1), 30), [1] * 30, **wrong)  # type: ignore[arg-type]
