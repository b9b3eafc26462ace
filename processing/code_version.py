"""Which code computed: results of another may differ."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


@cache
def code_version() -> str:
    """A digest of all that computes."""
    digest = hashlib.sha256()
    for package in ("analysis", "processing"):
        for path in sorted((_ROOT / package).glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
