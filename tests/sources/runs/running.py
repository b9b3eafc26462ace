"""Runs of sources on a real PostgreSQL and a folder of objects, with what was handed over for Kafka kept as it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pyarrow.fs import LocalFileSystem

from sources.definition_files import parse_source
from sources.fetching.http_client import HttpClient
from sources.fetching.http_pages import HttpPages
from sources.files import SourceFile
from sources.objects import Objects
from sources.runs.declared import Declared
from sources.runs.outbox import Message
from sources.runs.pace import Pace
from sources.runs.run import Runner
from sources.runs.telling import RunCounts
from sources.store import SourceStore
from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.refusal_envelope import unwrapped
from streams.topic_reading import message_digest
from tests.access.conftest import Clock

CASES = parse_definition(
    {
        "name": "case_reports", "title": "Cases", "topic": "case_reports", "key": "id",
        "duplicates": {"id": "id", "horizon": "1 hour"},
        "event_time": {"field": "date", "min": "1990-01-01T00:00:00Z"},
        "fields": {
            "id": {"type": "string"}, "region": {"type": "string", "max_length": 20},
            "change": {"type": "number"}, "cumulative": {"type": "number", "required": False},
            "revision": {"type": "integer", "min": 0},
        },
        "dimensions": {"region": "region"},
        "measures": {"change": {"value": "change", "decimals": 0, "min": -1e6, "max": 1e6}},
    },
    "case_reports.toml",
)  # fmt: skip
EVENTS = parse_definition(
    {
        "name": "readings", "title": "Readings", "topic": "readings",
        "event_time": {"field": "at", "min": "1990-01-01T00:00:00Z"},
        "fields": {"room": {"type": "string"}, "value": {"type": "number"}},
        "dimensions": {"room": "room"},
        "measures": {"value": {"value": "value", "decimals": 2, "min": -1000, "max": 1000}},
    },
    "readings.toml",
)  # fmt: skip
LABS = parse_definition(
    {
        "name": "labs", "title": "Labs", "topic": "labs", "key": "id", "duplicates": {"id": "id", "horizon": "1 hour"},
        "event_time": {"field": "at", "min": "1990-01-01T00:00:00Z"},
        "fields": {"id": {"type": "string"}, "test": {"type": "string"}},
        "dimensions": {"test": "test"},
    },
    "labs.toml",
)  # fmt: skip
DEFINITIONS = {each.name: each for each in (CASES, EVENTS, LABS)}

CASES_SOURCE = """
title = "Cases"
stream = "case_reports"
licence = "CC-BY-4.0"
[from]
files = "landing/*.csv"
[format]
type = "csv"
[columns]
region = ["region"]
date = ["date"]
total = ["total"]
[mapping]
select = "select _row, region, date || 'T00:00:00Z' as date, whole(total) as cumulative from input"
[corrections]
key = ["region", "date"]
replaces = "dates"
date = "date"
new_from = "cumulative"
hold_if_lost = 0.5
"""
READINGS_SOURCE = """
title = "Readings"
stream = "readings"
[from]
files = "landing/*.csv"
[format]
type = "csv"
[columns]
moment = ["at"]
room = ["room"]
value = ["value"]
[mapping.fields]
at = "moment"
room = "room"
value = "number(value)"
"""
LABS_SOURCE = """
title = "Labs"
stream = "labs"
[from]
url = "{url}/results"
records = "data"
next = "next"
cursor = {{ param = "since", field = "at", initial = "2022-01-01T00:00:00Z" }}
requests_per_second = 1000
[format]
type = "ndjson"
[mapping.fields]
id = "txt(doc, '$.id')"
at = "txt(doc, '$.at')"
test = "txt(doc, '$.test')"
"""


@dataclass
class Received:
    """What was handed over for Kafka. `before_each`: called before a message is taken: a kill may happen there."""

    clock: Clock = field(default_factory=Clock)
    messages: list[Message] = field(default_factory=list)
    arrived: list[datetime] = field(default_factory=list)
    before_each: Callable[[], None] = lambda: None

    def send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.before_each()
            self.clock.go_on(seconds=0.001)
            self.messages.append(message)
            self.arrived.append(self.clock.time)

    def found_since(self, since: datetime, wanted: Collection[bytes]) -> Counter[bytes]:
        since_then = (value for (value, _), at in zip(self.messages, self.arrived, strict=True) if at > since)
        return Counter(digest for value in since_then if (digest := message_digest(value)) in wanted)

    def accepted(self) -> list[dict[str, Any]]:
        return [orjson.loads(value) for value, _ in self.messages if unwrapped(value) is None]

    def refused(self) -> list[tuple[str, dict[str, Any]]]:
        found = [unwrapped(value) for value, _ in self.messages]
        return [(str(each[0].reason), orjson.loads(each[1])) for each in found if each is not None]


@dataclass
class Place:
    """A folder of sources with one source in it, what it fetches from, and what came of it."""

    folder: Path
    store: SourceStore
    received: Received = field(default_factory=Received)
    definition: Callable[[str], Definition] = DEFINITIONS.__getitem__
    client: HttpClient = field(default_factory=HttpClient)

    def declare(self, text: str, name: str = "s") -> Declared:
        file = self.folder / "sources.d" / f"{name}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return Declared(parse_source(text, name, file.parent), file)

    def put(self, name: str, text: str | bytes) -> Path:
        """A file in the landing folder."""
        file = self.folder / "landing" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def runner(self) -> Runner:
        files = LocalFileSystem()
        objects = Objects(files, str(self.folder / "objects"))
        pages = HttpPages(self.client, self.store.secrets.get, lambda _: None)
        return Runner(
            self.store, objects, lambda: files, pages, self.definition, lambda _: self.received, "nobody:9",
            self.folder / "work", self.folder / "home", Pace(10**9), settled_seconds=0.0, now=lambda: datetime.now(UTC),
        )  # fmt: skip

    def run(self, declared: Declared) -> RunCounts:
        return self.runner().run(declared, by="test")

    def files(self, name: str = "s") -> list[SourceFile]:
        return self.store.files.page(name, most=1000)[::-1]

    def sums(self) -> dict[tuple[str, str], float]:
        """Key → the sum of its changes, copies left out by their ids."""
        by_id = {each["id"]: each for each in self.received.accepted()}
        sums: Counter[tuple[str, str]] = Counter()
        for each in by_id.values():
            sums[each["region"], each["date"][:10]] += each["change"]
        return {key: total for key, total in sums.items() if total}


def csv(*rows: tuple[object, ...], header: str = "region,date,total") -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows), ""])
