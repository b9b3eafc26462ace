"""How large a file may be, and what reading and mapping it may take."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

LARGEST_LINE = 64 << 20
"""The most that `line_bytes` may be."""


class Limits(BaseModel):
    """Of one file: sizes in bytes when unpacked, counts, seconds of processor time, bytes of memory.

    `line_bytes`: of a line, or of one record of a format without lines. `columns`: of a table. Lines and records that
    are longer are told as unreadable where it is known that the next one begins; what else breaks a limit refuses the
    file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    unpacked_bytes: int = Field(default=1 << 30, ge=1)
    rows: int = Field(default=5_000_000, ge=1)
    line_bytes: int = Field(default=1 << 20, ge=1, le=LARGEST_LINE)
    columns: int = Field(default=10_000, ge=1)
    seconds: int = Field(default=120, ge=1)
    memory_bytes: int = Field(default=1 << 30, ge=1)
