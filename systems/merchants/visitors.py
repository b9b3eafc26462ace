"""Who is one visitor: a keyed hash of site, address and user agent, by a salt that lives one UTC day. Pure.

Nobody can tell from the hash which address it was made of once the salt is gone, nor that two sites' visitors are one,
nor that two days' visitors are one.
"""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Network

from access.addresses import plain_address

SALT_BYTES = 32


def new_salt() -> bytes:
    """A salt that nobody can guess."""
    return os.urandom(SALT_BYTES)


def visitor_of(salt: bytes, site: str, address: str, agent: str) -> str:
    """32 hexadecimal digits. Fields are told apart by NUL, which none of them has."""
    text = f"{site}\0{_place_of(address)}\0{agent}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16, key=salt).hexdigest()


@lru_cache(maxsize=10_000)
def _place_of(address: str) -> str:
    """An address; of IPv6 the network of 64 bits, within which a device takes another address again and again."""
    found = plain_address(address) if ":" in address else None
    return address if found is None or found.version == 4 else str(IPv6Network((int(found), 64), strict=False))
