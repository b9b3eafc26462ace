"""Passwords: rules of NIST SP 800-63B, and hashes by argon2id with OWASP's parameters, few at once."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from access.errors import InvalidAccessError

SHORTEST, LONGEST = 10, 1000
"""Characters of a password."""

_ENDING = 4
"""How many digits and signs at its end make a common password no better."""

_AT_ONCE = 2
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = BoundedSemaphore(_AT_ONCE)
"""Each hash takes 19 MiB and a core for its time; whoever sends logins in a flood waits for turns."""

_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$au0muUXq2n8OzD7OjMIf1A$jG48aAAdoNljh+hz8dkQIecWomMV+0jKKayqZu65HDA"
"""The hash of a password that nobody knows, so that a login takes as long for a name that is not there."""


def checked_password(password: str, user: str) -> str:
    """A password as it is hashed. Raises InvalidAccessError."""
    normal = _normal(password)
    if normal is None:
        raise InvalidAccessError("password", "has half a character")
    if not SHORTEST <= len(normal) <= LONGEST:
        raise InvalidAccessError("password", f"has {SHORTEST} to {LONGEST:,} characters")
    if normal.casefold() == user.casefold():
        raise InvalidAccessError("password", "is the name of its user")
    if len({*normal}) == 1:
        raise InvalidAccessError("password", "is one character again and again")
    if _is_common(normal):
        raise InvalidAccessError("password", "is one of the commonest, or one with a few digits or signs at its end")
    return normal


def _is_common(normal: str) -> bool:
    lower, common = normal.casefold(), _common()
    endings = (len(lower) - count for count in range(_ENDING + 1))
    return any(lower[:end] in common for end in endings if not any(char.isalpha() for char in lower[end:]))


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def password_hash(password: str, user: str) -> str:
    """What is stored of a password, salt and parameters in it. Raises InvalidAccessError when it breaks a rule."""
    normal = checked_password(password, user)
    with _turns:
        return _hasher.hash(normal)


def is_password(password: str, stored: str | None) -> bool:
    """Whether a hash is of this password; None: never, in the same time."""
    normal = _normal(password)
    if stored is None or normal is None or len(normal) > LONGEST:
        return _verified(_NOBODYS, "")
    return _verified(stored, normal)


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than those of now."""
    return _hasher.check_needs_rehash(stored)


def _verified(stored: str, normal: str) -> bool:
    try:
        with _turns:
            return _hasher.verify(stored, normal)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str | None:
    """The same text however it was typed; None: no text, as half a surrogate pair is none."""
    try:
        password.encode()
    except UnicodeEncodeError:
        return None
    # What is far too long is not worth the time.
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])
