"""Compares the messages of a file with what was landed before it: what changed is sent, each fact once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from pyarrow import parquet

from sources.corrections.statements import Files, after_statements, before_statements
from sources.corrections.workspace import workspace
from sources.definition import Corrections
from sources.errors import Held


@dataclass(frozen=True, slots=True)
class Differences:
    """What is to be sent for a file.

    `first`: facts that are new, `corrected`: that were sent before and are other now, `retracted`: that the file says
    no more. `repeated`: rows that a later one of the file contradicts. Messages that are no facts, for want of a number
    or a date, are among the changes as they are, so that the decoder names what is wrong.
    """

    folder: Path
    first: int
    corrected: int
    retracted: int
    repeated: int

    @property
    def changes_file(self) -> Path:
        """Parquet: `id`, `message`, JSON text, `row` in the file, null of retracted facts and others', `kind`."""
        return self.folder / "changes.parquet"

    @property
    def landed_file(self) -> Path:
        """Parquet: the state after the file, for the next one."""
        return self.folder / "landed.parquet"

    @property
    def repeated_file(self) -> Path:
        """Parquet: `row`, `message`, `key`, and `counts`, the row that counts in its place."""
        return self.folder / "repeated.parquet"


def differences(
    landed: Path | None, mapped: Path, corrections: Corrections, folder: Path, file_hash: str
) -> Differences:
    """Write what changed to `folder`, and the state after it; `landed`: the state before, None before the first file.

    `mapped`: Parquet of `row` and `message`. `file_hash`: names the file; the ids of messages are made of it, of the
    fact and of its revision, so that they are the same whenever this is done again. Raises Held where the file would
    take back more facts than it may.
    """
    made = Differences(folder, 0, 0, 0, 0)
    files = Files(mapped, landed, made.changes_file, made.landed_file, made.repeated_file)
    with workspace(folder) as connection:
        for statement in before_statements(corrections, files):
            connection.execute(statement)
        _hold_if_lost(connection, corrections)
        for statement in after_statements(corrections, files, file_hash):
            connection.execute(statement)
        return Differences(folder, **_counts(connection, files))


def _hold_if_lost(connection: duckdb.DuckDBPyConnection, corrections: Corrections) -> None:
    counted = (
        "select count(*) filter (lost), count(*) filter (replaced), coalesce(sum(old_number) filter (replaced), 0), "
        "coalesce(sum(new_number), 0) from facts"
    )
    [(lost, replaced, before, now)] = connection.execute(counted).fetchall()
    much = Decimal(str(corrections.hold_if_lost))
    # Numbers that are told by other weeks or under other names add up to as much as before.
    is_number = corrections.deleted is None and corrections.new_from is None
    if lost > much * replaced and not (is_number and before - now <= much * before):
        raise Held(
            f"the file has {lost:,} of {replaced:,} facts no more that it is the truth for, more than hold_if_lost = "
            f"{corrections.hold_if_lost:g} allows; look whether it is whole, then take it or drop it"
        )


def _counts(connection: duckdb.DuckDBPyConnection, files: Files) -> dict[str, int]:
    kinds = dict(connection.execute("select kind, count(*) from compared where changes group by kind").fetchall())
    counts = {kind: int(kinds.get(kind, 0)) for kind in ("first", "corrected", "retracted")}
    return {**counts, "repeated": parquet.read_metadata(files.repeated).num_rows}
