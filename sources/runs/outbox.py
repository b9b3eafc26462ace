"""What is to be sent of a file, kept as one object before the first of it is: whoever goes on sends the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
from pyarrow import parquet

AT_ONCE = 10_000
"""Messages that are sent before it is noted that they were: the rows of a row group."""

FILE = "outbox.parquet"
"""What it is called in the folder of a run."""

PANES = "panes"
"""The key of a file's metadata: how many panes each row group begins, as JSON."""

_SCHEMA = pa.schema([("payload", pa.binary()), ("key", pa.binary())])

Message = tuple[bytes, bytes | None]
"""A message and its key."""

Panes = tuple[int, ...]
"""The panes that a message is of, as numbers that tell them apart."""


class OutboxWriter:
    """Writes one; the file is whole once the block has ended."""

    def __init__(self, file: Path) -> None:
        self._writer = parquet.ParquetWriter(
            file, _SCHEMA, compression="lz4", use_dictionary=False, write_statistics=False
        )
        self._waiting: list[tuple[Message, Panes]] = []
        self._begun: list[int] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._waiting.clear()
        self.close()

    def close(self) -> None:
        """Make the file whole; to do so again changes nothing."""
        if self._writer.is_open:
            self._write(self._waiting)
            self._waiting.clear()
            self._writer.add_key_value_metadata({PANES: json.dumps(self._begun)})
            self._writer.close()

    def add(self, messages: Sequence[tuple[Message, Panes]]) -> None:
        """Put messages behind the others, each with the panes that it is of."""
        self.count += len(messages)
        self._waiting += messages
        while len(self._waiting) >= AT_ONCE:
            self._write(self._waiting[:AT_ONCE])
            del self._waiting[:AT_ONCE]

    def _write(self, messages: Sequence[tuple[Message, Panes]]) -> None:
        if messages:
            payloads, keys = zip(*(message for message, _ in messages), strict=True)
            batch = pa.record_batch([pa.array(payloads, pa.binary()), pa.array(keys, pa.binary())], schema=_SCHEMA)
            self._writer.write_batch(batch, row_group_size=AT_ONCE)
            self._begun.append(len(set(chain.from_iterable(panes for _, panes in messages))))


def batches(file: Path, after: int) -> Iterator[tuple[list[Message], int | None]]:
    """The messages of an outbox but for the first ones, `after`, which is where a batch began; each batch with how many
    panes it begins, None if that was not counted."""
    with parquet.ParquetFile(file) as outbox:
        begun = json.loads((outbox.metadata.metadata or {}).get(PANES.encode(), b"[]"))
        at = 0
        for group in range(outbox.num_row_groups):
            size = outbox.metadata.row_group(group).num_rows
            if at + size > after:
                payloads, keys = (column.to_pylist() for column in outbox.read_row_group(group).columns)
                messages = list(zip(payloads, keys, strict=True))[max(0, after - at) :]
                yield messages, begun[group] if begun else None
            at += size
