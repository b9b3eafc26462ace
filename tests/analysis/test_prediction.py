"""Models are judged on rows that nothing was learned from, in groups that stay together, beside plain guesses."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.design import Model
from analysis.errors import LeakError, NotEnoughDataError, UnusableDataError
from analysis.observations import Observations
from analysis.prediction import PredictionSettings, predict
from tests.analysis.students import sample

ROWS = 300


def made(seed: int = 5) -> Observations:
    """A mark that hours tell in part, noise that tells nothing, and schools whose level nothing else tells."""
    draw = np.random.default_rng(seed)
    school = draw.integers(0, 15, ROWS)
    hours, noise = draw.normal(size=ROWS), draw.normal(size=ROWS)
    level = draw.normal(scale=2, size=15)
    mark = 2 * hours + level[school] + draw.normal(size=ROWS)
    return Observations(
        {"hours": hours, "noise": noise, "level": level[school] + draw.normal(scale=0.01, size=ROWS), "mark": mark},
        {"school": np.array([f"school {at}" for at in school], dtype=object)},
    )


def settings(**changes: object) -> PredictionSettings:
    return PredictionSettings("mark", **{"trees": 30, "seed": 1, **changes})  # type: ignore[arg-type]


def test_a_line_is_found_and_noise_is_not() -> None:
    found = predict(made(), settings(predictors=("hours", "noise"), model=Model.LINEAR))
    by_name = {each.predictor: each for each in found.importances}
    assert found.score.upper < found.plain.lower
    assert by_name["hours"].lower > 0
    assert by_name["noise"].lower <= 0 <= by_name["noise"].upper
    assert found.calibration.off < 0.5


def test_pure_noise_is_no_better_than_the_mean() -> None:
    found = predict(made(), settings(predictors=("noise",)))
    assert found.score.value >= found.plain.value


def test_schools_stay_together_in_folds() -> None:
    """What only names a school helps where its other students were learned from, and not where none were."""
    alone = predict(made(), settings(predictors=("level", "hours")))
    grouped = predict(made(), settings(predictors=("level", "hours"), groups="school"))
    named = predict(made(), settings(predictors=("school", "hours")))
    assert (alone.folds, grouped.grouped_by) == (10, "school")
    assert "school" not in predict(made(), settings(groups="school")).predictors
    assert grouped.score.value > alone.score.value
    assert named.score.value < predict(made(), settings(predictors=("hours",))).score.value


def test_the_same_seed_gives_the_same_figures() -> None:
    assert predict(made(), settings()) == predict(made(), settings())
    assert predict(made(), settings()) != predict(made(), settings(seed=2))


def test_progress_tells_each_fold() -> None:
    told: list[tuple[int, int]] = []
    predict(made(), settings(folds=4), lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("euros", lambda mark: 1.95583 * mark + 7),
        ("rounded", lambda mark: np.round(mark)),
        ("ranked", lambda mark: np.argsort(np.argsort(mark)).astype(float)),
        ("squeezed", lambda mark: np.tanh(mark / 4)),
    ],
)
def test_the_target_under_another_name_is_named(name: str, column: object) -> None:
    given = made()
    leaking = Observations({**given.numbers, name: column(given.numbers["mark"])}, given.labels)  # type: ignore[operator]
    with pytest.raises(LeakError, match=f"{name} ") as caught:
        predict(leaking, settings())
    assert [*caught.value.predictors] == [name]


def test_what_is_judged_by_the_target_is_named() -> None:
    given = made()
    passed = np.where(given.numbers["mark"] > 0, "yes", "no").astype(object)
    with pytest.raises(LeakError, match="passed is made of it"):
        predict(Observations(given.numbers, {**given.labels, "passed": passed}), settings())


def test_a_mean_of_marks_is_named_with_the_others() -> None:
    marks = sample("student-mat_decimal_comma_promedio.csv")
    with pytest.raises(LeakError) as caught:
        predict(marks, PredictionSettings("G3", trees=10))
    assert {*caught.value.predictors} == {"G1", "G2", "Prom"}
    with pytest.raises(LeakError, match="Prom alone"):
        predict(marks, PredictionSettings("Performance", trees=10))


def test_a_close_relation_is_no_leak() -> None:
    """Marks of two periods agree closely, and were measured twice all the same."""
    found = predict(sample("student-mat.csv"), PredictionSettings("G3", predictors=("G2",), trees=10))
    assert found.score.value < 3


def test_names_of_rows_are_left_out_and_named() -> None:
    given = made()
    ids = np.array([f"student {at}" for at in range(ROWS)], dtype=object)
    found = predict(Observations(given.numbers, {**given.labels, "student": ids}), settings(folds=3, trees=5))
    assert found.identifiers == ("student",)
    assert "student" not in found.predictors


def test_gaps_and_unseen_labels_are_borne() -> None:
    given = made()
    hours = given.numbers["hours"].copy()
    hours[::3] = np.nan
    rare = np.array([None] * (ROWS - 1) + ["once"], dtype=object)
    found = predict(Observations({**given.numbers, "hours": hours}, {**given.labels, "rare": rare}), settings(folds=3))
    assert found.rows == ROWS
    assert np.isfinite(found.score.value)


def test_too_little_is_said() -> None:
    few = made().take(np.arange(40))
    with pytest.raises(NotEnoughDataError, match="60 rows"):
        predict(few, settings())
    with pytest.raises(UnusableDataError, match="grade: is no column"):
        predict(made(), settings(predictors=("grade",)))


def test_a_group_that_is_judged_otherwise_is_seen() -> None:
    draw = np.random.default_rng(3)
    group = np.array(["a", "b"] * 200, dtype=object)
    hours = draw.normal(size=400)
    mark = hours + np.where(group == "b", 2.0, 0.0) + draw.normal(scale=0.3, size=400)
    asked = PredictionSettings("mark", predictors=("hours",), fair_by=("group",), model=Model.LINEAR)
    one, other = predict(Observations({"hours": hours, "mark": mark}, {"group": group}), asked).fairness
    assert (one.group, one.differs, other.group, other.differs) == ("a", True, "b", True)
    assert one.leans > 0.9
    assert other.leans < -0.9
