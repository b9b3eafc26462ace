"""What of an API's records is asked for: since when they were changed, how many, and after which place."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.clinical_site.problems import SiteProblemError
from streams.reasons import Reason
from streams.time_text import event_millis
from systems.clinical.generator.record_log import Place

MOST = 1000
USUAL = 200
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """At most `limit` records whose place is after one."""

    after: Place
    limit: int


def read_asked(params: Mapping[str, str]) -> Asked:
    """From `since`, `cursor` and `limit`. A cursor goes on where a page ended, whatever `since` says.

    Raises SiteProblemError, which says what is allowed.
    """
    if unknown := params.keys() - {"since", "cursor", "limit"}:
        raise SiteProblemError(422, f"{min(unknown)[:50]!r} is no parameter; known: since, cursor, limit.")
    limit = params.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 0 < int(limit) <= MOST):
        raise SiteProblemError(422, f"limit is from 1 to {MOST}.")
    return Asked(_place(params), int(limit))


def cursor_of(place: Place) -> str:
    """A text that leads back to a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(params: Mapping[str, str]) -> Place:
    if "cursor" in params:
        return _read_cursor(params["cursor"])
    since = event_millis(params.get("since", "1970-01-01T00:00:00Z"))
    if isinstance(since, Reason):
        raise SiteProblemError(422, "since is a time such as 2026-03-01T00:00:00Z.")
    return since, ""


def _read_cursor(text: str) -> Place:
    try:
        place = json.loads(base64.urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4)))
        at_ms, id = place
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise SiteProblemError(422, "cursor is not one of a page of this API.") from None
    if type(at_ms) is not int or type(id) is not str:
        raise SiteProblemError(422, "cursor is not one of a page of this API.")
    return at_ms, id
