"""What the statements answer is what counting one by one gives: each thing once, in its newest version."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from query.requests import Step
from systems.clinical.numbers import LEVELS, admissions_of, lab_results_of
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS, Asked, statement
from tests.systems.clinical.made_records import BEGAN, STREAMS, ClinicalRecords, Version, newest, versions

SITES = ("north", "south")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = BEGAN + timedelta(days=5)
SPANS = ((0, 5), (1, 3), (2.25, 2.5))


@pytest.fixture(scope="module")
def found() -> dict[str, list[Version]]:
    return {stream: versions(SITES, stream, 5) for stream in (ADMISSIONS, LAB_RESULTS)}


@pytest.fixture(scope="module")
def records(found: dict[str, list[Version]]) -> ClinicalRecords:
    return ClinicalRecords(found)


def asked(span: tuple[float, float], step: Step = Step.DAY, **chosen: str) -> Asked:
    start, end = (BEGAN + timedelta(days=days) for days in span)
    return Asked(start, end, step, BERLIN, (), tuple(chosen.items()))


def inside(found: list[Version], question: Asked) -> list[Version]:
    return [
        version
        for version in newest(found)
        if question.start <= version.event_time < question.end
        and all(version.fields[name] == value for name, value in question.chosen)
    ]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("chosen", [{}, {"ward": "cardiology"}, {"kind": "emergency", "ward": "emergency"}])
@pytest.mark.parametrize("step", [Step.DAY, Step.HOUR])
def test_admissions_are_counted_once(
    records: ClinicalRecords,
    found: dict[str, list[Version]],
    span: tuple[float, float],
    chosen: dict[str, str],
    step: Step,
) -> None:
    question = asked(span, step, **chosen)
    made = statement(ADMISSIONS, question, [*STREAMS[ADMISSIONS].fields], NOW)
    answer = admissions_of(made, records.made(ADMISSIONS, made), BERLIN)
    counted = inside(found[ADMISSIONS], question)
    for name in ("site", "ward", "kind"):
        expected = Counter(version.fields[name] for version in counted)
        assert {key: stays.admissions for key, stays in answer.by[name]} == expected
    assert answer.whole.admissions == len(counted)
    assert answer.whole.patients == len({(v.fields["site"], v.fields["patient"]) for v in counted})
    assert answer.whole.staying == sum(v.fields["status"] == "in_progress" for v in counted)
    over = [v.fields["stay_hours"] for v in counted if "stay_hours" in v.fields]
    if over:
        assert answer.whole.median == pytest.approx(np.quantile(over, 0.5))
    moments = Counter((bucket(v.event_time, step), v.fields["kind"]) for v in counted)
    assert {(at, kind): n for at, kinds in answer.points.items() for kind, n in kinds.items()} == moments


def bucket(at: datetime, step: Step) -> datetime:
    if step is Step.HOUR:
        return at.replace(minute=0, second=0, microsecond=0)
    local = at.astimezone(BERLIN)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("chosen", [{}, {"test": "2823-3", "unit": "mmol/L"}])
def test_results_are_counted_once(
    records: ClinicalRecords, found: dict[str, list[Version]], span: tuple[float, float], chosen: dict[str, str]
) -> None:
    question = asked(span, Step.HOUR, **chosen)
    made = statement(LAB_RESULTS, question, [*STREAMS[LAB_RESULTS].fields], NOW)
    answer = lab_results_of(made, records.made(LAB_RESULTS, made), BERLIN)
    counted = inside(found[LAB_RESULTS], question)
    assert answer.whole.results == len(counted) == sum(each.results for _, _, each in answer.tests)
    assert {site: each.results for site, each in answer.sites} == Counter(v.fields["site"] for v in counted)
    for test, unit, results in answer.tests:
        of_test = [v.fields for v in counted if (v.fields["test"], v.fields["unit"]) == (test, unit)]
        values = [fields["value"] for fields in of_test]
        assert results.outside == sum(fields["out_of_range"] for fields in of_test)
        assert (results.results, results.judged, results.name) == (len(of_test), len(of_test), of_test[0]["test_name"])
        assert results.quantiles == pytest.approx([np.quantile(values, level) for level in LEVELS])
        assert results.share == pytest.approx(sum(fields["out_of_range"] for fields in of_test) / len(of_test))
    moments = Counter(bucket(v.event_time, Step.HOUR) for v in counted)
    assert {at: each.results for at, each in answer.points.items()} == moments


def test_versions_are_more_than_things(found: dict[str, list[Version]]) -> None:
    """So that counting each once is something that can fail."""
    for stream in (ADMISSIONS, LAB_RESULTS):
        assert len(found[stream]) > 1.02 * len([*newest(found[stream])])
        assert any(version.fields["deleted"] for version in found[stream])


def test_what_is_hidden_is_not_read(records: ClinicalRecords) -> None:
    question = asked(SPANS[0], ward="cardiology")
    shown = [name for name in STREAMS[ADMISSIONS].fields if name not in ("ward", "patient", "stay_hours")]
    made = statement(ADMISSIONS, question, shown, NOW)
    assert not {"ward", "patient", "stay_hours"} & {*made.columns}
    assert not any(word in made.body for word in ("ward", "patient)", "stay_hours,"))
    answer = admissions_of(made, records.made(ADMISSIONS, made), BERLIN)
    assert (answer.by["ward"], answer.whole.patients, answer.whole.median) == ([], None, None)
    assert answer.whole.admissions > 0
    shown = [name for name in STREAMS[LAB_RESULTS].fields if name not in ("value", "out_of_range", "test_name")]
    made = statement(LAB_RESULTS, asked(SPANS[0]), shown, NOW)
    results = lab_results_of(made, records.made(LAB_RESULTS, made), BERLIN)
    assert {(each.share, each.quantiles, each.name) for _, _, each in results.tests} == {(None, (), "")}


def test_nothing_found_is_no_fault(records: ClinicalRecords) -> None:
    question = asked((-20, -10))
    for stream, read in ((ADMISSIONS, admissions_of), (LAB_RESULTS, lab_results_of)):
        made = statement(stream, question, [*STREAMS[stream].fields], NOW)
        rows = records.made(stream, made)
        assert not read(made, rows, BERLIN).points
