"""The process that reads one file of somebody else and runs one mapping over it: what goes wrong, goes wrong here.

It is a child of `sources.mapping.mother`, and ends with the file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sources.definition import Source
from sources.errors import Held
from sources.mapping.confinement import confine, limit
from sources.mapping.execution import MACROS_FILE, refused, run_mapping
from sources.mapping.input_file import keep_rows
from sources.mapping.statement import mapping_select, undeclared
from sources.reading import Refused, read

_LEAST_FILE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """One file to map. `folder`: where the results go; it is there and empty."""

    source: Source
    file: Path
    name: str
    folder: Path


def child(text: str) -> dict[str, Any]:
    """Give up all rights but those to the files of the request, and do it; as `outcome`."""
    request = requested(text)
    limits = request.source.limits
    limit(limits.memory_bytes, limits.seconds, max(limits.unpacked_bytes, _LEAST_FILE_BYTES))
    confine([request.file, *request.source.lookups.values(), MACROS_FILE], request.folder)
    return outcome(request)


def outcome(request: Request) -> dict[str, Any]:
    """Counts, or why the file is held."""
    try:
        return mapped(request)
    except (Held, Refused) as error:
        return {"held": error.reason}
    except duckdb.Error as error:
        return {"held": refused(error).reason}
    except (MemoryError, pa.ArrowMemoryError):
        return {"held": "the file needs more memory than limits.memory_bytes; raise the limit"}


def mapped(request: Request) -> dict[str, Any]:
    """Read the file, run the mapping, which was judged; what was counted. Raises Held, Refused, duckdb.Error."""
    source, folder = request.source, request.folder
    select = mapping_select(source.mapping)
    rows, messages = folder / "input.parquet", folder / "messages.parquet"
    with read(request.file, request.name, source.format, source.limits) as table:
        kept = keep_rows(table, rows, folder / "unreadable.parquet")
    (folder / "columns.json").write_text(json.dumps(kept.looks.as_json()))
    count = run_mapping(source, select, kept, rows, request.name, messages)
    rows.unlink()
    return {
        "rows": kept.rows,
        "unreadable": kept.unreadable,
        "messages": count,
        "undeclared": list(undeclared(tuple(kept.positions), source.columns)),
    }


def as_text(request: Request) -> str:
    """The request as the child reads it. Keys that were left out stay so: a format's keys depend on which are there."""
    source = request.source.model_dump(mode="json", by_alias=True, exclude_unset=True)
    paths = {"file": str(request.file), "name": request.name, "folder": str(request.folder)}
    return json.dumps({"source": source, **paths})


def requested(text: str) -> Request:
    """The request of its text."""
    raw = json.loads(text)
    source = Source.model_validate_json(json.dumps(raw["source"]))
    return Request(source, Path(raw["file"]), raw["name"], Path(raw["folder"]))
