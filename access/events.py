"""What the access log tells: who did what, to what, from where, and how it ended. Never a secret or a payload."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Did(StrEnum):
    """What somebody did."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    ASK = "ask"
    SEND = "send"
    SEE_AS = "see_as"
    CHANGE_USER = "change_user"
    CHANGE_KEY = "change_key"
    CHANGE_GRANT = "change_grant"
    CHANGE_STREAM = "change_stream"
    CHANGE_SITE = "change_site"
    CHANGE_SOURCE = "change_source"
    REPLAY = "replay"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the access log. `what`: a name or an id of what it was done to; `address`: of whoever did it.

    `who`: empty for somebody unknown, and in a login that was refused the name that was given. `request`: its id; of
    one that is being answered it may be left out. What of these is written, `access.log_lines` says.
    """

    who: str
    door: str
    did: Did
    outcome: Outcome
    stream: str = ""
    what: str = ""
    address: str = ""
    request: str = ""
