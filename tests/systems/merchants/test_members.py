"""Members of a site are grants of it."""

from __future__ import annotations

import pytest

from access.asker import Door
from access.grants import Action, Subject
from access.store import AccessStore
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.members import checked_member
from systems.merchants.site_scope import EVERY_SITE, SiteScope
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore

A, B = "a.example", "b.example"


@pytest.fixture
def sites(store: SiteStore, access: AccessStore) -> SiteStore:
    for name in (A, B):
        store.sites.add(EVERY_SITE, checked_change(name), by="root")
    access.users.add("ann", by="root", groups=["shops"])
    return store


def allowed(access: AccessStore) -> set[tuple[str, Action]]:
    """Site and action, of ann."""
    asker = access.askers.of_user("ann", door=Door.SESSION)
    assert asker is not None
    return {(grant.where[0][1][0], action) for grant in asker.grants for action in grant.can}


def test_a_member_has_a_grant_as_long_as_it_is_one(sites: SiteStore, access: AccessStore) -> None:
    sites.members.put(EVERY_SITE, A, checked_member("user:ann"), by="root")
    sites.members.put(EVERY_SITE, A, checked_member("user:ann"), by="root")
    sites.members.put(EVERY_SITE, B, checked_member("group:shops", ["ask"]), by="root")
    assert allowed(access) == {(A, Action.ASK), (A, Action.DETAIL), (B, Action.ASK)}
    assert len(access.grants.page()) == 2
    sites.members.put(EVERY_SITE, A, checked_member("user:ann", ["administer"]), by="root")
    assert allowed(access) == {(A, Action.ADMINISTER), (B, Action.ASK)}
    assert sites.members.of(EVERY_SITE, A) == [checked_member("user:ann", ["administer"])]
    sites.members.remove(EVERY_SITE, A, Subject.parse("user:ann"))
    assert allowed(access) == {(B, Action.ASK)}
    with pytest.raises(UnknownSiteError):
        sites.members.remove(EVERY_SITE, A, Subject.parse("user:ann"))


def test_members_of_others_are_not_there(sites: SiteStore, access: AccessStore) -> None:
    sites.members.put(EVERY_SITE, B, checked_member("user:ann"), by="root")
    mine = SiteScope(names=frozenset([A]))
    for what in (
        lambda: sites.members.of(mine, B),
        lambda: sites.members.put(mine, B, checked_member("group:x"), by="eve"),
        lambda: sites.members.remove(mine, B, Subject.parse("user:ann")),
        lambda: sites.members.remove(mine, A, Subject.parse("user:ann")),
    ):
        with pytest.raises(UnknownSiteError):
            what()
    assert len(access.grants.page()) == 1


def test_nobody_unknown_becomes_a_member(sites: SiteStore) -> None:
    for subject in ("user:eve", "key:nope"):
        with pytest.raises(InvalidSiteError):
            sites.members.put(EVERY_SITE, A, checked_member(subject), by="root")
    for subject, can in (("ann", None), ("user:ann", []), ("user:ann", ["send"]), ("user:ann", ["replay"])):
        with pytest.raises(InvalidSiteError):
            checked_member(subject, can)
