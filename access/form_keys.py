"""Keys that stand in addresses of a form: of a person who may fill it in, or of a submission that may be changed.

Nothing is kept of one but what seals it, a secret of its stream: `wpf_`, what it is of, and 32 characters (160 bits)
that nobody else can make. A person's are 16 random characters, a submission's the 26 of its id.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.asker import Asker, Door
from access.grants import Action, Grant, Subject, SubjectKind
from access.key_text import new_id
from access.records import Records
from access.tables import FORM_SECRETS

_PREFIX = "wpf_"
_SHAPE = re.compile(r"wpf_(?P<of>[a-z2-7]{16}|[a-z2-7]{26})(?P<seal>[a-z2-7]{32})")
_SECRET_BYTES = 32
_SEAL_BYTES = 20


@dataclass(frozen=True, slots=True)
class FormKey:
    """What a key is of: `person`, by which that one is known to its stream, or the id of a `submission`."""

    person: str = ""
    submission: str = ""


class FormKeys:
    """Makes keys and reads them. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of_persons(self, stream: str, number: int) -> list[str]:
        """Keys of so many persons who had none."""
        secret = self._secret_made(stream)
        return [_sealed(secret, stream, new_id()) for _ in range(number)]

    def of_submission(self, stream: str, submission: str) -> str:
        """The key of a submission, which is the same each time."""
        return _sealed(self._secret_made(stream), stream, _base32(uuid.UUID(submission).bytes))

    def read(self, stream: str, text: str) -> FormKey | None:
        """What a key is of; None for a text that is none, or one of another stream."""
        shape = _SHAPE.fullmatch(text)
        secret = self._secret(stream) if shape else None
        if shape is None or secret is None or not hmac.compare_digest(_sealed(secret, stream, shape["of"]), text):
            return None
        if len(shape["of"]) == len(new_id()):
            return FormKey(person=shape["of"])
        return FormKey(submission=str(uuid.UUID(bytes=base64.b32decode(f"{shape['of'].upper()}======"))))

    def asker(self, stream: str, text: str) -> Asker | None:
        """Who shows it: one who may send to this stream, and nothing else; None: nobody."""
        key = self.read(stream, text)
        if key is None:
            return None
        of_link = Subject(SubjectKind.LINK, key.person or key.submission)
        return Asker(Door.LINK, str(of_link), grants=(Grant(of_link, stream, frozenset([Action.SEND])),))

    def remove_of(self, stream: str) -> None:
        """No key of a stream opens anything any more."""
        with self._records.changing() as connection:
            connection.execute(FORM_SECRETS.delete().where(FORM_SECRETS.c.stream == stream))

    def _secret_made(self, stream: str) -> bytes:
        found = self._secret(stream)
        if found is not None:
            return found
        made = insert(FORM_SECRETS).values(stream=stream, secret=secrets.token_bytes(_SECRET_BYTES))
        with self._records.changing() as connection:
            connection.execute(made.on_conflict_do_nothing())
            return connection.scalars(_of(stream)).one()

    def _secret(self, stream: str) -> bytes | None:
        with self._records.reading() as connection:
            return connection.scalars(_of(stream)).one_or_none()


def _of(stream: str) -> sa.Select[bytes]:
    return sa.select(FORM_SECRETS.c.secret).where(FORM_SECRETS.c.stream == stream)


def _sealed(secret: bytes, stream: str, of: str) -> str:
    seal = hmac.new(secret, f"{stream}\n{of}".encode(), sha256).digest()[:_SEAL_BYTES]
    return f"{_PREFIX}{of}{_base32(seal)}"


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
