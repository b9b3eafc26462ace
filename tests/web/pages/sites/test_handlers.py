"""The pages of sites, without scripts: what is typed is kept, and what is wrong stands beside its field."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import httpx
import pytest

from access.grants import Subject
from systems.merchants.importing.daily import TOTAL, Export, Place
from systems.merchants.members import checked_member
from systems.merchants.numbers import Numbers
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import checked_change
from systems.merchants.store import SiteStore
from tests.web.pages.people import People, Visitor


@pytest.fixture(scope="module")
def sites(people: People) -> SiteStore:
    return SiteStore(people.store.records)


def shop(sites: SiteStore, name: str) -> str:
    """The settings of a new site."""
    sites.sites.add(EVERY_SITE, checked_change(name), by="test")
    return f"/sites/{name}/settings"


def done(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("done=")[2]


def test_nobody_has_a_site_at_first(root: Visitor, people: People) -> None:
    assert "Add the first one" in root.read("/sites")
    assert "No site is yours yet" in people.user("newcomer").read("/sites")


def test_a_site_is_added_by_its_address(root: Visitor, sites: SiteStore) -> None:
    root.read("/sites/new")
    wrong = root.submit("/sites/new", name="nonsense", title="x", time_zone="UTC", currency="EUR")
    assert (wrong.status_code, 'id="name-wrong"' in wrong.text, 'value="nonsense"' in wrong.text) == (422, True, True)
    added = root.submit(
        "/sites/new", name="https://Shop.example.org/x", title="Shop", time_zone="Asia/Tokyo", currency="JPY"
    )
    assert added.headers["location"] == "/sites/shop.example.org/settings?done=added"
    site = sites.sites.get(EVERY_SITE, "shop.example.org")
    assert (site.title, site.time_zone, site.currency, site.created_by) == ("Shop", "Asia/Tokyo", "JPY", "root")
    page = unescape(root.read("/sites/shop.example.org/settings?done=added"))
    address = str(root.base_url).rstrip("/")
    assert f'<script defer data-site="shop.example.org" src="{address}/js/script.js"></script>' in page
    other = root.submit("/sites/new", name="https://Bücher.example", title="", time_zone="UTC", currency="EUR")
    assert other.headers["location"] == "/sites/xn--bcher-kva.example/settings?done=added"
    again = root.submit("/sites/new", name="shop.example.org", title="", time_zone="UTC", currency="USD")
    assert (again.status_code, "is that of a site already" in again.text) == (422, True)


def test_general_settings_are_kept(root: Visitor, sites: SiteStore) -> None:
    address = shop(sites, "g.example")
    root.read(address)
    given = {"title": "G", "time_zone": "Europe/Paris", "currency": "EUR"}
    wrong = root.submit(address, **given, origins="g.example\nnot a host")
    assert (wrong.status_code, "not a host" in wrong.text, 'id="origins-wrong"' in wrong.text) == (422, True, True)
    assert done(root.submit(address, **given, origins="*.G.example\n\ng.example")) == "saved"
    site = sites.sites.get(EVERY_SITE, "g.example")
    page = unescape(root.read(address))
    assert (site.respect_dnt, 'data-site="g.example" data-everybody' in page) == (False, True)
    assert done(root.submit(address, **given, origins="g.example", respect_dnt="yes")) == "saved"
    assert sites.sites.get(EVERY_SITE, "g.example").respect_dnt
    assert "data-everybody" not in root.read(address)
    assert (site.title, site.origins, site.time_zone) == ("G", ("*.g.example", "g.example"), "Europe/Paris")
    rules = {"paths": "/admin/**", "hostnames": "", "addresses": "192.0.2.7\nnowhere"}
    assert "nowhere" in root.submit(f"{address}/exclusions", **rules).text
    assert done(root.submit(f"{address}/exclusions", **{**rules, "addresses": "192.0.2.7"})) == "saved"
    assert sites.sites.get(EVERY_SITE, "g.example").exclusions.addresses == ("192.0.2.7/32",)


def test_parts_come_and_go(root: Visitor, people: People, sites: SiteStore) -> None:
    address = shop(sites, "p.example")
    root.read(address)
    people.store.users.add("pat", by="test")
    for part, fields, wrong in (
        ("goals", {"kind": "event", "value": "Signup", "name": "", "properties": "plan=large"}, {"value": ""}),
        ("funnels", {"funnel": "F", "steps": "Cart = /cart\nPurchase", "days": "7"}, {"steps": "/cart"}),
        ("annotations", {"day": "2026-03-01", "text": "Note"}, {"day": "soon"}),
        ("members", {"subject": "pat", "can": "see"}, {"subject": "nobody-there"}),
    ):
        refused = root.submit(f"{address}/{part}", **{**fields, **wrong})
        assert (refused.status_code, f'id="{next(iter(wrong))}-wrong"' in refused.text) == (422, True), refused.text
        assert done(root.submit(f"{address}/{part}", **fields)) == "made"
    [goal], [funnel] = sites.goals.of(EVERY_SITE, "p.example"), sites.funnels.of(EVERY_SITE, "p.example")
    assert (goal.name, goal.condition.properties) == ("Signup", (("plan", "large"),))
    assert [(step.name, str(step.condition.kind), step.condition.value) for step in funnel.steps] == [
        ("Cart", "page", "/cart"),
        ("Purchase", "event", "Purchase"),
    ]
    assert sites.members.of(EVERY_SITE, "p.example") == [checked_member("user:pat")]
    for tab in ("goals", "sharing", "notes"):
        for action in re.findall(rf'action="({address}/\w+/[^"]+)"', root.read(f"{address}?tab={tab}")):
            assert done(root.submit(unescape(action))) == "ended"
            assert done(root.submit(unescape(action))) == "ended"
    kept = (sites.goals, sites.funnels, sites.annotations)
    assert [parts.of(EVERY_SITE, "p.example") for parts in kept] == [[], [], []]
    assert sites.members.of(EVERY_SITE, "p.example") == []
    assert Subject.parse("user:pat") not in [grant.subject for grant in people.store.grants.page()]


def test_an_import_is_taken_back(root: Visitor, sites: SiteStore) -> None:
    address = shop(sites, "i.example")
    assert "import-days i.example FILE" in root.read(f"{address}?tab=imports")
    for product, day, file in (("Plausible", 1, "<old>.zip"), ("Matomo", 2, "visits.csv")):
        figures: dict[Place, Numbers] = {(date(2025, 1, day), TOTAL, ()): Numbers(3, 4)}
        sites.imported.put(EVERY_SITE, "i.example", Export(product, figures, (file,)), by="ann")
    page = root.read(f"{address}?tab=imports")
    assert all(text in page for text in ("Plausible", "2025-01-02", "by ann", "&lt;old&gt;.zip", "Take 1 day away"))
    newest, _ = re.findall(rf'action="({address}/imports/\d+)"', page)
    assert done(root.submit(newest)) == "ended"
    assert done(root.submit(newest)) == "ended"
    page = root.read(f"{address}?tab=imports&done=ended")
    assert ("visits.csv" in page, "Plausible" in page) == (False, True)


def test_a_link_is_shown_once(root: Visitor, people: People, sites: SiteStore) -> None:
    address = shop(sites, "l.example")
    root.read(address)
    made = root.submit(f"{address}/links", link="Board", password="", lifetime="30")
    assert made.status_code == 201
    [link] = re.findall(r'value="([^"]+/shared/wpv_[^"]+)"', made.text)
    assert link not in root.read(f"{address}?tab=sharing")
    guest = people.visitor()
    assert guest.get(link).headers["location"] == "/sites/l.example"
    guest.read("/account", 403)
    assert 'href="/streams"' not in guest.read("/account", 403)
    short = root.submit(f"{address}/links", link="Board", password="short", lifetime="30")
    assert (short.status_code, 'id="password-wrong"' in short.text, "short" in short.text) == (422, True, False)


def test_deletion_takes_the_name(root: Visitor, sites: SiteStore) -> None:
    address = shop(sites, "d.example")
    root.read(address)
    assert root.submit(f"{address}/deletion", confirmation="d").status_code == 422
    assert sites.sites.get(EVERY_SITE, "d.example").deleted_at is None
    assert done(root.submit(f"{address}/deletion", confirmation="d.example")) == "deleted"
    assert "d.example" not in root.read("/sites")
    assert "d.example" in root.read("/sites?deleted=1")
    assert "Collect again" in root.read(address)
    assert done(root.submit(f"{address}/deletion", restore="yes")) == "restored"


def test_lists_are_paged_and_searched(root: Visitor, sites: SiteStore) -> None:
    for number in range(60):
        shop(sites, f"z{number:02}.example")
    first = root.read("/sites?search=z")
    assert ("z49.example" in first, "z50.example" in first) == (True, False)
    [following] = re.findall(r'href="(/sites\?search=z&amp;after=[^"]+)"', first)
    assert "z59.example" in root.read(unescape(following))
    assert "No site has" in root.read("/sites?search=nothing-like-it")


def test_forms_of_other_pages_change_nothing(root: Visitor, sites: SiteStore) -> None:
    address = shop(sites, "c.example")
    forged = root.post(f"{address}/deletion", data={"confirmation": "c.example"})
    assert (forged.status_code, sites.sites.get(EVERY_SITE, "c.example").deleted_at) == (403, None)
