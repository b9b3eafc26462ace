"""Secrets as their owners see them: keys, tokens of sessions, of one-time and of shared links. Stored are hashes alone.

`wpk_`, 32 random characters (160 bits), 6 of a checksum, by which one that is mistyped, or made up, is refused at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from enum import StrEnum

_RANDOM_BYTES = 20
_CHECKSUM = 6
_SHAPE = re.compile(r"(?:wpk|wps|wpl|wpv)_[a-z2-7]{38}")


class SecretKind(StrEnum):
    """What a secret opens; the prefix by which people and scanners tell it."""

    KEY = "wpk_"
    SESSION = "wps_"
    LINK = "wpl_"
    VIEW = "wpv_"


def new_secret(kind: SecretKind) -> str:
    """A secret that nobody has seen."""
    text = kind + _base32(secrets.token_bytes(_RANDOM_BYTES))
    return text + _checksum(text)


def new_id() -> str:
    """A name for what has none, which may be seen by others: 16 characters, 80 random bits."""
    return _base32(secrets.token_bytes(10))


def is_secret(kind: SecretKind, text: str) -> bool:
    """Whether a text can be such a secret."""
    if not text.startswith(kind) or not _SHAPE.fullmatch(text):
        return False
    return hmac.compare_digest(_checksum(text[:-_CHECKSUM]), text[-_CHECKSUM:])


def secret_hash(text: str) -> bytes:
    """What is stored of a secret. It is as random as a hash, so it needs neither salt nor stretching."""
    return hashlib.sha256(text.encode()).digest()


def same_hash(one: bytes, other: bytes) -> bool:
    """In a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def _checksum(text: str) -> str:
    return _base32(hashlib.sha256(text.encode()).digest())[:_CHECKSUM]


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
