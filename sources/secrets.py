"""Secrets of sources, in PostgreSQL: encrypted by AES-GCM with the key of this home, each bound to its name."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from sqlalchemy.dialects.postgresql import insert

from access.records import Records
from sources.errors import SourceError
from sources.origins import SECRET_NAME
from sources.tables import SECRETS

LONGEST_SECRET = 8192
_NONCE = 12
_KEY = 32


@dataclass(frozen=True, slots=True)
class SecretNote:
    """What may be known of a secret by all who see sources."""

    name: str
    made_at: datetime
    made_by: str


class SecretStore:
    """Reads and writes them. Methods raise LakeError when PostgreSQL does not answer, SourceError for the rest."""

    def __init__(self, records: Records, key: SecretStr) -> None:
        """`key`: 32 bytes in base64; it is asked for when a secret is used."""
        self._records, self._key = records, key

    def put(self, name: str, value: str, *, by: str) -> None:
        """Keep a secret in place of any of that name."""
        if not SECRET_NAME.fullmatch(name):
            raise SourceError("the name of a secret is a lower-case name of letters, digits and _, at most 41 of them")
        if not value or len(value) > LONGEST_SECRET or not value.isprintable() or not value.isascii():
            raise SourceError(f"a secret is one line of 1 to {LONGEST_SECRET} printable ASCII characters")
        nonce = os.urandom(_NONCE)
        kept = nonce + self._cipher().encrypt(nonce, value.encode(), name.encode())
        row = {"value": kept, "made_at": self._records.now(), "made_by": by}
        new = insert(SECRETS).values(name=name, **row)
        with self._records.changing() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))

    def get(self, name: str) -> SecretStr:
        """A secret, to be used at once."""
        with self._records.reading() as connection:
            kept = connection.execute(sa.select(SECRETS.c.value).where(SECRETS.c.name == name)).scalar()
        if kept is None:
            raise SourceError(f"there is no secret {name}; type it into: windowpane sources secrets set {name}")
        kept = bytes(kept)
        try:
            return SecretStr(self._cipher().decrypt(kept[:_NONCE], kept[_NONCE:], name.encode()).decode())
        except InvalidTag:
            raise SourceError(
                f"secret {name} was encrypted with another key than this home's; set it again: "
                f"windowpane sources secrets set {name}"
            ) from None

    def remove(self, name: str) -> bool:
        """Forget a secret; whether there was one."""
        with self._records.changing() as connection:
            return bool(connection.execute(SECRETS.delete().where(SECRETS.c.name == name)).rowcount)

    def notes(self) -> list[SecretNote]:
        """Which there are, by name; never what they are."""
        query = sa.select(SECRETS.c.name, SECRETS.c.made_at, SECRETS.c.made_by).order_by(SECRETS.c.name)
        with self._records.reading() as connection:
            return [SecretNote(*row) for row in connection.execute(query)]

    def _cipher(self) -> AESGCM:
        try:
            key = base64.b64decode(self._key.get_secret_value(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != _KEY:
            raise SourceError("WINDOWPANE_SOURCES_KEY is not 32 bytes in base64; run ./windowpane up, which makes one")
        return AESGCM(key)


Secret = Callable[[str], SecretStr]
"""Gives the secret of a name."""
