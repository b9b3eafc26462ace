"""Messages that the HTTP edge refused, as Kafka keeps them: envelopes that every decoder rejects for the same reason.

A zero byte, the reason, a zero byte, the field, a zero byte, the message. No JSON begins with a zero byte. Its sender
was told that it is refused, and may have sent it again: so it stays refused under any definition, also in replays.
"""

from __future__ import annotations

from streams.reasons import Reason, Rejection

MOST_BYTES = 64 << 10
"""So much of a refused message is kept."""

_LONGEST_FIELD = 4 * 200
_REASONS = {reason.encode(): reason for reason in Reason}


def refusal(rejection: Rejection, message: bytes) -> bytes:
    """The envelope of a refused message."""
    field = (rejection.field or "").encode()[:_LONGEST_FIELD].decode(errors="ignore").encode()
    return b"\0".join([b"", rejection.reason.encode(), field, message[:MOST_BYTES]])


def unwrapped(value: bytes) -> tuple[Rejection, bytes] | None:
    """Why a message was refused, and the message; None for anything but an envelope."""
    if not value.startswith(b"\0"):
        return None
    parts = value.split(b"\0", 3)
    if len(parts) < 4 or parts[1] not in _REASONS or len(parts[2]) > _LONGEST_FIELD:
        return None
    try:
        field = parts[2].decode()
    except UnicodeDecodeError:
        return None
    return Rejection(field or None, _REASONS[parts[1]]), parts[3]
