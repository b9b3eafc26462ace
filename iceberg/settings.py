"""Where the lake is."""

from __future__ import annotations

from streams.settings import StoreSettings

__all__ = ["LakeSettings"]


class LakeSettings(StoreSettings):
    """All that opening the lake takes."""
