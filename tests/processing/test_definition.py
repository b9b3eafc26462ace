"""Declarations of processes: what is read, and one clear error for what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.definition_files import declared_processes, parse_process, process_files
from processing.errors import ProcessDefinitionError
from streams.errors import UnknownNameError
from streams.records import record_fields
from tests.definitions import ON_DEMAND, STREAMS

STUDENTS = STREAMS.parent / "systems" / "students"

GOOD = """
[process.study]
title = "What marks go with"
stream = "marks"
every = "6 hours"
[process.study.prediction]
target = "Mark"
"""


def test_own_and_shipped_processes_are_found(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "systems" / "students").mkdir(parents=True)
    (tmp_path / "processes.toml").write_text(GOOD)
    (tmp_path / "systems" / "students" / "processes.toml").write_text(GOOD.replace("study", "other"))
    found = declared_processes(tmp_path / "streams")
    assert sorted(found.processes) == ["other", "study"]
    assert found.get("study").every_seconds == 6 * 3600
    assert found.get("study").steps == ("descriptives", "drift", "prediction")
    with pytest.raises(UnknownNameError, match="studi"):
        found.get("studi")


def test_processes_come_with_streams_that_are_taken(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "streams" / "student_answers.toml").symlink_to(STUDENTS / "on_demand" / "student_answers.toml")
    taken = declared_processes(tmp_path / "streams")
    assert (sorted(taken.processes), taken.problems) == (["student_early", "student_final", "student_grades"], {})
    answers = ON_DEMAND["student_answers"]
    known = {each.field for each in record_fields(answers)}
    for each in taken.processes.values():
        assert (each.stream, each.runs_itself, {*each.fields} <= known) == (answers.name, True, True)
        assert not {*each.fields} & {"id", "comment", "failed_because", "guardian_is"}
    # Beside the product's own folder of streams they are found once, whether or not the stream is linked there too.
    assert [path.parent.name for path in process_files(STUDENTS.parent.parent / "streams")].count("students") == 1


def test_one_broken_process_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "processes.toml").write_text(GOOD + '[process.broken]\ntitle = "x"\n')
    found = declared_processes(tmp_path / "streams")
    assert [*found.processes] == ["study"]
    with pytest.raises(ProcessDefinitionError, match=r"process\.broken\.stream"):
        found.get("broken")


def test_the_same_name_twice_is_no_process(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "systems" / "students").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "systems" / "students"):
        (folder / "processes.toml").write_text(GOOD)
    found = declared_processes(tmp_path / "streams")
    assert found.processes == {}
    assert "keep one" in str(found.problems["study"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"every": "often"}, "process.study.every"),
        ({"sample": 10}, "process.study.sample"),
        ({"predict": {}}, "process.study.predict"),
        ({"prediction": {"target": "Mark", "model": "oracle"}}, "process.study.prediction.model"),
        ({"fields": ["Hours"]}, "fields lacks Mark"),
        ({"stream": "No such"}, "process.study.stream"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], said: str) -> None:
    good = {"title": "x", "stream": "marks", "prediction": {"target": "Mark"}}
    with pytest.raises(ProcessDefinitionError, match=said):
        parse_process("study", {**good, **changes}, "processes.toml")


@pytest.mark.parametrize("text", ["process = 3", "[other]\nx = 1", "[process.", "\x00"])
def test_a_file_that_is_no_file_of_processes_is_a_problem(text: str, tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "processes.toml").write_text(text)
    found = declared_processes(tmp_path / "streams")
    assert found.processes == {}
    assert len(found.problems) == 1
