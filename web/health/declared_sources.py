"""The sources that are declared now, and what is wrong with the files of others; read again every few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sources.definition import Source
from sources.definition_files import read_sources

_KEPT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Declared:
    """`problems`: name → what is wrong with a file that declares no source."""

    sources: Mapping[str, Source]
    problems: Mapping[str, str]


@dataclass
class DeclaredSources:
    """Reads the files of some folders, at most every few seconds; their SELECTs are judged where they run."""

    folders: Sequence[Path]
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _kept: tuple[float, Declared] = field(init=False, default=(0.0, Declared({}, {})))

    def now(self) -> Declared:
        """Those that there are. Blocks: call it in a thread."""
        with self._lock:
            until, kept = self._kept
            if time.monotonic() < until:
                return kept
            sources, problems = read_sources(self.folders, judged=False)
            declared = Declared(sources, {name: str(error) for name, error in problems.items()})
            self._kept = time.monotonic() + _KEPT_SECONDS, declared
            return declared

    def forget(self) -> None:
        """Look again the next time."""
        with self._lock:
            self._kept = (0.0, self._kept[1])
