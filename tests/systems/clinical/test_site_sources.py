"""The shipped sources, by the real mapping and the real decoders, against a plain reading of the same files."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sources.definition_files import load_source
from sources.errors import SourceDefinitionError
from systems.clinical.generator.made_site import APIS, MadeSite
from systems.clinical.site_sources import site_sources
from tests.systems.clinical.mapped import CLINICAL, DATA, read

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
SHIPPED: dict[str, tuple[str, dict[str, str]]] = {
    "bulk_fhir": (
        "fhir",
        {"licence": "Apache-2.0", "attribution": "SMART on FHIR, sample bulk FHIR datasets, made by Synthea"},
    ),
    "synthea": ("synthea", {"licence": "Apache-2.0", "attribution": "Synthea, The MITRE Corporation"}),
}


def lines_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def written(folder: Path, records: list[dict[str, Any]]) -> Path:
    file = folder / "page.ndjson"
    file.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    return file


@pytest.mark.parametrize("site", SHIPPED)
def test_shipped_sources_are_of_their_templates(site: str) -> None:
    kind, values = SHIPPED[site]
    for name, text in site_sources(kind, site, **values).items():
        assert (CLINICAL / "sources" / f"{name}.toml").read_text("utf-8") == text


def test_all_shipped_sources_are_known() -> None:
    shipped = {path.stem for path in (CLINICAL / "sources").glob("*.toml")}
    assert shipped == {f"{site}_{api}" for site in SHIPPED for api in APIS}
    for name in shipped:
        source = load_source(CLINICAL / "sources" / f"{name}.toml")
        assert name.endswith(source.stream)


@pytest.mark.parametrize(
    ("kind", "site", "address"),
    [
        ("hl7", "north", "http://a.example"),
        ("api", "North", "http://a.example"),
        ("api", "n" * 29, "http://a.example"),
        ("api", "no'rth", "http://a.example"),
        ("api", "north", 'http://a.example"\nurl = "http://b.example'),
        ("api", "north", "ftp://a.example"),
        ("api", "north", ""),
    ],
)
def test_sites_that_cannot_be_are_refused(kind: str, site: str, address: str) -> None:
    with pytest.raises((ValueError, SourceDefinitionError)):
        site_sources(kind, site, address)


@pytest.mark.parametrize("api", APIS)
def test_every_record_of_a_site_is_accepted(tmp_path: Path, api: str) -> None:
    site = MadeSite("north", 3, BEGAN)
    site.advance(BEGAN + timedelta(days=2))
    records, _ = site.log(api).page((0, ""), 10**6)
    found = read(f"north_{api}", written(tmp_path, records), tmp_path / "out")
    assert (found.rejected, found.unreadable) == ({}, [])
    assert len(found.accepted) == len(records)
    for record, message in zip(records, found.accepted, strict=True):
        assert message["id"] == f"north/{record['id']}/{record['version']}"
        assert message["deleted"] is record["deleted"]
        assert message["updated_at"] == record["updated_at"]
        if api == "lab_results" and not record["deleted"]:
            usual = record["reference_range"]
            outside = not usual["low"] <= record["value"] <= usual["high"]
            expected = (record["code"], record["unit"], record["value"], int(outside))
            assert (message["test"], message["unit"], message["value"], message["out_of_range"]) == expected
        if api == "admissions" and record.get("discharged_at"):
            stay = datetime.fromisoformat(record["discharged_at"]) - datetime.fromisoformat(record["admitted_at"])
            assert message["stay_hours"] == pytest.approx(stay / timedelta(hours=1), abs=0.006)


def test_bad_results_are_rejected_by_name(tmp_path: Path) -> None:
    good = {
        "id": "r-1", "version": 1, "updated_at": "2026-03-01T10:00:00Z", "deleted": False, "patient_id": "p-1",
        "admission_id": "a-1", "taken_at": "2026-03-01T09:00:00Z", "code": "2823-3", "name": "Potassium", "value": 5.6,
        "unit": "mmol/L", "reference_range": {"low": 3.5, "high": 5.1}, "status": "final",
    }  # fmt: skip
    changes: dict[str, dict[str, Any]] = {
        "text": {"value": "5,6"},
        "huge": {"value": 1e307},
        "early": {"taken_at": "20-03-01T09:00:00Z"},
        "before": {"taken_at": "1900-03-01T09:00:00Z"},
        "future": {"taken_at": "2099-03-01T09:00:00Z"},
        "version": {"version": "two"},
        "status": {"status": "guessed"},
        "fine": {"value": None, "reference_range": None},
    }
    records = [{**good, "id": name, **change} for name, change in changes.items()]
    records += [{key: value for key, value in good.items() if key != "id"}]
    found = read("north_lab_results", written(tmp_path, records), tmp_path / "out")
    assert found.rejected == {
        "north/text": "value not a number",
        "north/huge": "value too large",
        "north/early": "taken_at not a time",
        "north/before": "taken_at before 1970",
        "north/future": "taken_at too far in the future",
        "north/version": "version not a number",
        "north/status": "status not an allowed value",
        "?": "id missing",
    }
    assert "out_of_range" not in found.of("north/fine")


def test_patients_of_fhir_are_who_they_are(tmp_path: Path) -> None:
    resources = lines_of("Patient.ndjson")
    found = read("bulk_fhir_patients", DATA / "Patient.ndjson", tmp_path)
    assert (len(found.accepted), found.rejected) == (len(resources), {})
    for resource in resources:
        message = found.of(f"bulk_fhir/{resource['id']}")
        name = next(each for each in resource["name"] if each["use"] == "official")
        assert message["name"] == " ".join([*name["given"], name["family"]])
        assert message["sex"] == resource["gender"]
        assert message["birth_decade"] == f"{resource['birthDate'][:3]}0s"
        assert message["deceased"] is ("deceasedDateTime" in resource)
        assert message["insurance_number"].startswith("999-")


def test_encounters_of_fhir_are_admissions(tmp_path: Path) -> None:
    resources = lines_of("Encounter.ndjson")
    found = read("bulk_fhir_admissions", DATA / "Encounter.ndjson", tmp_path)
    early = {f"bulk_fhir/{each['id']}" for each in resources if each["period"]["start"] < "1970"}
    assert found.rejected == dict.fromkeys(early, "admitted_at before 1970")
    classes = Counter(each["class"]["code"] for each in resources if each["period"]["start"] >= "1970")
    kinds = Counter(message["kind"] for message in found.accepted)
    assert kinds == Counter(
        {"outpatient": classes["AMB"], "emergency": classes["EMER"], "inpatient": classes["IMP"]}
    ) + Counter({"virtual": classes["VR"], "home": classes["HH"]})
    assert all(message["ward"] and message["patient"] for message in found.accepted)


def test_observations_of_fhir_are_results(tmp_path: Path) -> None:
    resources = lines_of("Observation.ndjson")
    found = read("bulk_fhir_lab_results", DATA / "Observation.ndjson", tmp_path)
    late = [each for each in resources if each["effectiveDateTime"] >= "1970"]
    parts = sum(len(each.get("component", ["itself"])) for each in late)
    assert len(found.accepted) == parts
    assert {*found.rejected.values()} == {"taken_at before 1970"}
    assert parts + len(found.rejected) == sum(len(each.get("component", ["itself"])) for each in resources)
    numbers = sum("valueQuantity" in part for each in late for part in each.get("component", [each]))
    assert sum("value" in message for message in found.accepted) == numbers
    assert any("text" in message for message in found.accepted)


def test_bundles_hold_what_lines_do(tmp_path: Path) -> None:
    observation: dict[str, Any] = {
        "resourceType": "Observation", "id": "o1", "status": "amended", "effectiveDateTime": "2026-03-01",
        "meta": {"versionId": "3", "lastUpdated": "2026-03-02T10:00:00.5Z"},
        "code": {"coding": [{"system": "urn:own", "code": "K"}, {"system": "http://loinc.org", "code": "2823-3"}]},
        "subject": {"reference": "urn:uuid:p1"}, "valueQuantity": {"value": 5.6, "code": "mmol/L"},
        "referenceRange": [{"low": {"value": 3.5}, "high": {"value": 5.1}}],
    }  # fmt: skip
    judged = {**observation, "id": "o2", "interpretation": [{"coding": [{"code": "N"}]}]}
    wrong = {**observation, "id": "o3", "status": "entered-in-error"}
    vague = {**observation, "id": "o4", "effectiveDateTime": "2026-03"}
    entries = [
        {"resource": each} for each in (observation, judged, wrong, vague, {"resourceType": "Patient", "id": "p1"})
    ]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "entry": [*entries, {"request": {}}]}, indent=1), "utf-8")
    found = read("bulk_fhir_lab_results", file, tmp_path / "out")
    amended = found.of("bulk_fhir/o1")
    assert amended["id"] == "bulk_fhir/o1/3"
    assert (amended["test"], amended["status"], amended["version"]) == ("2823-3", "corrected", 3)
    assert (amended["patient"], amended["taken_at"], amended["out_of_range"]) == ("p1", "2026-03-01T00:00:00Z", 1)
    assert found.of("bulk_fhir/o2")["out_of_range"] == 0
    assert found.of("bulk_fhir/o3")["deleted"] is True
    assert found.rejected == {"bulk_fhir/o4": "taken_at not a time"}
    assert len(found.unreadable) == 1


def test_odd_resources_hold_no_file(tmp_path: Path) -> None:
    patient: dict[str, Any] = {"resourceType": "Patient", "gender": "male", "birthDate": "1950-04"}
    changes: list[dict[str, Any]] = [
        {"identifier": {}}, {"identifier": [1, None]}, {"name": {}}, {"name": [None]}, {"name": [{"given": "Ann"}]},
        {"address": 5}, {"meta": 5}, {"meta": {"versionId": "W/x", "lastUpdated": "2026-03-01T10:00:00Z"}},
        {"gender": "MALE"}, {"active": False},
    ]  # fmt: skip
    records = [{**patient, "id": f"p{number}", **change} for number, change in enumerate(changes)]
    found = read("bulk_fhir_patients", written(tmp_path, [*records, patient]), tmp_path / "out")
    assert found.rejected == {"bulk_fhir/p8": "sex not an allowed value", "?": "id missing"}
    assert len(found.accepted) == len(changes) - 1
    assert found.of("bulk_fhir/p7")["id"] == "bulk_fhir/p7/W/x"
    assert found.of("bulk_fhir/p7")["version"] == 1
    assert found.of("bulk_fhir/p9")["deleted"] is True


@pytest.mark.parametrize(("name", "column"), [("patients", ""), ("encounters", "START")])
def test_files_of_synthea_are_read(tmp_path: Path, name: str, column: str) -> None:
    with (DATA / f"synthea_{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    source = {"patients": "synthea_patients", "encounters": "synthea_admissions"}[name]
    found = read(source, DATA / f"synthea_{name}.csv", tmp_path)
    early = {f"synthea/{row['Id']}" for row in rows if column and row[column] < "1970"}
    assert {*found.rejected} == early
    assert {message["record"] for message in found.accepted} == {f"synthea/{row['Id']}" for row in rows} - early


def test_observations_of_synthea_are_results(tmp_path: Path) -> None:
    file = tmp_path / "observations.csv"
    file.write_text(
        "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n"
        "2026-03-01T10:00:00Z,p1,e1,laboratory,2823-3,Potassium,4.7,mmol/L,numeric\n"
        "2026-03-01T10:00:00Z,p1,,survey,72166-2,Tobacco smoking status,Never smoker,,text\n"
        "2026-03-01T10:00:00Z,p1,e1,laboratory,2823-3,Potassium,much,mmol/L,numeric\n",
        "utf-8",
    )
    found = read("synthea_lab_results", file, tmp_path / "out")
    assert [message.get("value") for message in found.accepted] == [4.7, None]
    assert [message.get("text") for message in found.accepted] == [None, "Never smoker"]
    assert [*found.rejected.values()] == ["value not a number"]


def test_first_versions_of_synthea_are_read(tmp_path: Path) -> None:
    """Days alone, no class of encounters, no type of observations; as a spreadsheet saves them."""
    encounters, observations = tmp_path / "encounters.csv", tmp_path / "observations.csv"
    lines = ["ID,DATE,PATIENT,CODE,DESCRIPTION", "e1,2011-05-28,p1,185349003,Outpatient"]
    encounters.write_bytes("\ufeff".encode() + "\r\n".join(lines).encode())
    stay = read("synthea_admissions", encounters, tmp_path / "1").of("synthea/e1")
    assert (stay["admitted_at"], stay["kind"], stay["ward"]) == ("2011-05-28T00:00:00Z", "other", "")
    lines = ["DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,VALUE,UNITS"]
    lines += ["2011-05-28,p1,e1,8302-2,Body Height,166.8,cm", '2025-05-28,p1,e1,72166-2,Smoking,"Never smoker",']
    observations.write_text("\n".join(lines), "utf-8")
    height, smoking = read("synthea_lab_results", observations, tmp_path / "2").accepted
    assert (height["value"], height["taken_at"], "text" in height) == (166.8, "2011-05-28T00:00:00Z", False)
    assert (smoking["text"], smoking["taken_at"], "value" in smoking) == ("Never smoker", "2025-05-28T00:00:00Z", False)
