"""The rows of a file as Parquet of texts, which a mapping reads by columns, and what could not be read beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sources.drift import Fingerprint, Fingerprinting
from sources.reading import Row, Rows, Table

_BATCH_ROWS = 20_000
_BATCH_CELLS = 400_000
_BATCH_CHARACTERS = 16 << 20

UNREADABLE = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])
"""Of `unreadable.parquet`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a file. `positions`: header → its column in the Parquet; `looks`: its fingerprint."""

    positions: dict[str, str]
    looks: Fingerprint
    rows: int
    unreadable: int


class _Batches:
    """Writes rows of one schema a batch at a time."""

    def __init__(self, path: Path, schema: pa.Schema, rows: int) -> None:
        self._schema, self._rows = schema, rows
        self._writer = parquet.ParquetWriter(path, schema, compression="snappy", write_statistics=False)
        self._waiting: list[tuple[int | str | None, ...]] = []
        self._characters = 0

    def __enter__(self) -> _Batches:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._write()
        self._writer.close()

    def add(self, number: int, texts: tuple[str | None, ...]) -> None:
        self._waiting.append((number, *texts))
        self._characters += sum(map(len, filter(None, texts)))
        if len(self._waiting) >= self._rows or self._characters >= _BATCH_CHARACTERS:
            self._write()

    def add_all(self, rows: Rows) -> None:
        self._write()
        numbers = pa.array(np.arange(rows.line, rows.line + rows.values.num_rows))
        self._writer.write_batch(pa.record_batch([numbers, *rows.values.columns], schema=self._schema))

    def _write(self) -> None:
        if not self._waiting:
            return
        columns = zip(*self._waiting, strict=True)
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, self._schema, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._waiting.clear()
        self._characters = 0


def keep_rows(table: Table, rows: Path, unreadable: Path) -> Kept:
    """Write every row of the table to one file and what is none to the other. Raises Refused as the table does."""
    positions = {header: f"c{index}" for index, header in enumerate(table.columns)}
    looking, readable, others = Fingerprinting(table.columns), 0, 0
    texts = [("_row", pa.int64()), *((position, pa.string()) for position in positions.values())]
    at_once = max(1, min(_BATCH_ROWS, _BATCH_CELLS // len(texts)))
    with _Batches(rows, pa.schema(texts), at_once) as good, _Batches(unreadable, UNREADABLE, _BATCH_ROWS) as bad:
        for outcome in table.outcomes:
            if isinstance(outcome, Rows):
                good.add_all(outcome)
                for row in outcome.first(looking.wanted):
                    looking.add(row.values)
                readable += outcome.values.num_rows
            elif isinstance(outcome, Row):
                good.add(outcome.line, outcome.values)
                looking.add(outcome.values)
                readable += 1
            else:
                bad.add(outcome.line, (outcome.reason, outcome.text))
                others += 1
    return Kept(positions, looking.fingerprint(), readable, others)
