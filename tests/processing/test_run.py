"""Processes on real tables: what is kept, gone on with after a kill, compared with the run before, and refused."""

from __future__ import annotations

import json

import pytest

from iceberg.catalog import Catalog
from iceberg.records import record_batches, records_snapshot
from iceberg.results import RESULTS, results_of
from processing.errors import NoRecordsError, ProcessBusyError, ProcessError
from processing.run import run_process
from processing.store import ProcessStore, RunState
from tests.processing.made import MARKS, append, process, recorded, students


class KilledError(BaseException):
    """As a kill: nothing of ours catches it."""


def test_records_of_a_snapshot_become_results(catalog: Catalog, store: ProcessStore) -> None:
    table = recorded(catalog)
    append(table, students(400))
    append(table, students(200, seed=1, start=400))
    told: list[tuple[str, float]] = []
    run = run_process(catalog, store, process(), "ann", lambda name, share: told.append((name, share)))
    results = {name: each.result for name, each in run.steps.items()}
    assert (run.state, run.rows, run.sampled, run.begun_by) == (RunState.DONE, 600, 600, "ann")
    assert (run.snapshot, run.definition) == (records_snapshot(catalog, "marks"), MARKS.digest)
    described = {each["name"]: each for each in (results["descriptives"] or {})["numbers"]}
    assert described["Mark"]["count"] == 600
    assert 30 < described["Hours"]["missing"] < 90
    prediction = results["prediction"] or {}
    assert prediction["score"]["upper"] < prediction["plain"]["lower"]
    assert prediction["identifiers"] == ["student"]
    assert prediction["importances"][0]["predictor"] == "Hours"
    assert run.steps["drift"].problem.startswith("drift: an earlier run needed")
    assert told[0][0] == "reading"
    assert told[-1] == ("clusters", 1.0)


def test_a_killed_run_goes_on_with_the_same_rows(catalog: Catalog, store: ProcessStore) -> None:
    table = recorded(catalog)
    append(table, students(300))

    def kill(name: str, _share: float) -> None:
        if name == "prediction":
            raise KilledError

    with pytest.raises(KilledError):
        run_process(catalog, store, process(), "service", kill)
    begun = store.newest("study")
    assert begun is not None
    assert (begun.state, {*begun.steps}) == (
        RunState.RUNNING, {"descriptives", "drift", "correlations", "differences"},
    )  # fmt: skip
    append(table, students(300, seed=2, start=300))
    done = run_process(catalog, store, process(), "service")
    assert (done.id, done.rows, done.state) == (begun.id, 300, RunState.DONE)
    assert done.steps["descriptives"] == begun.steps["descriptives"]
    assert {*done.steps} == {*process().steps}


def test_results_are_in_the_lake_once(catalog: Catalog, store: ProcessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of a run that was killed after they were written, before it was done; of every run, for ever."""
    append(recorded(catalog), students(300))
    asked = process(prediction=None)
    with monkeypatch.context() as patched:
        patched.setattr(store, "end", killed)
        with pytest.raises(KilledError):
            run_process(catalog, store, asked, "service")
    first, second = (run_process(catalog, store, asked, "service") for _ in range(2))
    kept = [results_of(catalog, "marks", "study", run.id) for run in (first, second)]
    for run, table in zip((first, second), kept, strict=True):
        assert table is not None
        assert {*table["step"].to_pylist()} == {*run.steps}
        about = {
            *zip(*(table[name].to_pylist() for name in ("snapshot", "definition", "code", "seed", "rows")), strict=True)
        }
        assert about == {(run.snapshot, run.definition, run.code, run.seed, 300)}
    whole = catalog.load_table(("marks", RESULTS)).scan().to_arrow()
    assert whole.num_rows == sum(table.num_rows for table in kept if table is not None)
    marks = [json.loads(each) for each in whole["result"].to_pylist() if each and '"name": "Mark"' in each]
    assert {each["count"] for each in marks if "count" in each} == {300}


def killed(_run: int, _problem: str = "") -> None:
    raise KilledError


def test_another_declaration_begins_anew(catalog: Catalog, store: ProcessStore) -> None:
    append(recorded(catalog), students(200))

    def kill(_name: str, _share: float) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        run_process(catalog, store, process(), "service", kill)
    done = run_process(catalog, store, process(seed=1, prediction=None), "service")
    first, second = reversed(store.runs("study", 10))
    assert (first.state, first.problem) == (RunState.FAILED, "another run began in its place")
    assert (second.id, second.seed, second.state) == (done.id, 1, RunState.DONE)


def test_a_run_is_compared_with_the_one_before(catalog: Catalog, store: ProcessStore) -> None:
    table, asked = recorded(catalog), process(prediction=None, clusters=None)
    append(table, students(400))
    run_process(catalog, store, asked, "service")
    same = run_process(catalog, store, asked, "service").steps["drift"].result
    assert same is not None
    assert {each["verdict"] for each in same["columns"]} == {"as before"}
    later = students(4_000, seed=5, start=400)
    append(table, later.set_column(later.schema.get_field_index("mark"), "mark", [[19.0] * 4_000]))
    moved = run_process(catalog, store, asked, "service").steps["drift"].result
    assert moved is not None
    assert moved["columns"][0]["name"] == "Mark"
    assert moved["columns"][0]["verdict"] == "moved far"


def test_a_leak_is_kept_as_the_reason(catalog: Catalog, store: ProcessStore) -> None:
    rows = students(300)
    append(recorded(catalog), rows.set_column(rows.schema.get_field_index("hours"), "hours", rows["mark"]))
    run = run_process(catalog, store, process(), "service")
    assert run.state is RunState.DONE
    assert run.steps["prediction"].result is None
    assert run.steps["prediction"].problem.startswith("Mark cannot be predicted honestly: Hours alone tells")


def test_the_same_snapshot_gives_the_same_results(catalog: Catalog, store: ProcessStore) -> None:
    table = recorded(catalog)
    for part in range(3):
        append(table, students(100, seed=part, start=100 * part))
    asked = process(sample=150, prediction=None)
    one, other = (run_process(catalog, store, asked, "service").steps for _ in range(2))
    assert {name: one[name].result for name in ("descriptives", "correlations", "clusters")} == {
        name: other[name].result for name in ("descriptives", "correlations", "clusters")
    }


def test_runs_are_found_and_forgotten(catalog: Catalog, store: ProcessStore) -> None:
    append(recorded(catalog), students(100))
    asked = process(prediction=None, clusters=None)
    first, second = (run_process(catalog, store, asked, "service") for _ in range(2))
    assert store.get("study", first.id) == first
    assert store.get("other", first.id) is None
    assert {name: run.id for name, run in store.newest_of_all().items()} == {"study": second.id}
    assert [run.id for run in store.runs("study", 10, before=second.id)] == [first.id]
    store.forget("study")
    assert store.runs("study", 10) == []


def test_two_runs_exclude_each_other(catalog: Catalog, store: ProcessStore) -> None:
    append(recorded(catalog), students(100))
    with store.alone("study"), pytest.raises(ProcessBusyError, match="study is being run"):
        run_process(catalog, store, process(), "service")


def test_what_cannot_be_read_is_said(catalog: Catalog, store: ProcessStore) -> None:
    with pytest.raises(NoRecordsError, match="not applied"):
        run_process(catalog, store, process(), "service")
    table = recorded(catalog)
    with pytest.raises(NoRecordsError, match="no records yet"):
        run_process(catalog, store, process(), "service")
    with pytest.raises(ProcessError, match="asks about Age"):
        run_process(catalog, store, process(differences={"of": "Age", "by": ["school"]}), "service")
    append(table, students(0))  # as a job commits that has read nothing yet
    with pytest.raises(NoRecordsError, match="no records yet"):
        run_process(catalog, store, process(), "service")
    assert store.runs("study", 10) == []


def test_files_are_read_one_after_the_other(catalog: Catalog) -> None:
    table = recorded(catalog)
    for part in range(4):
        append(table, students(50, seed=part, start=50 * part))
    snapshot = records_snapshot(catalog, "marks")
    assert snapshot is not None
    read = [*record_batches(catalog, "marks", snapshot, ["mark", "school", "unknown"])]
    assert sum(batch.num_rows for batch, _ in read) == 200
    assert [share for _, share in read] == sorted(share for _, share in read)
    assert read[-1][1] == 1.0
    assert {*read[0][0].schema.names} == {"mark", "school"}
