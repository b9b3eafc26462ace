"""Which messages of a source were sent, by their hashes: so that what comes again in another file or page is not."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

HASH_BYTES = 16

_INSERT = sa.text(
    "insert into windowpane.source_sent (source, hash) select :source, unnest(:hashes) on conflict do nothing"
    " returning hash"
).bindparams(sa.bindparam("hashes", type_=ARRAY(BYTEA)))


def message_hash(*parts: bytes) -> bytes:
    """What is remembered of a message that these parts tell from all others of its source."""
    hashed = sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.digest()[:HASH_BYTES]


def note_new(connection: sa.Connection, source: int, hashes: Sequence[bytes]) -> set[bytes]:
    """Those that were not sent before, and are from now on, if the transaction is. `source`: its number."""
    if not hashes:
        return set()
    return {bytes(row.hash) for row in connection.execute(_INSERT, {"source": source, "hashes": list(hashes)})}
