"""The Kafka keys of messages that are sent without being judged first: from a file, or made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from streams.definition import Definition


def message_keys(definition: Definition, payloads: Iterable[bytes]) -> list[bytes | None] | None:
    """The key of each message, as UTF-8; None for one that has none, and will be rejected; None for streams without."""
    if definition.key is None:
        return None
    path = definition.key.split(".")
    return [_key(payload, path) for payload in payloads]


def _key(payload: bytes, path: list[str]) -> bytes | None:
    try:
        at: Any = json.loads(payload)
        for part in path:
            at = at[part]
        return at.encode() if isinstance(at, str) else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
