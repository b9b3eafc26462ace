"""One-time links: as people open them, and the one of the first administrator, which `up` prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from access.store import AccessStore
from services.settings import ServiceSettings

INVITATION, FIRST = timedelta(days=3), timedelta(hours=24)
"""How long a link may be used that invites a user, and that of the first administrator."""


def invitation(settings: ServiceSettings, token: str) -> str:
    """Where whoever has the token sets a password."""
    return f"{settings.public_url}/invitation/{token}"
