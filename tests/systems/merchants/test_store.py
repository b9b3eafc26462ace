"""What is kept of sites, on a real PostgreSQL."""

from __future__ import annotations

import pytest

from systems.merchants.annotations import checked_annotation
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.goals import checked_funnel, checked_goal, checked_step
from systems.merchants.site_scope import EVERY_SITE, SiteScope
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore
from tests.access.conftest import Clock

A, B = "a.example", "b.example"
OF_A = SiteScope(names=frozenset([A]))


def test_a_site_from_adding_to_deletion(store: SiteStore, clock: Clock) -> None:
    made = store.sites.add(EVERY_SITE, checked_change(A, exclusions={"addresses": ["192.0.2.7"]}), by="root")
    assert (made.origins, made.time_zone, made.currency) == ((A, f"www.{A}"), "UTC", "USD")
    assert made.exclusions.addresses == ("192.0.2.7/32",)
    with pytest.raises(InvalidSiteError):
        store.sites.add(EVERY_SITE, checked_change(A), by="root")
    changed = store.sites.change(OF_A, checked_change(A, title="Shop A", origins=["*.a.example"]))
    assert (changed.title, changed.time_zone, changed.created_at) == ("Shop A", "UTC", clock.time)
    assert changed.version != made.version
    assert (changed.allows("x.a.example"), changed.allows("a.example")) == (True, False)
    gone = store.sites.delete(OF_A, A)
    assert gone.deleted_at == clock.time
    assert store.sites.page(EVERY_SITE) == []
    assert [site.name for site in store.sites.page(OF_A, deleted=True)] == [A]
    anew = store.sites.add(EVERY_SITE, checked_change(A), by="root")
    assert (anew.deleted_at, anew.title) == (None, "")


def test_sites_are_listed_by_pages_and_searched(store: SiteStore) -> None:
    names = [f"s{number:03}.example" for number in range(25)]
    for name in names:
        store.sites.add(EVERY_SITE, checked_change(name, title=f"Title {name[1:4]}"), by="root")
    first = store.sites.page(EVERY_SITE, limit=20)
    rest = store.sites.page(EVERY_SITE, after=first[-1].name, limit=20)
    assert [site.name for site in (*first, *rest)] == names
    assert [site.name for site in store.sites.page(EVERY_SITE, search="TLE 00")] == names[:10]
    assert [site.name for site in store.sites.page(EVERY_SITE, search="%")] == []
    few = SiteScope(names=frozenset(names[3:5]) | {"gone.example"})
    assert [site.name for site in store.sites.page(few)] == names[3:5]
    assert store.sites.page(SiteScope()) == []


def test_goals_funnels_and_annotations(store: SiteStore) -> None:
    for name in (A, B):
        store.sites.add(EVERY_SITE, checked_change(name), by="root")
    goal = store.goals.add(OF_A, A, checked_goal("", "event", "Signup", {"plan": "large"}))
    assert (goal.name, store.goals.of(OF_A, A), store.goals.get(OF_A, A, goal.id)) == ("Signup", [goal], goal)
    steps = [checked_step("", "page", "/cart"), checked_step("Paid", "event", "Purchase")]
    funnel = store.funnels.add(OF_A, A, checked_funnel("Checkout", steps, 7))
    assert store.funnels.of(EVERY_SITE, A) == [funnel]
    note = store.annotations.add(OF_A, A, checked_annotation("2026-03-01", "New shop", by="ann"))
    assert store.annotations.of(OF_A, A) == [note]
    for parts, part in ((store.goals, goal.id), (store.funnels, funnel.id), (store.annotations, note.id)):
        with pytest.raises(UnknownSiteError):
            parts.remove(EVERY_SITE, B, part)
        parts.remove(OF_A, A, part)
        with pytest.raises(UnknownSiteError):
            parts.remove(OF_A, A, part)


def test_nothing_crosses(store: SiteStore) -> None:
    for name in (A, B):
        store.sites.add(EVERY_SITE, checked_change(name), by="root")
    goal = store.goals.add(EVERY_SITE, B, checked_goal("", "event", "Signup"))
    for what in (
        lambda: store.sites.get(OF_A, B),
        lambda: store.sites.change(OF_A, checked_change(B, title="mine")),
        lambda: store.sites.delete(OF_A, B),
        lambda: store.sites.restore(OF_A, B),
        lambda: store.goals.of(OF_A, B),
        lambda: store.goals.get(OF_A, B, goal.id),
        lambda: store.goals.get(OF_A, A, goal.id),
        lambda: store.goals.add(OF_A, B, goal),
        lambda: store.goals.remove(OF_A, B, goal.id),
        lambda: store.goals.remove(OF_A, A, goal.id),
    ):
        with pytest.raises(UnknownSiteError):
            what()
    with pytest.raises(InvalidSiteError):
        store.sites.add(OF_A, checked_change("c.example"), by="ann")
    assert store.goals.of(EVERY_SITE, B) == [goal]


def test_only_what_changed_is_read_again(store: SiteStore) -> None:
    made = store.sites.add(EVERY_SITE, checked_change(A), by="root")
    assert store.sites.changed({A: -1, B: -1}) == {A: made, B: None}
    assert store.sites.changed({A: made.version, B: None}) == {}
    gone = store.sites.delete(EVERY_SITE, A)
    assert store.sites.changed({A: made.version}) == {A: gone}


@pytest.mark.parametrize(
    ("name", "origins"),
    [
        ("a.example", ("a.example", "www.a.example")),
        ("www.a.example", ("www.a.example", "a.example")),
        ("www.example", ("www.example",)),
    ],
)
def test_a_site_is_met_with_and_without_www(name: str, origins: tuple[str, ...]) -> None:
    assert checked_change(name).or_usual().origins == origins
