"""What a run tells: headlines, and nothing of single people to who sees no single message."""

from __future__ import annotations

from iceberg.catalog import Catalog
from processing.report import headline, run_json
from processing.run import run_process
from processing.sight import Sight
from processing.store import ProcessStore
from tests.processing.made import append, process, recorded, students


def test_single_people_are_told_to_those_who_may_see_them(catalog: Catalog, store: ProcessStore) -> None:
    append(recorded(catalog), students(300))
    run = run_process(catalog, store, process(prediction=None, clusters=None), "ann")
    seen, unseen = (
        run_json(run, Sight(detail=detail))["results"]["descriptives"]["result"] for detail in (True, False)
    )
    labels = {each["name"]: each for each in unseen["labels"]}
    assert "student 100'" in str(run_json(run, Sight(detail=True)))
    assert "student 100'" not in str(run_json(run, Sight()))
    assert (labels["student"]["top"], labels["student"]["others"]) == ([], 300)
    assert len(labels["school"]["top"]) == 12
    assert {each["least"] for each in unseen["numbers"]} == {None}
    assert all(each["least"] is not None for each in seen["numbers"])


def test_each_result_has_a_line(catalog: Catalog, store: ProcessStore) -> None:
    append(recorded(catalog), students(300))
    run = run_process(catalog, store, process(), "ann")
    lines = {name: headline(each) for name, each in run.steps.items()}
    assert lines["descriptives"].startswith("5 columns of 300 rows")
    assert lines["correlations"].startswith("closest: Hours and Mark")
    assert lines["prediction"].startswith("Mark: RMSE ")
    assert "Hedges' g" in lines["differences"]
    assert lines["clusters"].endswith("stable")
    assert lines["drift"] == ""
