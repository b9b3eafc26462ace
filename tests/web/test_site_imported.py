"""Imported figures over HTTP and on the dashboard: by themselves, marked, and for those alone who may see all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from access.grants import checked_grant
from systems.merchants.importing.daily import TOTAL, Export
from systems.merchants.importing.exports import read_export
from systems.merchants.numbers import Numbers
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM
from tests.systems.merchants.importing.made_exports import plausible_export
from tests.systems.merchants.made_events import SITE, made_events
from tests.web.dashboards import EMPTY, Dashboards, dashboards

DAYS = "range=custom&from=2025-01-01&to=2025-01-02"
SPAN = {"start": "2025-01-01T00:00+01:00", "end": "2025-01-03T00:00+01:00"}
OURS = f"/v1/sites/{SITE}/imported"


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    path: Path = plausible_export(tmp_path_factory.mktemp("exports") / "x.zip")
    with dashboards(made_events(3), records_alone=True) as boards:
        for site in (SITE, EMPTY):
            boards.sites.imported.put(EVERY_SITE, site, read_export(path, date(2026, 1, 1)), by="ann")
        yield boards


def client(boards: Dashboards, who: str) -> httpx.Client:
    return httpx.Client(base_url=boards.url, headers=boards.headers[who], timeout=30)


def test_figures_are_told(boards: Dashboards) -> None:
    with client(boards, "ann") as ann:
        told = ann.get(OURS, params=SPAN).json()
        assert (told["products"], told["visitors"], told["views"]) == (["Plausible"], 15, 39)
        assert [each["day"] for each in told["days"]] == ["2025-01-01", "2025-01-02"]
        assert told["tables"]["source"][0]["source"] == "Google"
        inside = ann.get(OURS, params={**SPAN, "start": "2025-01-01T00:01+01:00"}).json()
        assert [each["day"] for each in inside["days"]] == ["2025-01-02"], "a day is whole or left out"
        assert ann.get(OURS, params={**SPAN, "source": "Google"}).status_code == 422
        stats = ann.get(f"/v1/sites/{SITE}/stats", params=SPAN).json()
        assert stats["visitors"] == 0, "never mixed"
    with client(boards, "bob") as bob:
        assert bob.get(OURS, params=SPAN).status_code == 404
        assert bob.delete(OURS).status_code in (403, 404)


def test_the_dashboard_shows_them_marked(boards: Dashboards) -> None:
    with client(boards, "ann") as ann:
        page = ann.get(f"/sites/{SITE}?{DAYS}", headers={"accept": "text/html"}).text
        assert "Imported from Plausible" in page
        shown = page[page.index('id="imported"') :]
        assert "<b>15</b>" in shown
        assert "Google" in shown
        for other in (f"{DAYS}&source=Google", "range=custom&from=2026-03-02&to=2026-03-05"):
            assert "Imported from" not in ann.get(f"/sites/{SITE}?{other}", headers={"accept": "text/html"}).text


def test_a_site_without_events_shows_what_was_imported(boards: Dashboards) -> None:
    with client(boards, "root") as root:
        page = root.get(f"/sites/{EMPTY}?range=all", headers={"accept": "text/html"}).text
        assert "Imported from Plausible" in page
        assert "Compare with" not in page, "there is nothing before all time"


def test_who_sees_a_part_of_a_site_sees_none(boards: Dashboards) -> None:
    store = boards.people.store
    store.users.add("cara", by="test")
    part = {"site": [SITE], "country": ["DE"]}
    store.grants.add(checked_grant("user:cara", STREAM, ["ask"], part, []), by="test")
    key = store.keys.create("cara", "test")[1]
    with httpx.Client(base_url=boards.url, headers={"authorization": f"Bearer {key}"}, timeout=30) as cara:
        told = cara.get(OURS, params=SPAN).json()
        assert (told["products"], told["days"]) == ([], [])


def test_one_import_is_taken_back(boards: Dashboards) -> None:
    more = Export("Matomo", {(date(2024, 12, 31), TOTAL, ()): Numbers(1, 1)}, ("visits.csv",))
    boards.sites.imported.put(EVERY_SITE, SITE, more, by="ann")
    imports = f"/v1/sites/{SITE}/imports"
    with client(boards, "ann") as ann:
        newer, older = ann.get(imports).json()["imports"]
        assert (newer["product"], newer["files"], newer["days"], older["days"]) == ("Matomo", ["visits.csv"], 1, 3)
        with client(boards, "bob") as bob:
            assert bob.get(imports).status_code in (403, 404)
            assert bob.delete(f"{imports}/{newer['id']}").status_code in (403, 404)
        assert ann.delete(f"{imports}/{newer['id']}").json() == {"days": 1}
        assert [ann.delete(f"{imports}/{which}").status_code for which in (newer["id"], "x")] == [404, 404]
        assert ann.get(imports).json()["imports"] == [older]


def test_they_are_forgotten(boards: Dashboards) -> None:
    with client(boards, "ann") as ann:
        assert ann.delete(OURS).json() == {"days": 3}
        assert ann.get(OURS, params=SPAN).json()["days"] == []
