"""Epidemic pages over HTTP without scripts: their numbers, what is wrong with an address, and who sees what."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pyarrow.parquet as pq
import pytest

from tests.systems.epidemic.made_reports import CORRECTED, LAST, WHOLE, made_reports
from tests.web.epidemics import Epidemics, epidemics
from web.app import ROUTES

HTML = {"accept": "text/html"}
REPORTS = made_reports()
WEEK = LAST - timedelta(days=6)


@pytest.fixture(scope="module")
def served() -> Iterator[Epidemics]:
    with epidemics(REPORTS) as served:
        yield served


@pytest.fixture(scope="module")
def client(served: Epidemics) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, headers=served.headers["ann"] | HTML, timeout=60) as client:
        yield client


def read(client: httpx.Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def week_of(region: str, metric: str = "cases", source: str = "wide") -> float:
    return sum(
        each.change
        for each in REPORTS
        if (each.source, each.metric, each.variant) == (source, metric, "")
        and (each.region == region or each.region.startswith(f"{region}-"))
        and WEEK <= each.day <= LAST
    )


def told(page: str, region: str) -> list[str]:
    found = re.search(rf"/epidemic/regions/{region}\b[^>]*>.*?</tr>", page, re.DOTALL)
    assert found, region
    return re.findall(r"<td[^>]*>(?:<b>)?([^<]*)", found[0])


def test_the_table_says_what_was_reported(client: httpx.Client) -> None:
    page = read(client, "/epidemic?source=wide")
    for region in (*WHOLE, "US"):
        number = week_of(region)
        assert told(page, region)[0] == f"{number:,.0f}".replace("-", "\u2212"), region
    assert "US-NY" not in page.partition('id="shown"')[2]


def test_sources_are_never_added_up(client: httpx.Client) -> None:
    page = read(client, "/epidemic?source=other")
    assert told(page, "DE")[0] == f"{week_of('DE', source='other'):,.0f}"


def test_the_map_and_the_table_agree(client: httpx.Client) -> None:
    page = read(client, "/epidemic?source=wide&show=week")
    for region in ("DE", "US", "LI"):
        shape = re.search(rf'data-region="{region}" class="(\w+)"[^>]*><title>([^<]*)', page)
        assert shape
        assert shape[2].endswith(f": {told(page, region)[0]}")
        assert f'class="{shape[1]}"' in page.partition('class="classes"')[2].partition("</ul>")[0]
    assert re.search(r'data-region="LI" class="negative"', page)
    assert re.search(r'data-region="AU" class="none"', page)


@pytest.mark.parametrize("show", ["incidence", "week", "growth", "total"])
def test_each_thing_can_be_shown(client: httpx.Client, show: str) -> None:
    page = read(client, f"/epidemic?source=wide&show={show}&metric=deaths")
    assert f'<option value="{show}" selected>' in page
    assert page.count("<path data-region") + page.count("<circle data-region") > 200


def test_the_first_paint_is_small(client: httpx.Client) -> None:
    page = read(client, "/epidemic?source=wide")
    size = len(gzip.compress(page.encode(), 5))
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = client.get(address)
        assert answer.status_code == 200
        size += len(answer.content) if address.endswith("woff2") else len(gzip.compress(answer.content, 5))
    assert size < 150_000


def test_as_known_then(client: httpx.Client) -> None:
    now = read(client, "/epidemic/regions/DE?source=wide")
    assert str(CORRECTED) in now.partition("Corrected days")[2]
    then = read(client, "/epidemic/regions/DE?source=wide&known=2021-04-14")
    assert "Corrected days" not in then
    assert "What was known before" in then
    link = re.search(r'href="([^"]*known=[^"]*)" title="The page as it was known just before"', now)
    assert link
    assert "Corrected days" not in read(client, link[1].replace("&amp;", "&"))


def test_a_region_of_parts_alone(client: httpx.Client) -> None:
    page = read(client, "/epidemic/regions/US?source=wide")
    assert f'<dd class="big">{week_of("US"):,.0f}</dd>' in page
    assert "EARS C1" in page
    assert "Nishiura" in page


def test_variants_are_told(client: httpx.Client) -> None:
    page = read(client, "/epidemic/regions/DE?source=wide")
    assert '"names":["' in page.replace(" ", "")
    assert "Shares of the sequenced cases" in page
    alone = read(client, "/epidemic?source=wide&variant=Delta")
    assert "Cases of Delta" in alone


def test_regions_beside_each_other(client: httpx.Client) -> None:
    page = read(client, "/epidemic/compare?source=wide&region=DE&region=US&region=DE&region=QQ&region=<i>")
    assert told(page, "DE")[1] == f"{week_of('DE'):,.0f}"
    assert told(page, "US")[1] == f"{week_of('US'):,.0f}"
    assert "QQ is no region" in page
    assert "<i> is" not in page
    many = "&".join(f"region={code}" for code in ("DE", "FR", "IT", "BR", "IN", "SG", "LI", "US", "ES", "PT"))
    assert "2 are left out" in read(client, f"/epidemic/compare?source=wide&{many}")


def test_weights_change_the_order(client: httpx.Client) -> None:
    def order(weights: str) -> list[str]:
        page = read(client, f"/epidemic/ranks?source=wide&{weights}")
        return re.findall(r'/epidemic/regions/([A-Z-]+)\?[^"]*">', page.partition("<tbody>")[2])

    by_incidence = order("incidence=10&growth=0&vulnerability=0")
    by_growth = order("incidence=0&growth=10&vulnerability=0")
    assert {*by_incidence} >= {*WHOLE}
    assert by_incidence != by_growth


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/epidemic?date=2021-02-30", "is no day such as"),
        ("/epidemic?date=0001-01-01", "is not between"),
        ("/epidemic?known=tomorrow", "is no day such as"),
        ("/epidemic?known=2021-01-31T10:00:00", "is no"),
        ("/epidemic?show=everything", "is one of"),
        ("/epidemic/regions/DE?serial_mean=nan", "The serial interval"),
        ("/epidemic/regions/DE?serial_mean=0.5", "The serial interval"),
        ("/epidemic/regions/DE?serial_deviation=x", "The serial interval"),
        ("/epidemic/ranks?growth=11", "Weights are whole numbers"),
        ("/epidemic/ranks?growth=-1", "Weights are whole numbers"),
        ("/epidemic/ranks?growth=0&incidence=0&vulnerability=0", "Weights cannot all be 0"),
        ("/v1/epidemic/weeks", "is missing"),
        ("/v1/epidemic/weeks?source=wide&metric=cases&from=2021-02-01&until=2021-01-01", "is before from"),
        ("/v1/epidemic/weeks?source=wide&metric=cases&as_known_at=2021-01-31", "as_known_at"),
        ("/v1/epidemic/weeks?source=wide&metric=cases&colour=red", "is no parameter"),
        ("/v1/epidemic/weeks?source=wide&source=x&metric=cases", "more than once"),
        ("/v1/epidemic/search?search=", "characters"),
        ("/epidemic/download.csv?date=x", "is no day"),
    ],
)
def test_what_is_wrong_is_told(client: httpx.Client, address: str, said: str) -> None:
    assert said in read(client, address, 422)


@pytest.mark.parametrize(
    "address",
    ["/epidemic/regions/QQ", "/epidemic/regions/%00", "/epidemic/embed/regions/x", "/epidemic/download.csv?region=x"],
)
def test_what_is_not_there(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/epidemic?source=nobody",
        "/epidemic?source=wide&metric=nothing",
        "/epidemic?source=%3Cscript%3E&variant=%27%3B--",
        "/epidemic?date=1999-01-01",
        "/epidemic/regions/DE?date=1999-01-01",
        "/epidemic/regions/AQ",
        "/epidemic/embed/regions/AQ",
        "/epidemic/compare?region=AQ",
        "/epidemic?known=1990-01-01",
        "/epidemic/regions/DE?from=2021-06-27",
        "/epidemic/search?search=%00%3Cscript%3E",
    ],
)
def test_what_nothing_is_told_of(client: httpx.Client, address: str) -> None:
    page = read(client, address)
    assert "<script>" not in page


def test_weeks_for_programs(client: httpx.Client) -> None:
    body = client.get("/v1/epidemic/weeks?source=wide&metric=cases&show=week").json()
    assert body["days"][-1] == str(LAST)
    assert body["regions"]["US"][-1] == pytest.approx(week_of("US"), rel=1e-3)
    assert {len(weeks) for weeks in body["regions"].values()} == {len(body["days"])}
    then = client.get("/v1/epidemic/weeks?source=wide&metric=cases&show=week&as_known_at=2021-03-01T00:00:00Z").json()
    assert then["days"][-1] == "2021-02-28"


def test_downloads_name_whom_they_are_of(client: httpx.Client) -> None:
    answer = client.get("/epidemic/download.csv?source=wide&region=DE")
    assert 'filename="wide-cases-DE-2021-06-27.csv"' in answer.headers["content-disposition"]
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    by_day = {row["day"]: row for row in rows}
    corrected = by_day[str(CORRECTED)]
    assert float(corrected["first_told"]) - float(corrected["value"]) == 1234
    assert {row["attribution"] for row in rows} == {"wide"}
    table = pq.read_table(io.BytesIO(client.get("/epidemic/download.parquet?source=wide").content))
    values = dict(zip(table["region"].to_pylist(), table["value"].to_pylist(), strict=True))
    assert values["US"] == week_of("US")
    assert {"source", "as_known_at", "attribution", "licence"} <= {*table.column_names}


@pytest.mark.parametrize("end", ["csv", "parquet"])
def test_files_have_plain_names(client: httpx.Client, end: str) -> None:
    answer = client.get(f"/epidemic/download.{end}", params={"source": 'x"\r\nSet-Cookie: a=b', "metric": "Fälle 💥"})
    assert answer.status_code == 200
    assert re.fullmatch(rf'attachment; filename="[\w.-]+\.{end}"', answer.headers["content-disposition"], re.ASCII)
    assert "set-cookie" not in answer.headers


def test_names_are_found(client: httpx.Client) -> None:
    assert "/epidemic/regions/DE" in read(client, "/epidemic/search?search=germny")
    found = client.get("/v1/epidemic/search?search=Cote dIvoire").json()["found"]
    assert found[0]["code"] == "CI"
    assert "/epidemic/compare?" in read(client, "/epidemic/search?search=france&to=compare&region=DE")


def test_reports_are_found(client: httpx.Client) -> None:
    page = read(client, "/epidemic/search?search=delta germny 2021-05-03")
    assert re.search(r'href="/epidemic/regions/DE\?[^"]*variant=Delta[^"]*date=2021-05-03', page)
    assert "Germany: cases, Delta" in page
    found = client.get("/v1/epidemic/search?search=deaths brazil").json()["reports"][0]
    of = [each for each in REPORTS if (each.source, each.region, each.metric) == ("wide", "BR", "deaths")]
    assert found == {
        "source": "wide", "region": "BR", "variant": "", "metric": "deaths", "name": "Brazil: deaths",
        "reports": len(of), "likeness": 1.0,
    }  # fmt: skip


def test_reports_of_others_are_not_found(served: Epidemics) -> None:
    with httpx.Client(base_url=served.url, headers=served.headers["bob"], timeout=60) as bob:
        assert {each["region"] for each in bob.get("/v1/epidemic/search?search=cases").json()["reports"]} == {"DE"}
        assert bob.get("/v1/epidemic/search?search=cases france").json()["reports"] == []


def test_all_pages_of_series_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("systems.epidemic.asked.SERIES_AT_ONCE", 4)
    with epidemics(REPORTS) as few, httpx.Client(base_url=few.url, headers=few.headers["ann"], timeout=60) as client:
        found = client.get("/v1/epidemic/search?search=cases").json()["reports"]
    told = {(each.source, each.region, each.variant) for each in REPORTS if each.metric == "cases"}
    assert {(each["source"], each["region"], each["variant"]) for each in found} == told


def test_sources_name_their_licence(client: httpx.Client) -> None:
    page = read(client, "/epidemic/sources")
    assert "CC-BY-4.0" in page
    assert page.index('id="wide"') < page.index('id="jhu_daily"')
    assert "2021-06-28 05:00" in page  # when the newest report of `other` arrived


def test_only_the_chart_may_be_framed(client: httpx.Client) -> None:
    framed = client.get("/epidemic/embed/regions/DE?source=wide")
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "<form" not in framed.text
    assert "frame-ancestors 'none'" in client.get("/epidemic").headers["content-security-policy"]


PATHS = sorted(
    {
        path.replace("{region}", "DE") + ("?search=x" if "search" in path else "?source=wide&metric=cases")
        for path in (getattr(route, "path", "") for route in ROUTES)
        if "/epidemic" in path
    }
)


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_for_those_with_a_grant(served: Epidemics, path: str) -> None:
    told = {
        who: httpx.get(f"{served.url}{path}", headers=served.headers.get(who, {}), timeout=60).status_code
        for who in ("ann", "bob", "eve", "nobody")
    }
    assert told == {"ann": 200, "bob": 200, "eve": 404, "nobody": 401}


def test_whoever_may_see_one_region_sees_no_other(served: Epidemics) -> None:
    with httpx.Client(base_url=served.url, headers=served.headers["bob"] | HTML, timeout=60) as bob:
        page = read(bob, "/epidemic?source=wide")
        assert told(page, "DE")[0] == f"{week_of('DE'):,.0f}"
        assert "/epidemic/regions/FR" not in page
        assert {*bob.get("/v1/epidemic/weeks?source=wide&metric=cases").json()["regions"]} == {"DE"}
        assert "tells nothing of" in read(bob, "/epidemic/regions/FR?source=wide")
        assert {row["region"] for row in csv.DictReader(io.StringIO(bob.get("/epidemic/download.csv").text))} == {"DE"}


def test_everybody_sees_what_is_public() -> None:
    with epidemics(REPORTS[:2000], EPIDEMIC_PUBLIC="true") as public:
        for path in PATHS:
            assert httpx.get(f"{public.url}{path}", timeout=60).status_code == 200, path
        for path in ("/", "/streams", "/v1/streams/case_reports", "/records/case_reports", "/v1/me", "/sites"):
            assert httpx.get(f"{public.url}{path}", timeout=60).status_code == 401, path
        page = httpx.get(f"{public.url}/epidemic", headers=HTML, timeout=60).text
        assert 'href="/streams"' not in page
        wrong = httpx.get(f"{public.url}/epidemic", headers={"authorization": "Bearer wpk_x"}, timeout=60)
        assert wrong.status_code == 401
        eve = httpx.get(f"{public.url}/epidemic", headers=public.headers["eve"], timeout=60)
        assert eve.status_code == 404
