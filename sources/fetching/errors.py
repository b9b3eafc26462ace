"""What keeps a source from being fetched."""

from __future__ import annotations

from sources.errors import SourceError


class FetchError(SourceError):
    """Nothing could be fetched, or not all of it: then nothing was taken. `again_seconds`: the other side asked not to
    be asked before."""

    def __init__(self, reason: str, again_seconds: float | None = None) -> None:
        self.again_seconds = again_seconds
        super().__init__(reason)
