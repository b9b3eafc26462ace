"""The stream's decoder judges each message of a file before anything is decided: what it rejects is never sent as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pyarrow as pa
from pyarrow import parquet

from sources.definition import Corrections
from sources.files import LONGEST_TEXT, REJECTED_KEPT, RejectedRow
from streams.decoder import Decoder, Excluded
from streams.reasons import Reason, Rejection
from streams.refusal_envelope import refusal

BATCH_ROWS = 20_000

REFUSALS_SENT = 10_000
"""Rejected rows of a file that go to the stream's rejected messages; more of them are counted only."""

MESSAGES = pa.schema([("row", pa.int64()), ("message", pa.string())])
_PLACEHOLDER_ID = "0" * 32


@dataclass
class Rejected:
    """The rows of a file that are no messages: counted, the first ones kept, and put into envelopes."""

    source: str
    file: str
    total: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rows: list[RejectedRow] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)

    def unreadable(self, line: int | None, reason: str, text: str) -> None:
        """A row that cannot be read."""
        told = {"problem": reason, "text": text[:LONGEST_TEXT]}
        self._add(RejectedRow(line, "", reason, text), Rejection(None, Reason.CANNOT_BE_READ), told)

    def message(self, line: int | None, rejection: Rejection, message: str) -> None:
        """A message that the decoder rejects."""
        told = {"message": orjson.Fragment(message) if len(message) <= LONGEST_TEXT else message[:LONGEST_TEXT]}
        self._add(RejectedRow(line, rejection.field or "", str(rejection.reason), message), rejection, told)

    def _add(self, row: RejectedRow, rejection: Rejection, told: dict[str, object]) -> None:
        told = {name: _whole(value) if isinstance(value, str) else value for name, value in told.items()}
        self.total += 1
        self.reasons[f"{row.field}: {row.reason}" if row.field else row.reason] += 1
        if len(self.rows) < REJECTED_KEPT:
            self.rows.append(RejectedRow(row.line, row.field, row.reason, row.text[:LONGEST_TEXT]))
        if len(self.envelopes) < REFUSALS_SENT:
            where = {"source": self.source, "file": self.file, "line": row.line, **told}
            self.envelopes.append(refusal(rejection, orjson.dumps(where)))


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the messages of one stream. `corrections`: of the source, whose fields are put in later."""

    decoder: Decoder
    corrections: Corrections | None = None

    def accepted(self, messages: Path, rejected: Rejected, now_ms: int) -> Iterator[list[tuple[int, str]]]:
        """Batches of rows and messages that the decoder accepts, in their order; the others are put to `rejected`."""
        later = self._later()
        with parquet.ParquetFile(messages) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["row", "message"]):
                good = []
                for row, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    outcome = self.decoder.decode(_with(text, later), now_ms)
                    if isinstance(outcome, Rejection) and not isinstance(outcome, Excluded):
                        rejected.message(row, outcome, text)
                    else:
                        good.append((row, text))
                yield good

    def keep_accepted(self, messages: Path, rejected: Rejected, now_ms: int, into: Path) -> int:
        """Write what the decoder accepts to another file of the same form; how many."""
        count = 0
        with parquet.ParquetWriter(into, MESSAGES, compression="zstd") as writer:
            for good in self.accepted(messages, rejected, now_ms):
                rows, texts = zip(*good, strict=True) if good else ((), ())
                writer.write_batch(
                    pa.record_batch([pa.array(rows, pa.int64()), pa.array(texts, pa.string())], schema=MESSAGES)
                )
                count += len(good)
        return count

    def _later(self) -> dict[str, object]:
        """Fields that a correction puts in, with values that could stand there."""
        if self.corrections is None:
            return {}
        fields: dict[str, object] = {"id": _PLACEHOLDER_ID, "revision": 0}
        if self.corrections.new_from is not None:
            fields[self.corrections.value] = 0
        if self.corrections.deleted is not None:
            fields[self.corrections.deleted] = False
        return fields


def _whole(text: str) -> str:
    """Without halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _with(text: str, fields: dict[str, object]) -> bytes:
    """A message with fields that it lacks."""
    payload = text.encode("utf-8", "surrogatepass")
    if not fields:
        return payload
    if any(f'"{name}":' in text for name in fields):
        try:
            return orjson.dumps({**orjson.loads(payload), **fields})
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, TypeError):
            return payload
    put = orjson.dumps(fields)
    return put if payload == b"{}" else payload[:-1] + b"," + put[1:]
