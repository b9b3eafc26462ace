"""Lists of sites: all or nothing, and the same list again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.asker import Door
from access.grants import checked_grant
from access.store import AccessStore
from access.tables import ACCESS
from systems.merchants.entries import read_entries
from systems.merchants.errors import InvalidSiteError
from systems.merchants.members import KeptMember, checked_member, member_changes
from systems.merchants.provisioning import Provisioned
from systems.merchants.site_scope import EVERY_SITE, SiteScope
from systems.merchants.store import SiteStore
from systems.merchants.tables import SITE_TABLES
from tests.database.postgres import empty

NAMES = [f"s{number}.example" for number in range(6)]
USERS = ["ann", "bob"]

members = st.lists(
    st.fixed_dictionaries(
        {"subject": st.sampled_from(["user:ann", "user:bob", "group:shops", "group:others"])},
        optional={"can": st.sampled_from([["ask"], ["ask", "detail"], ["administer"]])},
    ),
    max_size=3,
    unique_by=lambda member: str(member["subject"]),
)
sites = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES)},
    optional={
        "title": st.sampled_from(["", "Shop", "Læden"]),
        "origins": st.lists(st.sampled_from(["x.example", "*.y.example"]), unique=True, max_size=2),
        "time_zone": st.sampled_from(["UTC", "Asia/Tokyo"]),
        "currency": st.sampled_from(["EUR", "USD"]),
        "respect_dnt": st.booleans(),
        "exclusions": st.sampled_from([{}, {"paths": ["/admin/**"]}, {"addresses": ["192.0.2.0/24"]}]),
        "members": members,
    },
)
lists = st.lists(sites, min_size=1, max_size=6, unique_by=lambda site: str(site["name"]))


def put(store: SiteStore, given: list[dict[str, Any]], **more: bool) -> Provisioned:
    return store.provisioning.put(EVERY_SITE, read_entries(given), by="root", **more)


def state(store: SiteStore) -> dict[str, dict[str, Any]]:
    return {
        site.name: {
            **{name: value for name, value in site.as_json().items() if not name.startswith("created")},
            "version": site.version,
            "members": {str(each.subject): sorted(each.can) for each in store.members.of(EVERY_SITE, site.name)},
        }
        for site in store.sites.page(EVERY_SITE, limit=1000)
    }


def wanted(model: dict[str, dict[str, Any]], given: list[dict[str, Any]]) -> None:
    """What a list makes of sites, said in another way."""
    for each in given:
        name = each["name"]
        usual = {
            "name": name,
            "title": "",
            "origins": [name, f"www.{name}"],
            "time_zone": "UTC",
            "currency": "USD",
            "exclusions": {"paths": [], "hostnames": [], "addresses": []},
            "respect_dnt": True,
            "deleted_at": None,
            "members": {},
        }
        site = model.setdefault(name, usual)
        plain = ("title", "origins", "time_zone", "currency", "respect_dnt")
        site.update({key: each[key] for key in plain if key in each})
        if "exclusions" in each:
            site["exclusions"] = {"paths": [], "hostnames": [], "addresses": []} | each["exclusions"]
        if "members" in each:
            site["members"] = {one["subject"]: sorted(one.get("can", ["ask", "detail"])) for one in each["members"]}


def without_versions(of: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {key: value for key, value in site.items() if key != "version"} for name, site in of.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(lists, min_size=1, max_size=4))
def test_lists_make_what_they_say_and_again_nothing(
    store: SiteStore, access: AccessStore, engine: sa.Engine, steps: list[list[dict[str, Any]]]
) -> None:
    empty(engine, ACCESS, SITE_TABLES)
    for name in USERS:
        access.users.add(name, by="root")
    model: dict[str, dict[str, Any]] = {}
    for given_sites in steps:
        wanted(model, given_sites)
        put(store, given_sites)
        after = state(store)
        assert without_versions(after) == model
        again = put(store, given_sites)
        counts = (again.added, again.changed, again.members_added, again.members_ended)
        assert (counts, again.unchanged) == (((), (), 0, 0), len(given_sites))
        assert state(store) == after


@given(
    kept=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("uvw"), st.booleans()), max_size=8),
    asked=st.dictionaries(st.sampled_from("ab"), st.dictionaries(st.sampled_from("uvw"), st.booleans())),
)
def test_changes_of_members_lead_to_what_is_wanted(
    kept: list[tuple[str, str, bool]], asked: dict[str, dict[str, bool]]
) -> None:
    def member(name: str, may: bool) -> Any:
        return checked_member(f"user:{name}", ["administer"] if may else None)

    rows = [KeptMember(at, site, member(name, may)) for at, (site, name, may) in enumerate(kept) if site in asked]
    wished = {site: [member(name, may) for name, may in members.items()] for site, members in asked.items()}
    changes = member_changes(rows, wished)
    left = [(each.site, each.member) for each in rows if each.id not in changes.ended]
    assert sorted([*left, *changes.added]) == sorted((site, each) for site, all_ in wished.items() for each in all_)


def test_a_list_with_anything_wrong_changes_nothing(store: SiteStore, access: AccessStore) -> None:
    access.users.add("ann", by="root")
    good = {"name": "a.example", "members": ["user:ann"]}
    for bad, field in (
        ({"name": "b.example", "members": ["user:eve"]}, "members"),
        ({"name": "B"}, "name"),
        ({"name": "b.example", "title": 7}, "title"),
        ({"name": "b.example", "colour": "red"}, "colour"),
        ({"name": "b.example", "time_zone": "Mars/Crater"}, "time_zone"),
        ({"name": "b.example", "exclusions": {"addresses": ["nowhere"]}}, "addresses"),
        ({"name": "b.example", "members": ["user:ann", "user:ann"]}, "members"),
        ({"name": "b.example", "members": [{"subject": "user:ann", "can": ["replay"]}]}, "members"),
        ({"name": "a.example"}, "name"),
        ("b.example", "site"),
    ):
        with pytest.raises(InvalidSiteError) as refused:
            put(store, [good, bad])  # type: ignore[list-item]
        assert [(each.index, each.field) for each in refused.value.wrong] == [(1, field)]
    assert (store.sites.page(EVERY_SITE), access.grants.page()) == ([], [])


def test_only_sites_in_scope_are_put(store: SiteStore) -> None:
    mine = SiteScope(names=frozenset(["a.example"]))
    with pytest.raises(InvalidSiteError) as refused:
        store.provisioning.put(mine, read_entries([{"name": "a.example"}, {"name": "b.example"}]), by="ann")
    assert [(each.index, each.field) for each in refused.value.wrong] == [(1, "name")]
    assert store.sites.page(EVERY_SITE) == []
    assert store.provisioning.put(mine, read_entries([{"name": "a.example"}]), by="ann").added == ("a.example",)


def test_members_who_are_no_users_are_made_when_that_is_asked(store: SiteStore, access: AccessStore) -> None:
    with pytest.raises(InvalidSiteError):
        put(store, [{"name": "a.example", "members": ["user:new"]}], new_users=True)
    assert not access.users.any()
    access.users.add("root", by="test", administrator=True)
    done = put(store, [{"name": "a.example", "members": ["user:new", "group:shops"]}], new_users=True)
    assert (done.users_added, done.members_added) == (1, 2)
    asker = access.askers.of_user("new", door=Door.SESSION)
    assert asker is not None
    assert [grant.where for grant in asker.grants] == [(("site", ("a.example",)),)]
    with pytest.raises(InvalidSiteError):
        put(store, [{"name": "b.example", "members": ["user:operator"]}], new_users=True)


def test_members_end_with_their_grants_alone(store: SiteStore, access: AccessStore) -> None:
    access.users.add("ann", by="root")
    wider = checked_grant("user:ann", "web_events", ["ask"], {"site": ["a.example", "b.example"]}, [])
    hiding = checked_grant("user:ann", "web_events", ["ask"], {"site": ["a.example"]}, ["visitor"])
    for grant in (wider, hiding):
        access.grants.add(grant, by="root")
    put(store, [{"name": "a.example", "members": ["user:ann"]}, {"name": "b.example", "members": ["user:ann"]}])
    assert len(access.grants.page()) == 4
    put(store, [{"name": "a.example", "members": []}])
    assert [grant.where for grant in access.grants.page()] == [wider.where, hiding.where, (("site", ("b.example",)),)]


def test_a_deleted_site_that_is_put_collects_again(store: SiteStore) -> None:
    put(store, [{"name": "a.example"}])
    store.sites.delete(EVERY_SITE, "a.example")
    assert put(store, [{"name": "a.example"}]).changed == ("a.example",)
    assert store.sites.get(EVERY_SITE, "a.example").deleted_at is None
