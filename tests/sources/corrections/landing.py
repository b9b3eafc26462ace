"""A source that lands files one after another, and what it has sent: the sums of a stream, kept by hand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from pyarrow import parquet

from sources.corrections import Differences, differences
from sources.definition import Corrections

Message: TypeAlias = dict[str, Any]


def mapped(folder: Path, messages: Sequence[Message]) -> Path:
    """The messages of a file as a mapping leaves them; the first line of the file is its header."""
    path = folder / "messages.parquet"
    folder.mkdir(parents=True, exist_ok=True)
    rows = pa.array(range(2, 2 + len(messages)), pa.int64())
    texts = pa.array([json.dumps(message) for message in messages], pa.string())
    parquet.write_table(pa.table({"row": rows, "message": texts}), path)
    return path


def sent(made: Differences) -> list[Message]:
    """The messages that a file makes, each with its `id`, `kind` and `row` beside."""
    rows = parquet.read_table(made.changes_file).to_pylist()
    messages = [
        {**json.loads(row["message"], parse_float=Decimal, parse_int=Decimal), "_kind": row["kind"], "_row": row["row"]}
        for row in rows
    ]
    assert all(message["id"] == row["id"] for message, row in zip(messages, rows, strict=True))
    return messages


@dataclass
class Landing:
    """One source and its stream."""

    folder: Path
    corrections: Corrections
    landed: Path | None = None
    files: int = 0
    sums: dict[tuple[Any, ...], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    ids: set[str] = field(default_factory=set)
    revisions: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def compare(self, messages: Sequence[Message]) -> Differences:
        """What the file would send; nothing is sent."""
        self.files += 1
        folder = self.folder / str(self.files)
        name = sha256(json.dumps(messages).encode()).hexdigest()
        return differences(self.landed, mapped(folder, messages), self.corrections, folder, name)

    def land(self, messages: Sequence[Message]) -> list[Message]:
        """Send what the file changes; what was sent."""
        made = self.compare(messages)
        changes = sent(made)
        for change in changes:
            if change["_kind"] == "unfit":
                continue
            key = tuple(change.get(name) for name in self.corrections.key)
            assert change["id"] not in self.ids
            self.ids.add(change["id"])
            assert change["revision"] == self.revisions.get(key, -1) + 1
            self.revisions[key] = int(change["revision"])
            if self.corrections.deleted is None:
                self.sums[key] += change[self.corrections.value]
        self.landed = made.landed_file
        return changes

    @property
    def state(self) -> dict[tuple[Any, ...], Decimal]:
        """Key → sum of its changes, of those that are not 0."""
        return {key: total for key, total in self.sums.items() if total}
