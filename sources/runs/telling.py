"""What a run tells whoever waits for it, and what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sources.files import SourceFile


@dataclass(frozen=True, slots=True)
class Watcher:
    """Is told how a run goes on. `stage`: of a file, in one or two words; `sent`: messages of all that a file has."""

    stage: Callable[[SourceFile, str], None] = lambda _file, _stage: None
    sent: Callable[[SourceFile, int, int], None] = lambda _file, _sent, _total: None


@dataclass
class RunCounts:
    """What one run did."""

    landed: int = 0
    """Files and pages that were new."""
    done: int = 0
    held: int = 0
    messages: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Why files are held."""

    def as_json(self) -> dict[str, int]:
        """As it is kept."""
        counts = {"landed": self.landed, "done": self.done, "held": self.held}
        return {**counts, "messages": self.messages, "rejected": self.rejected}
