"""Files by the shipped sources: what the real mapping makes of them, and what the streams' decoders say of that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sources.definition_files import load_source, parse_source
from sources.mapping import map_file
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from systems.clinical.site_sources import site_sources
from tests.definitions import ON_DEMAND

CLINICAL = Path(__file__).resolve().parents[3] / "systems" / "clinical"
DATA = Path(__file__).resolve().parents[2] / "data" / "clinical"
ARRIVED_MS = 1_780_000_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """`accepted`: messages; `rejected`: record → field and reason; `unreadable`: lines."""

    rows: int
    accepted: list[dict[str, Any]]
    rejected: dict[str, str]
    unreadable: list[int]

    def of(self, record: str) -> dict[str, Any]:
        """The one message of a record."""
        (message,) = (each for each in self.accepted if each["record"] == record)
        return message


def read(source: str, file: Path, folder: Path) -> Read:
    """What becomes of a file."""
    shipped = CLINICAL / "sources" / f"{source}.toml"
    if shipped.exists():
        loaded = load_source(shipped)
    else:
        site, _, _ = source.partition("_")
        loaded = parse_source(site_sources("api", site, "http://127.0.0.1:8097/")[source], source, CLINICAL / "sources")
    definition = ON_DEMAND[loaded.stream]
    mapped = map_file(loaded, file, file.name, folder)
    decoder = Decoder(decoding_plan(definition))
    accepted, rejected = [], {}
    for text in pq.read_table(mapped.messages_file).column("message").to_pylist():
        outcome, message = decoder.decode(text.encode(), ARRIVED_MS), json.loads(text)
        if isinstance(outcome, Accepted):
            accepted.append(message)
        else:
            rejected[message.get("record", "?")] = f"{outcome.field} {outcome.reason}"
    lines = pq.read_table(mapped.unreadable_file).column("line").to_pylist()
    return Read(mapped.rows, accepted, rejected, lines)
