"""Seeing as another: an administrator's pages and answers as some user has them. Marked, noted, and without changes.

Which user that is stands in a cookie, sealed for one session by a secret that only the service has.
"""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Asker
from access.events import Did, Outcome
from access.grants import checked_name
from web.access.cookies import see_as_cookie, set_see_as
from web.access.notes import note
from web.service import service_of


def see_as(request: Request, response: Response, asker: Asker, user: str) -> None:
    """From this answer on the browser sees as a user, who has to be one. Raises InvalidAccessError."""
    set_see_as(request, response, f"{checked_name('user', user)}:{_seal(request, asker, user)}")
    note(request, Did.SEE_AS, Outcome.DONE, what=user)


def see_as_oneself(request: Request, response: Response) -> None:
    """From this answer on the browser sees as its own user again."""
    set_see_as(request, response, "")


def seen_name(request: Request, asker: Asker) -> str:
    """As whom an administrator sees; empty: as itself."""
    name, colon, seal = (see_as_cookie(request) or "").rpartition(":")
    if not colon or not hmac.compare_digest(seal, _seal(request, asker, name)):
        return ""
    return name


def _seal(request: Request, asker: Asker, user: str) -> str:
    key = service_of(request).settings.operator_key.get_secret_value().encode() or _own_secret()
    return hmac.new(key, f"see as\n{asker.session}\n{user}".encode(), sha256).hexdigest()


@lru_cache
def _own_secret() -> bytes:
    """Of this process, where the home has none."""
    return secrets.token_bytes(32)
