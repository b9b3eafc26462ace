"""Sources of tests: a text of TOML, put together of what a test cares for."""

from __future__ import annotations

from pathlib import Path

from sources.definition import Source
from sources.definition_files import parse_source

HEAD = """
title = "Reports"
stream = "case_reports"
[from]
upload = true
"""

CSV = """
[format]
type = "csv"
"""

FIELDS = """
[mapping.fields]
region = "region"
cases = "whole(cases)"
"""


def made(folder: Path, mapping: str = FIELDS, form: str = CSV, more: str = "") -> Source:
    """A source called `reports`."""
    return parse_source(HEAD + form + more + mapping, "reports", folder)


def selecting(select: str) -> str:
    """The section of a mapping with this SELECT."""
    return f"[mapping]\nselect = '''{select}'''\n"
