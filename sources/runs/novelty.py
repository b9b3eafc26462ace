"""Which messages of a file without corrections are new: each is told from all that its source sent before.

A message with an id is told by it. Others are told by what is in them, and how many of the same came before in the
file, so a grown file gives its new rows; and by their rows in the same file, so that one is not taken again for a
mapping that was mended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa

from sources.fetching.json_records import at
from sources.sent import message_hash, note_new
from streams.definition import Definition

_ID = b"id"
_CONTENT = b"content"
_PLACE = b"place"


@dataclass
class Novelty:
    """Of one file. `digest`: of the file; `source`: the number of the source."""

    definition: Definition
    source: int
    digest: str
    _kinds: Counter[bytes] = field(default_factory=Counter)
    _rows: Counter[int | None] = field(default_factory=Counter)

    def new(self, connection: sa.Connection, messages: Sequence[tuple[int | None, bytes]]) -> list[tuple[int, bytes]]:
        """The new ones of some messages, each with its row: their places among them, and as what they are to be sent.
        They count as sent from now on."""
        told = [self._told(row, payload) for row, payload in messages]
        every = list(dict.fromkeys(hash_ for _, hashes in told for hash_ in hashes))
        unknown = note_new(connection, self.source, every)
        chosen = []
        for place, (payload, hashes) in enumerate(told):
            if all(hash_ in unknown for hash_ in hashes):
                chosen.append((place, payload))
                unknown.difference_update(hashes)
        return chosen

    def _told(self, row: int | None, payload: bytes) -> tuple[bytes, tuple[bytes, ...]]:
        """A message as it is sent, and the hashes none of which may be known."""
        duplicates = self.definition.duplicates
        if duplicates is not None:
            message = orjson.loads(payload)
            value = at(message, duplicates.id)
            if value is not None:
                key = at(message, self.definition.key) if self.definition.key else None
                return payload, (message_hash(_ID, orjson.dumps(key), orjson.dumps(value)),)
        content, place = self._content(payload), self._place(row)
        if duplicates is not None and "." not in duplicates.id:
            payload = orjson.dumps({**message, duplicates.id: content.hex()})
        return payload, (content, place)

    def _content(self, payload: bytes) -> bytes:
        kind = message_hash(_CONTENT, payload)
        self._kinds[kind] += 1
        return message_hash(kind, str(self._kinds[kind]).encode())

    def _place(self, row: int | None) -> bytes:
        self._rows[row] += 1
        return message_hash(_PLACE, self.digest.encode(), f"{row} {self._rows[row]}".encode())
