"""Sources of a test's own."""

from __future__ import annotations

from pathlib import Path

PAGE_VIEWS = """
title = "Page views of {name}"
stream = "{stream}"
licence = "CC-BY-4.0"
attribution = "Somebody"
homepage = "https://example.org/{name}"

[from]
{origin}

[format]
type = "csv"

[columns]
time = ["time", "Time"]
site = ["site"]
path = ["path"]
"load_ms?" = ["load_ms"]

[mapping.fields]
time = "time"
site = "site"
path = "path"
load_ms = "number(load_ms)"
"""


def declare(folder: Path, name: str, stream: str = "page_views", origin: str = "upload = true") -> Path:
    """Put the file of a source into a folder."""
    path = folder / f"{name}.toml"
    path.write_text(PAGE_VIEWS.format(name=name, stream=stream, origin=origin), "utf-8")
    return path
