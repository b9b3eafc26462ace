"""One-time links: as people open them, and the one of the first administrator, which `up` prints."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

from access.errors import InvalidAccessError
from access.store import AccessStore
from scripts.access.settings import RecordSettings
from services.operator import os_user
from services.settings import ServiceSettings

FIRST = timedelta(hours=24)
"""How long the link of the first administrator may be used."""


def invitation(settings: ServiceSettings, token: str) -> str:
    """Where whoever has the token sets a password."""
    return f"{settings.public_url}/invitation/{token}"


def first_link(settings: ServiceSettings) -> str | None:
    """A new link for the first administrator, with which older ones end; None where none is needed.

    None is needed where there are users, and where the service is open without. Raises LakeError.
    """
    if settings.may_be_open:
        return None
    with closing(AccessStore.open(RecordSettings().catalog_uri.get_secret_value())) as store:
        if store.users.any():
            return None
        try:
            return invitation(settings, store.links.make(None, by=f"operator:{os_user()}", lifetime=FIRST))
        except InvalidAccessError:  # somebody was made one just now
            return None
