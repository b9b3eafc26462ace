"""Who may use which API of which site: a TOML file of users, read again when it changes.

[puller]
token = "…"                                   # sent as Authorization: Bearer …
apis = ["north/patients", "*/lab_results"]    # SITE/API; * is any
expires = "2026-03-01T00:00:00Z"              # may be left out
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.clinical_site.problems import SiteProblemError
from streams.time_text import read_time
from systems.clinical.generator.made_site import APIS

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="clinical site"'}
_ADVICE = "is a table with token, apis = ['SITE/API', …] and perhaps expires = '2026-03-01T00:00:00Z'"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a token. `apis`: pairs of a site and an API, each a name or `*`."""

    name: str
    apis: frozenset[tuple[str, str]]
    expires: datetime | None = None

    def may(self, site: str, api: str) -> bool:
        """Whether an API of a site is granted."""
        return bool({(site, api), ("*", api), (site, "*"), ("*", "*")} & self.apis)


class Users:
    """The users of a file. Raises ValueError, which says what is wrong with it, when it is read first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._stamp()
        self._by_token = read_users(path.read_text("utf-8"))

    def of(self, authorization: str, now: datetime) -> User:
        """The user of a request's header. Raises SiteProblemError."""
        self._look()
        scheme, _, token = authorization.partition(" ")
        user = self._by_token.get(_hashed(token.strip())) if scheme.lower() == "bearer" else None
        if user is None:
            raise SiteProblemError(401, "Send Authorization: Bearer TOKEN with a token that is known here.", _CHALLENGE)
        if user.expires is not None and user.expires <= now:
            invalid = {"WWW-Authenticate": f'{_CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'}
            raise SiteProblemError(401, f"The token ended at {user.expires.isoformat()}; ask for a new one.", invalid)
        return user

    def _look(self) -> None:
        try:
            if (stamp := self._stamp()) == self._seen:
                return
            self._by_token = read_users(self._path.read_text("utf-8"))
            self._seen = stamp
        except (OSError, ValueError):
            return  # it is being written; those of before go on

    def _stamp(self) -> tuple[int, int]:
        stat = self._path.stat()
        return stat.st_mtime_ns, stat.st_size


def read_users(text: str) -> dict[str, User]:
    """Hash of a token → its user. Raises ValueError."""
    users: dict[str, User] = {}
    for name, entry in tomllib.loads(text).items():
        token, user = _user(name, entry)
        if users.setdefault(token, user) is not user:
            raise ValueError(f"{name} has the token of {users[token].name}; give each its own")
    return users


def _user(name: str, entry: Any) -> tuple[str, User]:
    if not isinstance(entry, dict) or entry.keys() - {"token", "apis", "expires"}:
        raise ValueError(f"{name} {_ADVICE}")
    token, apis, expires = entry.get("token"), entry.get("apis"), entry.get("expires")
    if not isinstance(token, str) or not token or not isinstance(apis, list):
        raise ValueError(f"{name} {_ADVICE}")
    granted = frozenset(_granted(name, each) for each in apis)
    return _hashed(token), User(name, granted, None if expires is None else _moment(name, expires))


def _granted(name: str, text: Any) -> tuple[str, str]:
    site, slash, api = text.partition("/") if isinstance(text, str) else ("", "", "")
    if not slash or not site or api not in (*APIS, "*"):
        raise ValueError(f"{name}.apis has {text!r}, which is not SITE/API; APIs: {', '.join(APIS)}")
    return site, api


def _moment(name: str, text: Any) -> datetime:
    moment = text if isinstance(text, datetime) else read_time(str(text))
    if moment.tzinfo is None:
        raise ValueError(f"{name}.expires has no offset; add Z")
    return moment


def _hashed(token: str) -> str:
    """Tokens are looked up by hash, so how long that takes tells nothing of them."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
