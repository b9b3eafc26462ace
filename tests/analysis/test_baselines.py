"""Published figures of public student data are reproduced: those that need no model exactly, the others closely.

Cortez P, Silva A, "Using data mining to predict secondary school student performance", FUBUTEC 2008, tables 3 and 5,
mathematics: means of 20 runs of 10 folds. Amrieh EA, Hamtini T, Aljarah I, "Mining educational data to predict
student's academic performance using ensemble methods", Int J Database Theory Appl 9 (2016) 119-136, of which only the
abstract was read; docs/statistics.md says where each figure comes from. What is published was learned by other
programs, so a quarter of the width of a run's own 95 % interval is allowed, and no more.
"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.observations import Observations
from analysis.prediction import Prediction, PredictionSettings, predict
from analysis.scoring import Score
from tests.analysis.students import sample

TREES = 100


def passed() -> Observations:
    """Whether the final mark is 10 or more, as the paper's binary task has it."""
    marks = sample("student-mat.csv")
    judged = {name: np.where(marks.numbers[name] >= 10, "yes", "no").astype(object) for name in ("G1", "G2", "G3")}
    return Observations(
        {name: each for name, each in marks.numbers.items() if name != "G3"},
        {**marks.labels, "passed": judged["G3"], "passed_1": judged["G1"], "passed_2": judged["G2"]},
    )


def near(score: Score, published: float) -> bool:
    """Within a quarter of the width of a run's own 95 % interval."""
    return abs(score.value - published) < (score.upper - score.lower) / 4


@pytest.mark.parametrize(
    ("left_out", "naive", "of_naive", "of_forest"),
    [(("G3",), "G2", 2.01, 1.75), (("G2",), "G1", 2.80, 2.46), (("G1", "G2"), "", 4.59, 3.90)],
    ids=["with G1 and G2", "with G1", "without marks"],
)
def test_final_marks_are_predicted_as_published(
    left_out: tuple[str, ...], naive: str, of_naive: float, of_forest: float
) -> None:
    found = predict(
        sample("student-mat.csv"), PredictionSettings("G3", left_out=left_out, naive=naive, trees=TREES, seed=1)
    )
    compared = found.naive or found.plain
    assert compared.value == pytest.approx(of_naive, abs=0.015)
    assert near(found.score, of_forest)
    assert abs(found.score.value - of_forest) < 0.05
    assert found.score.value < compared.value


@pytest.mark.parametrize(
    ("left_out", "naive", "of_naive", "of_forest"),
    [(("passed_1", "passed_2"), "passed_2", 0.919, 0.912), (("G1", "G2", "passed_1", "passed_2"), "", 0.671, 0.705)],
    ids=["with G1 and G2", "without marks"],
)
def test_passing_is_predicted_as_published(
    left_out: tuple[str, ...], naive: str, of_naive: float, of_forest: float
) -> None:
    found = predict(passed(), PredictionSettings("passed", left_out=left_out, naive=naive, trees=TREES, seed=1))
    assert (found.naive or found.plain).value == pytest.approx(of_naive, abs=0.0005)
    assert near(found.score, of_forest)


def xapi(*left_out: str) -> Prediction:
    found = PredictionSettings("Class", left_out=left_out, fair_by=("gender",), trees=TREES, seed=1)
    return predict(sample("xAPI-Edu-Data.csv"), found)


def test_behaviour_tells_of_performance_as_published() -> None:
    behaviour = ("raisedhands", "VisITedResources", "AnnouncementsView", "Discussion")
    parents = ("ParentAnsweringSurvey", "ParentschoolSatisfaction", "StudentAbsenceDays")
    whole, without = xapi(), xapi(*behaviour, *parents)
    assert near(whole.score, 0.791)  # the best of single models, a neural network, with behavioural features
    assert abs(without.score.value - 0.570) < 0.05  # the same without them
    assert whole.score.lower > without.score.upper
    assert {each.group for each in whole.fairness} == {"F", "M"}
