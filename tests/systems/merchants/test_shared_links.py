"""Shared links: what they open, with and without a password, and when they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from access.asker import Asker, Door
from access.errors import InvalidAccessError, RefusedLoginError, ThrottledError
from access.grants import Action, Subject
from access.key_text import SecretKind, new_secret
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.members import checked_member
from systems.merchants.site_scope import EVERY_SITE, SiteScope
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore
from systems.merchants.tables import SHARED_LINKS
from tests.access.conftest import Clock

A, B = "a.example", "b.example"
PASSWORD = "a sentence for guests"


@pytest.fixture
def sites(store: SiteStore) -> SiteStore:
    for name in (A, B):
        store.sites.add(EVERY_SITE, checked_change(name), by="root")
    return store


def rows_of(asker: Asker | None) -> object:
    return None if asker is None else [(grant.stream, grant.can, grant.where, grant.hide) for grant in asker.grants]


def test_a_link_shows_one_site_and_nothing_else(sites: SiteStore) -> None:
    link, secret = sites.links.make(EVERY_SITE, A, "For the board", by="ann")
    asker = sites.links.asker(sites.links.open(secret))
    assert asker is not None
    assert (asker.door, asker.name, asker.administrator, asker.groups) == (
        Door.LINK, f"link:{link.id}", False, frozenset(),
    )  # fmt: skip
    assert rows_of(asker) == [("web_events", frozenset([Action.ASK]), (("site", (A,)),), frozenset())]
    for other in ("", "nonsense", new_secret(SecretKind.VIEW), secret[:-1], new_secret(SecretKind.KEY)):
        assert sites.links.asker(other) is None


def test_a_revoked_link_opens_nothing_at_once(sites: SiteStore) -> None:
    link, secret = sites.links.make(EVERY_SITE, A, "x", by="ann")
    with pytest.raises(UnknownSiteError):
        sites.links.revoke(EVERY_SITE, B, link.id)
    with pytest.raises(UnknownSiteError):
        sites.links.revoke(SiteScope(names=frozenset([B])), A, link.id)
    sites.links.revoke(EVERY_SITE, A, link.id)
    assert (sites.links.asker(secret), sites.links.of(EVERY_SITE, A)) == (None, [])
    with pytest.raises(UnknownSiteError):
        sites.links.open(secret)


def test_a_link_ends_with_its_time_and_its_site(sites: SiteStore, clock: Clock) -> None:
    _, short = sites.links.make(EVERY_SITE, A, "x", by="ann", expires_at=clock.time + timedelta(days=1))
    _, long = sites.links.make(EVERY_SITE, A, "y", by="ann")
    clock.go_on(days=1)
    assert (sites.links.asker(short), [link.name for link in sites.links.of(EVERY_SITE, A)]) == (None, ["y"])
    sites.sites.delete(EVERY_SITE, A)
    assert sites.links.asker(long) is None
    sites.sites.restore(EVERY_SITE, A)
    assert sites.links.asker(long) is not None


def test_a_password_is_needed_where_there_is_one(sites: SiteStore) -> None:
    link, secret = sites.links.make(EVERY_SITE, A, "x", by="ann", password=PASSWORD)
    assert (link.has_password, sites.links.look(secret)) == (True, link)
    for shown in (secret, f"{secret}.", f"{secret}.{'0' * 64}", f"{secret}.ä"):
        assert sites.links.asker(shown) is None
    with pytest.raises(RefusedLoginError):
        sites.links.open(secret, "something else")
    shown = sites.links.open(secret, PASSWORD)
    assert PASSWORD not in shown
    assert rows_of(sites.links.asker(shown)) is not None
    sites.links.revoke(EVERY_SITE, A, link.id)
    assert sites.links.asker(shown) is None


def test_guessing_is_bounded(sites: SiteStore) -> None:
    _, secret = sites.links.make(EVERY_SITE, A, "x", by="ann", password=PASSWORD)

    def guess() -> None:
        for _ in range(10):
            with pytest.raises(RefusedLoginError):
                sites.links.open(secret, "something else", address="192.0.2.1")

    with pytest.raises(ThrottledError):
        guess()


def test_secrets_are_not_kept(sites: SiteStore, engine: sa.Engine) -> None:
    _, secret = sites.links.make(EVERY_SITE, A, "x", by="ann", password=PASSWORD)
    with engine.connect() as connection:
        kept = repr(connection.execute(sa.select(SHARED_LINKS)).all())
    assert (secret[4:] in kept, PASSWORD in kept) == (False, False)


def test_what_is_no_link_is_refused(sites: SiteStore, clock: Clock) -> None:
    with pytest.raises(InvalidSiteError):
        sites.links.make(EVERY_SITE, A, "", by="ann")
    with pytest.raises(InvalidSiteError):
        sites.links.make(EVERY_SITE, A, "x", by="ann", password="short")
    with pytest.raises(InvalidSiteError):
        sites.links.make(EVERY_SITE, A, "x", by="ann", expires_at=clock.time)
    with pytest.raises(UnknownSiteError):
        sites.links.make(SiteScope(names=frozenset([B])), A, "x", by="ann")


def test_nobody_makes_a_grant_for_a_link(sites: SiteStore) -> None:
    link, _ = sites.links.make(EVERY_SITE, A, "x", by="ann")
    with pytest.raises(InvalidAccessError):
        Subject.parse(f"link:{link.id}")
    with pytest.raises(InvalidSiteError):
        checked_member(f"link:{link.id}")
