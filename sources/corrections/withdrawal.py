"""What the stream's decoder refused of a file's changes is taken from the state after the file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa

from sources.corrections.comparison import Differences
from sources.corrections.statements import withdrawal_statements
from sources.corrections.workspace import workspace
from sources.definition import Corrections


def withdraw(landed: Path | None, made: Differences, refused: Collection[str], corrections: Corrections) -> None:
    """Write the state after a file anew, without the changes of these ids; `landed`: the state before the file.

    The sum of what was sent is again what the decoder took; a fact that was refused is tried anew when a file has it.
    """
    if not refused:
        return
    fresh = made.folder / "landed.new.parquet"
    with workspace(made.folder) as connection:
        connection.register("refused_ids", pa.table({"id": pa.array(list(refused), pa.string())}))
        for statement in withdrawal_statements(corrections, made.changes_file, landed, made.landed_file, fresh):
            connection.execute(statement)
    fresh.replace(made.landed_file)
