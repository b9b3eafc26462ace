"""Shared links: whoever has one sees one site's numbers, as long as the link is there; with a password, if it has one.

What opens a site is the link's secret, and of a link with a password a proof of it beside, which ends when the link or
its password does. Only the secret's hash is kept.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from access.asker import Asker, Door
from access.errors import InvalidAccessError, RefusedLoginError
from access.grants import Action, Grant, Subject, SubjectKind
from access.key_text import SecretKind, is_secret, new_id, new_secret, secret_hash
from access.passwords import is_password, password_hash
from access.records import Records
from access.throttle import Throttle
from streams.time_text import timestamp
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.goals import checked_label
from systems.merchants.site_records import found_site
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import SITE, STREAM
from systems.merchants.tables import SHARED_LINKS, SITES

MOST_LINKS = 100
"""Most links of a site."""

LONGEST_LIFETIME = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link without its secret. `expires_at`: None: when it is revoked."""

    id: str
    site: str
    name: str
    has_password: bool
    made_at: datetime
    made_by: str
    expires_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "password": self.has_password,
            "made_at": timestamp(self.made_at),
            "made_by": self.made_by,
            "expires_at": timestamp(self.expires_at),
        }


class SharedLinks:
    """Reads, makes and opens links. Every method raises LakeError when PostgreSQL does not answer.

    `look`, `open` and `asker` are for whoever has a secret; all others take the sites in an asker's scope.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._throttle = Throttle(records)

    def of(self, scope: SiteScope, site: str) -> list[SharedLink]:
        """Those of a site that can be opened, the newest first. Raises UnknownSiteError."""
        query = sa.select(SHARED_LINKS).where(SHARED_LINKS.c.site == site, self._alive())
        with self._records.reading() as connection:
            found_site(connection, scope, site)
            rows = connection.execute(query.order_by(SHARED_LINKS.c.made_at.desc(), SHARED_LINKS.c.id)).mappings()
            return [_link(row) for row in rows]

    def make(
        self,
        scope: SiteScope,
        site: str,
        name: str,
        *,
        by: str,
        password: str | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[SharedLink, str]:
        """A new link and its secret, which is not kept. Raises InvalidSiteError, UnknownSiteError."""
        checked_label("name", name)
        now, text, link_id = self._records.now(), new_secret(SecretKind.VIEW), new_id()
        if expires_at is not None and not now < expires_at <= now + LONGEST_LIFETIME:
            raise InvalidSiteError.of("expires_at", "has passed, or is more than ten years ahead")
        values = {"id": link_id, "site": site, "name": name, "made_at": now, "made_by": by, "expires_at": expires_at}
        hashed = None if password is None else _hashed(password, site)
        with self._records.changing() as connection:
            found_site(connection, scope, site, lock=True)
            past = (SHARED_LINKS.c.site == site) & ~self._alive()
            connection.execute(SHARED_LINKS.delete().where(past))
            count = sa.select(sa.func.count()).where(SHARED_LINKS.c.site == site)
            if connection.execute(count).scalar_one() >= MOST_LINKS:
                raise InvalidSiteError.of("name", f"is one too many; a site has {MOST_LINKS} links at most")
            new = SHARED_LINKS.insert().values(**values, hash=secret_hash(text), password=hashed)
            return _link(connection.execute(new.returning(SHARED_LINKS)).mappings().one()), text

    def revoke(self, scope: SiteScope, site: str, link_id: str) -> None:
        """Nobody sees anything by it any more. Raises UnknownSiteError."""
        mine = (SHARED_LINKS.c.id == link_id) & (SHARED_LINKS.c.site == site)
        with self._records.changing() as connection:
            found_site(connection, scope, site)
            if not connection.execute(SHARED_LINKS.delete().where(mine)).rowcount:
                raise UnknownSiteError("link")

    def look(self, secret: str) -> SharedLink:
        """Which link this is, before it is opened. Raises UnknownSiteError."""
        row = self._found(secret)
        if row is None:
            raise UnknownSiteError("link")
        return _link(row)

    def open(self, secret: str, password: str = "", *, address: str = "") -> str:
        """What its holder shows from now on, for `asker`: the secret, and a proof of the password if it has one.

        Raises UnknownSiteError; RefusedLoginError, and ThrottledError after too many wrong passwords.
        """
        row = self._found(secret)
        if row is None:
            raise UnknownSiteError("link")
        if row["password"] is None:
            return secret
        account = f"link:{row['id']}"
        self._throttle.begin(account, address)
        if not is_password(password, row["password"]):
            raise RefusedLoginError
        self._throttle.succeed(account, address)
        return f"{secret}.{_proof(secret, row['password'])}"

    def asker(self, shown: str) -> Asker | None:
        """Who shows this: one who may ask of the rows of one site alone; None: nobody, or no more."""
        secret, _, proof = shown.partition(".")
        row = self._found(secret)
        if row is None:
            return None
        if row["password"] is not None and not hmac.compare_digest(_proof(secret, row["password"]), _ascii(proof)):
            return None
        of_link = Subject(SubjectKind.LINK, row["id"])
        grant = Grant(of_link, STREAM, frozenset([Action.ASK]), ((SITE, (row["site"],)),))
        return Asker(Door.LINK, str(of_link), grants=(grant,))

    def _found(self, secret: str) -> Mapping[Any, Any] | None:
        """The link of a secret, while it can be opened and its site is not deleted."""
        if not is_secret(SecretKind.VIEW, secret):
            return None
        query = sa.select(SHARED_LINKS).join(SITES, SITES.c.name == SHARED_LINKS.c.site)
        query = query.where(SHARED_LINKS.c.hash == secret_hash(secret), self._alive(), SITES.c.deleted_at.is_(None))
        with self._records.reading() as connection:
            return connection.execute(query).mappings().one_or_none()

    def _alive(self) -> sa.ColumnElement[bool]:
        expires = SHARED_LINKS.c.expires_at
        return expires.is_(None) | (expires > self._records.now())


def _hashed(password: str, site: str) -> str:
    try:
        return password_hash(password, site)
    except InvalidAccessError as error:
        raise InvalidSiteError.of(error.field, error.reason) from None


def _proof(secret: str, stored: str) -> str:
    """Shows that whoever has it knew the password: nobody else can make it, for the hash is nobody's to see."""
    return hmac.new(stored.encode(), secret.encode(), sha256).hexdigest()


def _ascii(text: str) -> str:
    return text if text.isascii() else ""


def _link(row: Mapping[Any, Any]) -> SharedLink:
    names = ("id", "site", "name", "made_at", "made_by", "expires_at")
    return SharedLink(has_password=row["password"] is not None, **{name: row[name] for name in names})
