"""Golden files: what a rendering was when somebody last looked at it and found it right.

WINDOWPANE_UPDATE_GOLDEN=1 writes them anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path


def check_golden(path: Path, text: str) -> None:
    """Compare with the file, or write it when asked to."""
    if os.environ.get("WINDOWPANE_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.exists(), f"{path} is missing; look at the rendering and run with WINDOWPANE_UPDATE_GOLDEN=1"
    assert text == path.read_text("utf-8")
