"""Who is one visitor: a keyed hash of site, address and user agent, by a salt that lives one UTC day. Pure.

Nobody can tell from the hash which address it was made of once the salt is gone, nor that two sites' visitors are one,
nor that two days' visitors are one.
"""

from __future__ import annotations

import os
from hashlib import blake2b

SALT_BYTES = 32


def new_salt() -> bytes:
    """A salt that nobody can guess."""
    return os.urandom(SALT_BYTES)


def visitor_of(salt: bytes, site: str, address: str, agent: str) -> str:
    """32 hexadecimal digits. Fields are told apart by NUL, which none of them has."""
    text = f"{site}\0{address}\0{agent}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16, key=salt).hexdigest()
