"""Records of clinical streams as sites that are made up have them, in DuckDB, which runs statements made for Trino."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from iceberg.kinds import RECORDS
from streams.records import record_fields
from systems.clinical.generator.made_site import MadeSite
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS, Made
from tests.definitions import ON_DEMAND
from tests.query.duck_trino import DuckTrino

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
STREAMS = {name: ON_DEMAND[name] for name in ("patients", ADMISSIONS, LAB_RESULTS)}


@dataclass(frozen=True, slots=True)
class Version:
    """One message as a record: when it happened, and its fields."""

    event_time: datetime
    fields: Mapping[str, Any]


def versions(sites: Sequence[str], stream: str, days: int, *, seed: int = 5, rate: float = 0.6) -> list[Version]:
    """What a source that looks every hour finds: of what changed twice between, only the newer."""
    found: list[Version] = []
    for name in sites:
        site, since = MadeSite(name, seed, BEGAN, rate), (0, "")
        for hour in range(1, 24 * days + 1):
            site.advance(BEGAN + timedelta(hours=hour))
            records, _ = site.log(stream).page(since, 10**6)
            found += [_version(name, stream, record) for record in records]
            since = (max((_ms(record["updated_at"]) for record in records), default=since[0]) + 1, "")
    return found


def newest(found: Sequence[Version]) -> Iterator[Version]:
    """The newest version of each record that is not deleted."""
    last: dict[str, Version] = {}
    for version in found:
        last[version.fields["record"]] = version
    return (version for version in last.values() if not version.fields["deleted"])


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _version(site: str, stream: str, record: dict[str, Any]) -> Version:
    fields: dict[str, Any] = {
        "id": f"{site}/{record['id']}/{record['version']}", "record": f"{site}/{record['id']}", "site": site,
        "version": record["version"], "updated_at": datetime.fromisoformat(record["updated_at"]),
        "deleted": record["deleted"], "status": record.get("status", ""), "patient": record.get("patient_id"),
    }  # fmt: skip
    if stream == ADMISSIONS:
        time = record["updated_at"] if record["deleted"] else record["admitted_at"]
        fields |= {"admission": record["id"], "ward": record.get("ward", ""), "kind": record.get("kind", "")}
        if left := record.get("discharged_at"):
            stay = datetime.fromisoformat(left) - datetime.fromisoformat(record["admitted_at"])
            fields |= {"discharged_at": datetime.fromisoformat(left), "stay_hours": stay / timedelta(hours=1)}
    else:
        time = record["updated_at"] if record["deleted"] else record["taken_at"]
        fields |= {"result": record["id"], "test": record.get("code", ""), "unit": record.get("unit", "")}
        if not record["deleted"]:
            usual, value = record["reference_range"], record["value"]
            outside = int(not usual["low"] <= value <= usual["high"])
            fields |= {"value": value, "out_of_range": outside, "test_name": record["name"]}
    return Version(datetime.fromisoformat(time), fields)


class ClinicalRecords(DuckTrino):
    """The records of both streams."""

    def __init__(self, records: Mapping[str, Sequence[Version]]) -> None:
        super().__init__("approx_percentile(x, levels) as quantile_cont(x, levels)")
        for stream, found in records.items():
            self._add(stream, found)

    def _add(self, stream: str, found: Sequence[Version]) -> None:
        kinds = {
            "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
            "time": pa.timestamp("us", "UTC"),
        }  # fmt: skip
        columns = {
            each.column: pa.array([version.fields.get(each.field) for version in found], kinds[each.type])
            for each in record_fields(STREAMS[stream])
        }
        times = pa.array([version.event_time for version in found], kinds["time"])
        own = {"partition": [0] * len(found), "offset": [*range(len(found))], "arrived": times, "event_time": times}
        self._duck.register("more", pa.table({**columns, **own}))
        self._duck.execute(f"create schema {stream}")
        self._duck.execute(f"create table {stream}.{RECORDS.name} as select * from more")
        self._duck.unregister("more")

    def made(self, stream: str, made: Made) -> list[tuple[Any, ...]]:
        """The rows of a statement over all records of its time, of the columns that it reads."""
        names = ", ".join(f'"{name}"' for name in (*made.columns, "partition", "offset", "arrived", "event_time"))
        kept = f"select {names} from {stream}.{RECORDS.name} where event_time >= ? and event_time < ?"
        rows, _ = self.rows(f"with records as ({kept}), {made.body}", [made.start, made.end, *made.values])
        return [tuple(row) for row in rows]
