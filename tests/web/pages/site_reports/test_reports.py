"""Who may have reports of which site, by the page and over HTTP, and how they are ended from a mail."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from access.grants import checked_grant
from systems.merchants.reports.subscriptions import Subscription
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM, SiteChange
from systems.merchants.store import SiteStore
from tests.web.pages.people import PASSWORD, People, Visitor

SITES = ("a.example", "b.example")


@pytest.fixture(scope="module")
def sites(people: People) -> SiteStore:
    store = SiteStore(people.store.records)
    for name in SITES:
        store.sites.add(EVERY_SITE, SiteChange(name), by="test")
    return store


def member(people: People, name: str, site: str, *can: str) -> Visitor:
    """One who has logged in; the grant comes before, for what is known of somebody is known for seconds."""
    people.store.users.add(name, by="test", password=PASSWORD)
    people.store.grants.add(checked_grant(f"user:{name}", STREAM, list(can), {"site": [site]}, []), by="test")
    visitor = people.visitor()
    assert visitor.submit("/login", user=name, password=PASSWORD).status_code == 303
    visitor.read("/account")
    return visitor


@pytest.fixture(scope="module")
def ann(people: People, sites: SiteStore) -> Visitor:
    assert sites
    return member(people, "ann", "a.example", "ask", "detail")


@pytest.fixture(scope="module")
def bob(people: People, sites: SiteStore) -> Visitor:
    assert sites
    return member(people, "bob", "b.example", "ask")


@pytest.fixture(scope="module")
def owner(people: People, sites: SiteStore) -> Visitor:
    assert sites
    return member(people, "olga", "a.example", "ask", "administer")


@pytest.fixture(autouse=True)
def _none_yet(sites: SiteStore) -> Iterator[None]:
    yield
    for name in SITES:
        for each in sites.reports.of(EVERY_SITE, name):
            sites.reports.remove(EVERY_SITE, name, each.id)


def kept(sites: SiteStore, name: str = "a.example") -> list[Subscription]:
    return sites.reports.of(EVERY_SITE, name)


def add(visitor: Visitor, site: str, address: str = "ann@example.org", period: str = "week") -> httpx.Response:
    return visitor.post(f"/v1/sites/{site}/reports", json={"address": address, "period": period})


def test_a_member_has_reports_of_its_own(ann: Visitor, owner: Visitor, sites: SiteStore) -> None:
    made = add(ann, "a.example").json()
    assert (made["address"], made["period"], made["user"], made["problem"]) == ("ann@example.org", "week", "ann", None)
    of_owner = add(owner, "a.example", "olga@example.org", "month").json()
    assert [each["user"] for each in ann.get("/v1/sites/a.example/reports").json()["reports"]] == ["ann"]
    assert [each["user"] for each in owner.get("/v1/sites/a.example/reports").json()["reports"]] == ["ann", "olga"]
    assert ann.delete(f"/v1/sites/a.example/reports/{of_owner['id']}").status_code == 404
    assert ann.delete("/v1/sites/a.example/reports").status_code == 204
    assert [each.user for each in kept(sites)] == ["olga"]
    assert owner.delete(f"/v1/sites/a.example/reports/{of_owner['id']}").status_code == 204
    assert kept(sites) == []


def test_nothing_crosses(ann: Visitor, bob: Visitor, sites: SiteStore) -> None:
    made = add(ann, "a.example").json()
    for site in ("a.example", "nope.example", "%00", "..%2f"):
        answers = [
            bob.get(f"/v1/sites/{site}/reports"),
            add(bob, site),
            bob.delete(f"/v1/sites/{site}/reports"),
            bob.delete(f"/v1/sites/{site}/reports/{made['id']}"),
            bob.get(f"/sites/{site}/reports"),
            bob.submit(f"/sites/{site}/reports/{made['id']}"),
        ]
        assert {each.status_code for each in answers} == {404}
        assert not any("ann@example.org" in each.text for each in answers)
    assert [each.user for each in kept(sites)] == ["ann"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"address": "ann", "period": "week"}, "address"),
        ({"address": "ann@example.org", "period": "hour"}, "period"),
        ({"period": "week"}, "address"),
        ({"address": "ann@example.org", "period": "week", "user": "bob"}, "user"),
    ],
)
def test_wrong_reports_say_why(ann: Visitor, body: dict[str, str], field: str) -> None:
    answer = ann.post("/v1/sites/a.example/reports", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_the_page_adds_and_removes(ann: Visitor, sites: SiteStore) -> None:
    assert "None yet" in ann.read("/sites/a.example/reports")
    wrong = ann.submit("/sites/a.example/reports", address="ann", period="week")
    assert (wrong.status_code, "is an address such as" in wrong.text) == (422, True)
    added = ann.submit("/sites/a.example/reports", address="ann@example.org", period="month")
    assert (added.status_code, added.headers["location"]) == (303, "/sites/a.example/reports?done=made")
    page = ann.read("/sites/a.example/reports?done=made")
    assert "ann@example.org" in page
    assert "<td>monthly</td>" in page
    assert "has no server for e-mail" in page
    [made] = kept(sites)
    assert ann.submit(f"/sites/a.example/reports/{made.id}").status_code == 303
    assert ann.submit(f"/sites/a.example/reports/{made.id}").status_code == 303
    assert kept(sites) == []


def test_a_mail_ends_its_reports_by_a_button(people: People, ann: Visitor, sites: SiteStore) -> None:
    add(ann, "a.example")
    path = f"/reports/unsubscribe/{kept(sites)[0].token}"
    stranger = people.visitor()
    page = stranger.read(path)
    assert "ann@example.org gets a report of a.example each week" in page
    assert len(kept(sites)) == 1  # looking ends nothing
    done = stranger.submit(path)
    assert done.status_code == 200
    assert "gets no more reports" in done.text
    assert kept(sites) == []
    assert "have ended" in stranger.read(path)


def test_a_mail_program_ends_reports_by_one_click(people: People, ann: Visitor, sites: SiteStore) -> None:
    """As RFC 8058 has it: no cookie, no page before, this body."""
    add(ann, "a.example")
    path = f"/reports/unsubscribe/{kept(sites)[0].token}"
    for _ in range(2):
        answer = httpx.post(people.url + path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert kept(sites) == []


def test_made_up_tokens_end_nothing(people: People, ann: Visitor, sites: SiteStore) -> None:
    add(ann, "a.example")
    token = kept(sites)[0].token
    for wrong in (token[:-1], token + "a", f"wpu_{kept(sites)[0].id}_{'a' * 32}", "x", "%00"):
        assert httpx.post(f"{people.url}/reports/unsubscribe/{wrong}").status_code in (200, 404)
    assert len(kept(sites)) == 1


def test_a_signed_in_reader_ends_reports_with_its_form_alone(ann: Visitor, sites: SiteStore) -> None:
    add(ann, "a.example")
    path = f"/reports/unsubscribe/{kept(sites)[0].token}"
    assert ann.post(path, data={"csrf": "forged"}).status_code == 403
    ann.read(path)
    assert ann.submit(path).status_code == 200
    assert kept(sites) == []


def test_a_token_stands_in_no_log(
    people: People, ann: Visitor, sites: SiteStore, capfd: pytest.CaptureFixture[str]
) -> None:
    add(ann, "a.example")
    token = kept(sites)[0].token
    httpx.get(f"{people.url}/reports/unsubscribe/{token}")
    out, until = "", time.monotonic() + 10
    while "/reports/unsubscribe/" not in out and time.monotonic() < until:  # the line comes after the answer
        time.sleep(0.02)
        out += "".join(capfd.readouterr())
    assert "/reports/unsubscribe/" in out
    assert token not in out
