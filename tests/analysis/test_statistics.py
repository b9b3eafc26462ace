"""Descriptives by batches, correlations, differences of groups, clusters and drift, against made data and scipy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from analysis.clusters import clusters
from analysis.correlations import correlations
from analysis.descriptives import QUANTILES, Describing, Descriptives, RowSample
from analysis.errors import NotEnoughDataError
from analysis.group_differences import group_differences
from analysis.observations import Observations, observations
from analysis.population_drift import population_drift, shares_now
from tests.analysis.students import sample


def described(given: Observations, size: int = 100_000) -> Descriptives:
    whole = Describing(size)
    for start in range(0, len(given), 97):
        whole.add(given.take(np.arange(start, min(start + 97, len(given)))))
    return whole.result()


def test_arrow_columns_become_observations() -> None:
    table = pa.table({
        "n": pa.array([1, None, 3]), "x": [1.5, float("inf"), float("nan")], "t": ["a", "  ", None],
        "b": [True, None, False],
    })  # fmt: skip
    found = observations(table)
    assert found.names == ["n", "x", "t", "b"]
    assert found.missing("n").tolist() == [False, True, False]
    assert found.missing("x").tolist() == [False, True, True]
    assert found.labels["t"].tolist() == ["a", None, None]
    assert found.labels["b"].tolist() == ["true", None, "false"]


def test_descriptives_by_batches_are_those_of_all() -> None:
    given = sample("student-mat.csv")
    found = {each.name: each for each in described(given).numbers}
    for name, values in given.numbers.items():
        each = found[name]
        assert each.mean == pytest.approx(values.mean(), rel=1e-12)
        assert each.deviation == pytest.approx(values.std(ddof=1), rel=1e-12)
        assert (each.least, each.most) == (values.min(), values.max())
        assert each.quantiles == pytest.approx(np.quantile(values, QUANTILES))
    jobs = {each.name: each for each in described(given).labels}["Mjob"]
    assert jobs.top[0] == ("other", 141)
    assert (jobs.distinct, jobs.others, jobs.more) == (5, 0, False)


def test_missing_values_are_counted_alone_and_together() -> None:
    x = np.array([1.0, np.nan, np.nan, 4.0])
    y = np.array([1.0, np.nan, 3.0, 4.0])
    label = np.array(["a", None, "b", "c"], dtype=object)
    found = described(Observations({"x": x, "y": y}, {"label": label}))
    assert (found.rows, found.complete) == (4, 2)
    assert [each.missing for each in found.numbers] == [2, 1]
    assert [each.missing for each in found.labels] == [1]
    assert ("label", "y", 1) in found.together


def test_many_labels_take_bounded_memory() -> None:
    names = np.array([f"name {at}" for at in range(5_000)], dtype=object)
    (found,) = described(Observations({}, {"name": names})).labels
    assert (found.count, found.distinct, found.more, found.others) == (5_000, 1_000, True, 4_980)


def test_sampled_quantiles_keep_their_stated_error() -> None:
    values = np.random.default_rng(1).permutation(np.arange(50_000.0))
    (found,) = described(Observations({"x": values}), 2_000).numbers
    assert found.count == 50_000
    assert 0 < found.rank_error < 0.04
    ranks = np.array(found.quantiles) / 50_000
    assert np.abs(ranks - QUANTILES).max() <= found.rank_error


def test_samples_are_uniform_and_repeat_with_the_seed() -> None:
    def drawn(seed: int) -> list[float]:
        rows = RowSample(100, seed)
        for start in range(0, 10_000, 500):
            rows.add(Observations({"x": np.arange(start, start + 500.0)}))
        return list(rows.rows().numbers["x"])

    assert drawn(1) == drawn(1) != drawn(2)
    assert stats.kstest(np.array(drawn(3)) / 10_000, "uniform").pvalue > 1e-4


def test_correlations_are_those_of_scipy() -> None:
    given = sample("student-mat.csv")
    pairs = {(each.one, each.other): each for each in correlations(given, ["G1", "G3", "absences"]).pairs}
    for (one, other), each in pairs.items():
        asked = stats.spearmanr(given.numbers[one], given.numbers[other])
        assert each.coefficient == pytest.approx(asked.statistic)
        assert each.lower < each.coefficient < each.upper
        assert each.adjusted >= each.p_value
    linear = correlations(given, ["G1", "G3"], method="pearson").pairs[0]
    ends = stats.pearsonr(given.numbers["G1"], given.numbers["G3"]).confidence_interval()
    assert (linear.lower, linear.upper) == pytest.approx(tuple(ends))


def test_chance_findings_are_corrected_for() -> None:
    draw = np.random.default_rng(11)
    noise = Observations({f"n{at}": draw.normal(size=80) for at in range(20)})
    found = correlations(noise).pairs
    assert len(found) == 190
    assert min(each.p_value for each in found) < 0.05
    assert min(each.adjusted for each in found) > 0.05


def test_columns_that_do_not_vary_are_passed_over() -> None:
    still = Observations({"one": np.ones(30), "x": np.arange(30.0), "few": np.array([1.0, 2.0] + [np.nan] * 28)})
    found = correlations(still)
    assert found.pairs == ()
    assert len(found.passed_over) == 2


def test_groups_differ_as_they_were_made() -> None:
    draw = np.random.default_rng(2)
    group = np.array(["a"] * 60 + ["b"] * 60 + ["c"] * 3, dtype=object)
    mark = np.concatenate([draw.normal(0, 1, 60), draw.normal(0.8, 1, 60), np.zeros(3)])
    (found,) = group_differences(Observations({"mark": mark}, {"group": group}), "mark", ["group"])
    assert (found.test, found.measure, found.left_out) == ("Welch", "Hedges' g", ("c (3 rows)",))
    assert found.p_value == pytest.approx(stats.ttest_ind(mark[:60], mark[60:120], equal_var=False).pvalue)
    assert found.lower < -0.8 < found.upper < 0


def test_ranks_are_compared_where_means_cannot_be_trusted() -> None:
    draw = np.random.default_rng(2)
    group = np.array(["a", "b", "c"] * 20, dtype=object)
    mark = np.exp(3 * draw.normal(size=60))
    (found,) = group_differences(Observations({"mark": mark}, {"group": group}), "mark", ["group"])
    assert (found.test, found.measure) == ("Kruskal-Wallis", "epsilon squared")
    assert found.normal < 0.01
    with pytest.raises(NotEnoughDataError, match="two groups"):
        group_differences(
            Observations({"mark": mark}, {"group": np.array(["a"] * 60, dtype=object)}), "mark", ["group"]
        )


def test_clusters_that_are_there_are_stable() -> None:
    draw = np.random.default_rng(4)
    x = np.concatenate([draw.normal(centre, 0.5, 100) for centre in (0, 5, 10)])
    found = clusters(Observations({"x": x, "y": x + draw.normal(size=300)}))
    assert [each.rows for each in found.clusters] == [100, 100, 100]
    assert all(each.stable and each.stability > 0.95 for each in found.clusters)


def test_clusters_of_nothing_are_called_unstable() -> None:
    draw = np.random.default_rng(4)
    found = clusters(Observations({name: draw.uniform(size=200) for name in "abcdef"}), counts=(5,))
    assert not all(each.stable for each in found.clusters)


def test_what_moved_is_told_from_what_did_not() -> None:
    draw = np.random.default_rng(6)
    school = np.array(["x", "y"] * 500, dtype=object)
    before = described(
        Observations({"mark": draw.normal(size=1000), "same": draw.normal(size=1000)}, {"school": school})
    )
    later = Observations(
        {"mark": draw.normal(0.8, 1, 1000), "same": draw.normal(size=1000)},
        {"school": np.array(["x"] * 900 + [None] * 100, dtype=object)},
    )
    found = {each.name: each for each in population_drift(before, described(later), shares_now(before, later))}
    assert (found["mark"].verdict, found["same"].verdict, found["school"].verdict) == (
        "moved far", "as before", "moved far",
    )  # fmt: skip
    assert found["school"].missing == pytest.approx(0.1)


def test_few_values_that_stay_as_they_were_have_not_moved() -> None:
    draw = np.random.default_rng(6)
    marks = {"failures": [0.85, 0.1, 0.05], "studytime": [0.25, 0.25, 0.25, 0.25], "passed": [0.1, 0.9]}
    first, second, other = (
        Observations({
            name: draw.choice(len(chances), 2_000, p=chances[::step]).astype(np.float64)
            for name, chances in marks.items()
        })
        for step in (1, 1, -1)
    )  # fmt: skip
    before = described(first)
    same, moved = (
        {each.name: each for each in population_drift(before, described(now), shares_now(before, now))}
        for now in (second, other)
    )
    assert {each.verdict for each in same.values()} == {"as before"}
    assert max(each.index for each in same.values()) < 0.02
    assert (moved["failures"].verdict, moved["passed"].verdict) == ("moved far", "moved far")
