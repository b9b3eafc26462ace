"""Sources on a PostgreSQL of these tests' own."""

from __future__ import annotations

from tests.sources.conftest import clock, engine, made, store

__all__ = ["clock", "engine", "made", "store"]
