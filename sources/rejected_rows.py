"""Rejected rows of a source, of all its files together."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from access.records import Records
from sources.files import RejectedRow
from sources.tables import FILES, REJECTED


@dataclass(frozen=True, slots=True)
class RowOfFile:
    """A rejected row, and the file that it is of."""

    file: int
    name: str
    row: RejectedRow


def rejected_rows(records: Records, source: str, most: int = 100) -> list[RowOfFile]:
    """Those of the newest files first, within a file in order of their lines. Raises LakeAwayError."""
    columns = (FILES.c.id, FILES.c.name, REJECTED.c.line, REJECTED.c.field, REJECTED.c.reason, REJECTED.c.text)
    query = (
        sa.select(*columns)
        .join(REJECTED, REJECTED.c.file == FILES.c.id)
        .where(FILES.c.source == source)
        .order_by(FILES.c.id.desc(), REJECTED.c.line.nulls_first(), REJECTED.c.id)
        .limit(most)
    )
    with records.reading() as connection:
        return [RowOfFile(file, name, RejectedRow(*row)) for file, name, *row in connection.execute(query)]
