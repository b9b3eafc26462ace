"""Bearer tokens of a configured issuer, which vouches for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import jwt
import structlog
from jwt import PyJWK

from access.asker import Asker, Door
from access.askers import Askers
from access.errors import RefusedTokenError
from access.grants import is_name
from access.issuer import IssuerKeys
from access.settings import AccessSettings

_log = structlog.get_logger("access")

LONGEST_TOKEN = 16_384
MOST_GROUPS = 1000

_NOT_VALID = (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError)
"""What reading a token made to hurt may raise."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom an issuer vouches for, by names as they are here."""

    name: str
    groups: frozenset[str]


class Tokens:
    """Checks tokens of one issuer."""

    def __init__(self, settings: AccessSettings, keys: IssuerKeys) -> None:
        self._settings, self._keys = settings, keys
        # A key that is too short is refused, not warned of.
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True, "require": ["exp", "iss", "aud"]})

    @classmethod
    def of(cls, settings: AccessSettings) -> Self | None:
        """None: no issuer is configured."""
        return cls(settings, IssuerKeys(settings.oidc_issuer)) if settings.oidc_issuer else None

    def vouched(self, text: str) -> Vouched:
        """Raises RefusedTokenError; IssuerAwayError when the issuer's keys cannot be read."""
        if len(text) > LONGEST_TOKEN:
            raise RefusedTokenError("it is too long")
        try:
            header = jwt.get_unverified_header(text)
        except _NOT_VALID as error:
            raise RefusedTokenError("it is no token") from error
        # PyJWT compares the algorithm with those of the setting again, and with that of the key.
        if header.get("alg") not in self._settings.oidc_allowed_algorithms:
            raise RefusedTokenError("its algorithm is not allowed")
        key_id = header.get("kid")
        keys = self._keys.named(key_id)
        if key_id is None:
            keys = tuple(key for key in keys if key.algorithm_name == header["alg"])
        if len(keys) != 1:
            raise RefusedTokenError("its key is not one of the issuer's")
        return self._vouched(self._claims(text, keys[0]))

    def asker(self, text: str, askers: Askers) -> Asker | None:
        """Whoever a token is of; None: nobody, or a user who is disabled here. Why it is nobody, the log says.

        Raises IssuerAwayError, LakeError.
        """
        try:
            vouched = self.vouched(text)
        except RefusedTokenError as error:
            _log.info("token refused", reason=error.reason)
            return None
        return askers.of_user(vouched.name, door=Door.TOKEN, extra_groups=vouched.groups)

    def _claims(self, text: str, key: PyJWK) -> dict[str, Any]:
        settings = self._settings
        try:
            return self._jwt.decode(
                text,
                key,
                algorithms=settings.oidc_allowed_algorithms,
                audience=settings.oidc_audience,
                issuer=settings.oidc_issuer,
                leeway=settings.oidc_leeway_seconds,
            )
        except _NOT_VALID as error:
            raise RefusedTokenError(f"{type(error).__name__}") from error

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        settings = self._settings
        name = _claim(claims, settings.oidc_user_claim)
        if not isinstance(name, str) or not is_name(name):
            raise RefusedTokenError(f"its {settings.oidc_user_claim} is no name that a user can have")
        listed = _claim(claims, settings.oidc_groups_claim) or []
        groups = [listed] if isinstance(listed, str) else listed
        if not isinstance(groups, Sequence) or len(groups) > MOST_GROUPS:
            raise RefusedTokenError(f"its {settings.oidc_groups_claim} is no list of groups")
        ours = settings.oidc_groups_here
        named = (ours.get(each) if ours else each for each in groups if isinstance(each, str))
        return Vouched(name, frozenset(each for each in named if each is not None and is_name(each)))


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """A claim by its name, or by dots one within others."""
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
