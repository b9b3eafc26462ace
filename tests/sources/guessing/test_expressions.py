from __future__ import annotations

import pytest

from sources.drift import fingerprint
from sources.guessing.expressions import doubtful, number_expression, time_expression


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2020-01-02"], "day(x) || 'T00:00:00Z'"),
        (["20200102"], "day(x, '%Y%m%d') || 'T00:00:00Z'"),
        (["1/22/20", "2/3/20"], "day(x, '%m/%d/%y') || 'T00:00:00Z'"),
        (["22/1/2020"], "day(x, '%d/%m/%Y') || 'T00:00:00Z'"),
        (["22.1.2020"], "day(x, '%d.%m.%Y') || 'T00:00:00Z'"),
        (["1/22/2020", "2020-01-02"], "day(x, ['%m/%d/%Y', '%Y-%m-%d']) || 'T00:00:00Z'"),
        (["2020-01-02T03:04:05Z"], "x"),
        (["2020-01-02T03:04:05.678+02:00"], "x"),
        (["2020-01-02 03:04:05"], "moment(x, '%Y-%m-%d %H:%M:%S')"),
        (["2020-01-02T03:04:05.678"], "moment(x, '%Y-%m-%dT%H:%M:%S.%f')"),
        (["1/22/2020 17:00"], "moment(x, '%m/%d/%Y %H:%M')"),
        (["22/1/2020 17:00"], "moment(x, '%d/%m/%Y %H:%M')"),
    ],
)
def test_times_are_read_as_they_are_written(values: list[str], expected: str) -> None:
    column = fingerprint(["x"], [(value,) for value in values]).columns["x"]
    assert time_expression("x", column, values[0]) == expected


def test_doubtful_dates_are_known() -> None:
    columns = fingerprint(["a", "b", "c"], [("1/2/2020", "1/13/2020", "1.2.2020")]).columns
    assert [doubtful(columns[name]) for name in "abc"] == [True, False, False]


def test_numbers_are_read_as_they_look() -> None:
    columns = fingerprint(["whole", "part"], [("1", "1.5")]).columns
    assert number_expression("n", columns["whole"], whole=True) == "whole(n)"
    assert number_expression("n", columns["whole"], whole=False) == "number(n)"
    assert number_expression("n", columns["part"], whole=True) == "number(n)"
