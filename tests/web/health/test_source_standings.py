"""How sources stand while PostgreSQL is away: told as that, also to whoever asks just after it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from database.errors import LakeAwayError
from sources.store import SourceStore
from web.health.declared_sources import DeclaredSources
from web.health.source_standings import SourceLook


class Away:
    def all(self) -> Mapping[str, Any]:
        raise LakeAwayError("PostgreSQL does not answer")


def test_what_is_away_is_not_taken_for_having_no_sources() -> None:
    look = SourceLook(cast("SourceStore", SimpleNamespace(states=Away())), DeclaredSources(()))
    with pytest.raises(LakeAwayError):
        look.now()
    look.newest()
    assert look._asking is not None
    look._asking.join(10)
    assert look.newest().away == "PostgreSQL does not answer"
    with pytest.raises(LakeAwayError, match="PostgreSQL does not answer"):
        look.now()
