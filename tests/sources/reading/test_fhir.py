from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.limits import Limits
from sources.reading import Refused, Row, Unreadable
from tests.sources.reading.files import gzipped, read_all, rows_of

ADA = {"resourceType": "Patient", "id": "ada", "birthDate": "1970-01"}
BEA = {"resourceType": "Patient", "id": "bea"}


def bundle(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(entries)}


def found(outcomes: list[Any]) -> list[Any]:
    return [json.loads(values[0] or "") for _, values in rows_of(outcomes)]


@pytest.mark.parametrize("indent", [None, 2])
def test_bundles_give_their_resources(tmp_path: Path, indent: int | None) -> None:
    text = json.dumps(bundle({"fullUrl": "urn:1", "resource": ADA}, {"resource": BEA}), indent=indent)
    columns, outcomes = read_all(tmp_path, text, type="fhir")
    assert columns == ("doc",)
    assert found(outcomes) == [ADA, BEA]
    assert [outcome.line for outcome in outcomes] == ([1, 1] if indent is None else [5, 13])


@pytest.mark.parametrize("indent", [None, 2])
def test_one_resource_may_stand_alone(tmp_path: Path, indent: int | None) -> None:
    assert found(read_all(tmp_path, json.dumps(ADA, indent=indent), type="fhir")[1]) == [ADA]


def test_resources_may_stand_on_lines(tmp_path: Path) -> None:
    lines = [json.dumps(each) for each in (ADA, bundle({"resource": BEA}, {"resource": ADA}), BEA)]
    _, outcomes = read_all(tmp_path, gzipped("\r\n".join(lines).encode()), type="fhir")
    assert found(outcomes) == [ADA, BEA, ADA, BEA]
    assert [outcome.line for outcome in outcomes] == [1, 2, 2, 3]


def test_an_empty_bundle_has_no_rows(tmp_path: Path) -> None:
    assert read_all(tmp_path, '{"resourceType": "Bundle"}', type="fhir")[1] == []
    assert read_all(tmp_path, json.dumps(bundle()), type="fhir")[1] == []


def test_each_is_accepted_or_told(tmp_path: Path) -> None:
    deleted = {"request": {"method": "DELETE", "url": "Patient/ada"}}
    lines = [json.dumps(ADA), '{"id": 1}', '{"resourceType": "Pat', "[]", '{"resourceType":"Patient","id":"\\ud800"}',
             json.dumps(bundle(deleted, {"resource": BEA}, 1)), json.dumps(bundle()) + " x",
             '{"resourceType": "Patient", "x": "' + "x" * 600 + '"}']  # fmt: skip
    _, outcomes = read_all(tmp_path, "\n".join(lines), Limits(line_bytes=500), type="fhir")
    assert [(type(each), each.line) for each in outcomes] == [
        (Row, 1), (Unreadable, 2), (Unreadable, 3), (Unreadable, 4), (Unreadable, 5), (Unreadable, 6), (Row, 6),
        (Unreadable, 6), (Unreadable, 7), (Unreadable, 8),
    ]  # fmt: skip
    told = [each.reason for each in outcomes if isinstance(each, Unreadable)]
    assert told[0] == "has no resourceType; it is no FHIR resource"
    assert told[4] == "is an entry without a resource"
    assert told[-1] == "is 636 bytes long, more than a record may be"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"resourceType": "Bundle",\n"entry": [\n{"resource": {"resourceType": "Patient"}}', "is not JSON"),
        ('{\n"resourceType": "Bundle",\n"entry": 1\n}', "is neither a list nor an object"),
        ("\ufeff{}".encode("utf-16-le"), "is written in UTF-16"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, text, type="fhir")
