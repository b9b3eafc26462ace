"""The dashboard's page without scripts, its panels and exports; and that one panel's fault leaves the others."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest

from query.errors import EngineAwayError
from systems.merchants.goals import checked_goal
from systems.merchants.panels import PANELS
from systems.merchants.site_scope import EVERY_SITE
from tests.systems.merchants.made_events import SITE, Event, made_events
from tests.web.dashboards import EMPTY, OTHER, Dashboards, dashboards

GOALS = (checked_goal("Signed up", "event", "signup"), checked_goal("<i>Blog</i>", "page", "/blog/*"))
DAYS = "range=custom&from=2026-03-02&to=2026-03-05"
PAGE = f"/sites/{SITE}"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return made_events(21)


@pytest.fixture(scope="module")
def boards(events: list[Event]) -> Iterator[Dashboards]:
    with dashboards(events, GOALS, records_alone=True) as boards:
        yield boards


@pytest.fixture(scope="module")
def client(boards: Dashboards) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=boards.url, headers=boards.headers["ann"] | HTML, timeout=30) as client:
        yield client


def read(client: httpx.Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def tile(page: str, name: str) -> str:
    found = re.search(rf'data-metric="{name}".*?<b class="big">([^<]*)</b>', page, re.DOTALL)
    assert found
    return found[1]


def test_numbers_are_those_of_the_api(client: httpx.Client) -> None:
    page = read(client, f"{PAGE}?{DAYS}")
    span = {"start": "2026-03-02T00:00+01:00", "end": "2026-03-06T00:00+01:00"}
    told = client.get(f"/v1{PAGE}/stats", params=span).json()
    assert tile(page, "visitors") == str(told["visitors"])
    assert tile(page, "visits") == str(told["visits"])
    assert tile(page, "bounce_rate") == f"{told['bounce_rate'] * 100:.0f}%"
    assert "2 \u2013 5 Mar 2026" in page
    assert "Europe/Berlin" in page


def test_every_panel_is_there_without_scripts(client: httpx.Client) -> None:
    page = read(client, f"{PAGE}?{DAYS}&country=DE")
    for panel in PANELS.values():
        assert f'id="{panel.name}"' in page
    assert "Remove the filter Country Germany" in page
    assert page.count("<table") >= 1 + len(PANELS)
    assert "A &lt;b&gt;sale&lt;/b&gt;" in page
    assert "<b>sale</b>" not in page


@pytest.mark.parametrize("panel", [*PANELS, "goals", "funnels"])
def test_panels_by_themselves(client: httpx.Client, panel: str) -> None:
    whole = read(client, f"{PAGE}/panels/{panel}?{DAYS}")
    assert "Back to the dashboard" in whole
    fragment = read(client, f"{PAGE}/panels/{panel}?{DAYS}&fragment=1")
    assert "<html" not in fragment
    assert f'id="{panel}"' in fragment
    assert "<i>Blog" not in fragment


@pytest.mark.parametrize("panel", ["nothing", "chart.html", "chart"])
def test_panels_that_there_are_not(client: httpx.Client, panel: str) -> None:
    assert client.get(f"{PAGE}/panels/{panel}").status_code == 404


def test_tables_are_exported(client: httpx.Client) -> None:
    pages = client.get(f"{PAGE}/panels/pages.csv?{DAYS}")
    assert pages.headers["content-disposition"] == f'attachment; filename="{SITE}-pages-2026-03-02-2026-03-05.csv"'
    head, *rows = csv.reader(io.StringIO(pages.text))
    assert head == ["page", "visitors", "views"]
    assert [int(row[1]) for row in rows] == sorted((int(row[1]) for row in rows), reverse=True)
    for panel in ("chart", "goals", "funnels", "places"):
        assert len([*csv.reader(io.StringIO(client.get(f"{PAGE}/panels/{panel}.csv?{DAYS}").text))]) > 1
    whole = client.get(f"{PAGE}/export.json?{DAYS}").json()
    assert [row["page"] for row in whole["breakdowns"]["page"]] == [row[0] for row in rows]
    assert {"numbers", "compared", "series", "breakdowns", "goals", "funnels"} <= whole.keys()
    assert len(whole["series"]["points"]) == 4


def test_one_faulty_panel_leaves_the_others(
    boards: Dashboards, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = type(boards.duck).rows

    def rows(duck: object, sql: str, *more: object) -> object:
        if "grouping sets" in sql and '"name"' in sql.rpartition("grouping sets")[2]:  # pages and events
            raise EngineAwayError("trino", "secret of an engine")
        return answered(duck, sql, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(boards.duck), "rows", rows)
    page = read(client, f"{PAGE}?{DAYS}&browser=Firefox")
    assert page.count('class="failed"') == 2
    assert "secret" not in page
    assert tile(page, "visitors").isdigit()
    assert 'id="sources"' in page
    assert "Google" in page


def test_days_that_cannot_be_are_told(client: httpx.Client) -> None:
    page = read(client, f"{PAGE}?range=custom&from=2026-03-09&to=2026-03-01", 422)
    assert "the last day is before the first" in page


def test_a_silent_site_waits_for_its_first_event(boards: Dashboards) -> None:
    with httpx.Client(base_url=boards.url, headers=boards.headers["root"] | HTML, timeout=30) as root:
        page = read(root, f"/sites/{EMPTY}")
        assert "Waiting for the first event" in page
        assert f"data-site=&#34;{EMPTY}&#34;" in page
        assert "Waiting" not in read(root, f"/sites/{EMPTY}?page=/")
    _, secret = boards.sites.links.make(EVERY_SITE, EMPTY, "Board", by="test")
    with httpx.Client(base_url=boards.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=30) as guest:
        page = guest.get(f"/shared/{secret}").text
        assert "Nobody has been counted" in page
        assert "data-site=" not in page, "who only looks has no pages to put it into"


@pytest.mark.parametrize("below", ["", "/panels/pages", "/panels/pages.csv", "/export.json"])
@pytest.mark.parametrize(("who", "site", "status"), [("bob", SITE, 404), ("ann", OTHER, 404), ("ann", SITE, 200)])
def test_a_dashboard_is_seen_by_its_own(boards: Dashboards, below: str, who: str, site: str, status: int) -> None:
    found = httpx.get(f"{boards.url}/sites/{site}{below}?{DAYS}", headers=boards.headers[who] | HTML, timeout=30)
    assert found.status_code == status


def test_mail_is_offered_to_users_and_to_no_link(boards: Dashboards) -> None:
    """A link is for whoever has it: nobody could tell later what a mail may say."""
    port = boards.url.rpartition(":")[2]
    _, secret = boards.sites.links.make(EVERY_SITE, SITE, "board", by="test")
    link = {"cookie": f"windowpane-link-{port}={secret}"}
    mail = f'href="/sites/{SITE}/reports"'
    for headers, offered in ((boards.headers["ann"], True), (link, False)):
        found = httpx.get(f"{boards.url}/sites/{SITE}?{DAYS}", headers=headers | HTML, timeout=30)
        assert (found.status_code, mail in found.text) == (200, offered)
