"""Records in definitions: how they are written, what is refused, and that streams without them stay what they were."""

from __future__ import annotations

from typing import Any

import pytest

from streams.compatibility import breaking_changes, changes
from streams.decoding_plan import decoding_plan
from streams.definition import Records
from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from streams.records import RecordType, column_of, record_fields
from streams.stored_definition import as_stored, stored_definition
from tests.definitions import HEALTH, changed, edited, raw


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (True, Records()),
        (False, None),
        ({"bucket": "serviceName"}, Records(bucket="serviceName")),
        ({"bucket": "serviceName", "buckets": 8}, Records(bucket="serviceName", buckets=8)),
    ],
)
def test_records_are_written_short_or_long(written: object, meant: Records | None) -> None:
    assert changed("records", written).records == meant


def test_a_stream_without_records_keeps_its_digest() -> None:
    assert changed("records", False).digest == HEALTH.digest != changed("records", True).digest
    assert "records" not in as_stored(HEALTH)


def test_a_definition_with_records_is_stored_whole() -> None:
    definition = changed("records", {"bucket": "serviceName", "buckets": 8})
    assert stored_definition(as_stored(definition), "test") == definition


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("records", {"bucket": "CPU"}, "is a number; needs a string field"),
        ("records", {"bucket": "host"}, "names no field"),
        ("records", {"buckets": 0}, "greater than or equal to 1"),
        ("records", {"bukket": "serviceName"}, "did you mean bucket?"),
        ("records", "yes", "is a|object|dictionary"),
        ("fields/offset", {"type": "number", "required": False}, "would be the column offset of records"),
        ("fields/Visit.Start", {"type": "time", "required": False}, "would be the column visit_start of records"),
        ("fields/ram_total", {"type": "number", "required": False}, "as RAM.Total is; rename one"),
    ],
)
def test_what_cannot_be_kept_is_refused(key: str, value: object, wrong: str) -> None:
    tree: dict[str, Any] = edited(raw(), "records", True)
    with pytest.raises(DefinitionError, match=wrong):
        parse_definition(edited(tree, key, value), "health.toml")


def test_columns_are_spelled_alike_everywhere() -> None:
    assert [column_of(name) for name in ("serviceName", "RAM.Total", "naïve-key")] == [
        "servicename",
        "ram_total",
        "na_ve_key",
    ]
    fields = record_fields(changed("records", True))
    assert (fields[0].field, fields[0].column, fields[0].type) == ("serviceName", "servicename", RecordType.STRING)
    assert len(fields) == len(HEALTH.fields)


def test_the_plan_reads_fields_for_records_alone() -> None:
    kinds = [column["kind"] for column in decoding_plan(changed("records", True))["columns"]]
    assert kinds.count("field") == len(HEALTH.fields)
    assert "field" not in {column["kind"] for column in decoding_plan(HEALTH)["columns"]}


KEPT = changed("records", {"bucket": "serviceName", "buckets": 8})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("records", None),
        ("records", {"bucket": "serviceName", "buckets": 16}),
        ("records", True),
        ("fields/CPU/type", "integer"),
    ],
)
def test_what_records_hold_stays(key: str, value: object) -> None:
    tree = edited(raw(), "records", {"bucket": "serviceName", "buckets": 8})
    new = parse_definition(edited(tree, key, value), "health.toml")
    assert breaking_changes(KEPT, new)
    assert breaking_changes(KEPT, new, replayed=True)


def test_a_live_stream_may_begin_to_keep_records() -> None:
    assert breaking_changes(HEALTH, KEPT) == []
    assert [change.effect.restart for change in changes(changed("records", None), KEPT)] == [True]
