"""What is asked of PostgreSQL to tell who asks: whose a secret is, as whom one sees, whether all is open."""

from __future__ import annotations

from dataclasses import dataclass

from access.asker import ANYBODY, Asker, Door
from access.key_text import SecretKind, is_secret
from access.store import AccessStore
from access.tokens import Tokens
from systems.merchants.shared_links import SharedLinks

WHILE_EMPTY = "\nwhile there are no users"
"""In place of a secret, none of which has a line feed: anybody while there are no users, nobody afterwards."""

_SEEN_AS = "\nseen as\n"
_FORM = "\nform\n"


def seen_as(user: str, by: Asker) -> str:
    """In place of a secret: a user as an administrator sees it."""
    return f"{_SEEN_AS}{user}\n{by.name}\n{by.session}"


def at_form(stream: str, key: str) -> str:
    """In place of a secret: a key in the address of a stream's form."""
    return f"{_FORM}{stream}\n{key}"


@dataclass(frozen=True)
class Identifying:
    """Asks for what is not known yet; waits for PostgreSQL, or an issuer.

    Raises LakeError or IssuerAwayError when one does not answer.
    """

    store: AccessStore
    tokens: Tokens | None
    links: SharedLinks

    def ask(self, secret: str) -> Asker | None:
        """Who that is; None: nobody."""
        if secret == WHILE_EMPTY:
            return None if self.store.users.any() else ANYBODY
        if secret.startswith(_SEEN_AS):
            user, by, _ = secret.removeprefix(_SEEN_AS).split("\n")
            return self.store.askers.of_user(user, door=Door.SESSION, seen_by=by)
        if secret.startswith(_FORM):
            stream, key = secret.removeprefix(_FORM).split("\n")
            return self.store.form_keys.asker(stream, key)
        askers = self.store.askers
        if is_secret(SecretKind.KEY, secret):
            return askers.of_key(secret)
        if is_secret(SecretKind.SESSION, secret):
            return askers.of_session(secret)
        if secret.startswith(SecretKind.VIEW):
            return self.links.asker(secret)
        return self.tokens.asker(secret, askers) if self.tokens else None
