"""The clinical pages: their numbers, filters, what grants leave of them, and what they say when there is nothing."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from html import unescape

import pytest

from query.errors import EngineAwayError
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS
from tests.systems.clinical.made_records import Version, newest
from tests.web.pages.clinical.conftest import Clinic

SPAN = "start=2026-03-02T00:00Z&end=2026-03-05T00:00Z&zone=UTC"
PAGES = {ADMISSIONS: "/clinical/admissions", LAB_RESULTS: "/clinical/lab-results"}


def read(clinic: Clinic, user: str, path: str, status: int = 200) -> str:
    with clinic.client(user) as client:
        answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def inside(found: list[Version]) -> list[Version]:
    start, end = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 5))
    return [version for version in newest(found) if start <= version.event_time < end]


def rows(page: str, section: str) -> dict[str, list[str]]:
    """Row of a table → its cells, as they are read."""
    table = page.partition(f'id="{section}"')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", table, re.DOTALL):
        head, *cells = (
            unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in re.split(r"</t[hd]>", row) if cell.strip()
        )
        found[head] = cells
    return found


def test_admissions_are_those_that_there_are(clinic: Clinic) -> None:
    page = read(clinic, "ann", f"{PAGES[ADMISSIONS]}?{SPAN}")
    counted = inside(clinic.found[ADMISSIONS])
    assert f'id="admissions">{len(counted):,}<' in page
    for name in ("site", "ward", "kind"):
        expected = Counter(version.fields[name] for version in counted)
        shown = {key.replace(" ", "_"): int(cells[0].replace(",", "")) for key, cells in rows(page, name).items()}
        assert shown == {key.replace(" ", "_"): number for key, number in expected.items()}
    assert page.count("<rect") >= len({v.fields["kind"] for v in counted})
    assert "2 Mar, 00:00" in page


def test_results_are_those_that_there_are(clinic: Clinic) -> None:
    page = read(clinic, "ann", f"{PAGES[LAB_RESULTS]}?{SPAN}")
    counted = inside(clinic.found[LAB_RESULTS])
    assert f'id="results">{len(counted):,}<' in page
    expected = Counter(version.fields["test"] for version in counted)
    shown = rows(page, "tests")
    assert {cells[0]: int(cells[2]) for cells in shown.values()} == expected
    potassium = next(cells for cells in shown.values() if cells[0] == "2823-3")
    outside = [v.fields["out_of_range"] for v in counted if v.fields["test"] == "2823-3"]
    assert potassium[3] == f"{sum(outside) / len(outside) * 100:.1f}%"


def test_one_test_is_drawn_by_quantiles(clinic: Clinic) -> None:
    page = read(clinic, "ann", f"{PAGES[LAB_RESULTS]}?{SPAN}&test=2823-3&unit=mmol/L")
    assert 'class="middle"' in page
    assert len(rows(page, "tests")) == 1
    assert "Potassium" in page
    assert "Take this filter away" in page
    assert "no range known" not in page


def test_filters_narrow_and_can_be_taken_away(clinic: Clinic) -> None:
    page = read(clinic, "ann", f"{PAGES[ADMISSIONS]}?{SPAN}&ward=cardiology&site=north")
    assert [*rows(page, "ward")] == ["cardiology"]
    assert [*rows(page, "site")] == ["north"]
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', page)]
    assert any("ward=cardiology" in link and "site=" not in link for link in links)
    assert any(link.startswith(PAGES[LAB_RESULTS]) and "site=north" in link and "ward" not in link for link in links)


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("root", "/clinical", 302),
        ("ann", "/clinical", 302),
        ("lab", "/clinical", 302),
        ("lab", PAGES[ADMISSIONS], 404),
        ("sender", PAGES[ADMISSIONS], 403),
        ("sender", "/clinical", 403),
        ("stranger", "/clinical", 404),
        ("stranger", PAGES[LAB_RESULTS], 404),
    ],
)
def test_each_page_needs_its_grant(clinic: Clinic, user: str, path: str, status: int) -> None:
    with clinic.client(user) as client:
        answer = client.get(path)
    assert answer.status_code == status
    if status == 302:
        assert answer.headers["location"] == PAGES[LAB_RESULTS if user == "lab" else ADMISSIONS]


def test_what_grants_hide_is_left_out_and_said(clinic: Clinic) -> None:
    page = read(clinic, "lab", f"{PAGES[LAB_RESULTS]}?{SPAN}")
    assert "Your grant hides values" in page
    assert "rows where site is north" in page
    assert [*rows(page, "site")] == ["north"]
    assert {tuple(cells[4:]) for cells in rows(page, "tests").values()} == {("\u2013",) * 3}
    assert PAGES[ADMISSIONS] not in page
    assert "/records/patients" not in page
    assert "south" not in page
    assert "/records/patients" in read(clinic, "ann", f"{PAGES[LAB_RESULTS]}?{SPAN}")


def test_grants_of_a_ward_say_what_they_cannot_know(clinic: Clinic) -> None:
    page = read(clinic, "ward", f"{PAGES[ADMISSIONS]}?{SPAN}")
    assert [*rows(page, "ward")] == ["cardiology"]
    assert "counted where you saw it last" in page
    assert "which patient it was, how long stays were" in page


def test_what_cannot_be_done_without_is_said(clinic: Clinic) -> None:
    page = read(clinic, "blind", f"{PAGES[ADMISSIONS]}?{SPAN}", 422)
    assert "status</b> is needed to answer this, and you may not see it" in page


def test_nothing_is_said_to_be_nothing(clinic: Clinic) -> None:
    for path in PAGES.values():
        page = read(clinic, "ann", f"{path}?start=2025-01-01T00:00Z&end=2025-01-02T00:00Z&zone=UTC&site=north")
        assert 'id="empty"' in page
        assert "Without filters" in page
        assert '<svg viewBox="0 0 24 24"' in page
        assert 'class="drawing"' not in page


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("start=2026-03-05T00:00Z&end=2026-03-02T00:00Z", "must be after start"),
        ("start=never&end=2026-03-02T00:00Z", "is not a day and a time"),
        ("range=eternity", "is not a range"),
        ("start=0001-01-01T00:00Z&end=9999-01-01T00:00Z", "outside"),
    ],
)
def test_what_is_wrong_is_said(clinic: Clinic, given: str, wrong: str) -> None:
    for path in PAGES.values():
        assert wrong in read(clinic, "ann", f"{path}?{given}", 422)


def test_texts_of_others_stay_texts(clinic: Clinic) -> None:
    attack = "%3Cscript%3Ealert(1)%3C/script%3E%27%20or%201=1--"
    for path, field in ((PAGES[ADMISSIONS], "ward"), (PAGES[LAB_RESULTS], "test")):
        page = read(clinic, "ann", f"{path}?{SPAN}&{field}={attack}&site={attack}")
        assert "<script>alert" not in page
        assert 'id="empty"' in page


def test_away_engines_are_said_to_be_away(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise EngineAwayError("trino", "secret of an engine")

    monkeypatch.setattr(type(clinic.duck), "rows", away)
    page = read(clinic, "ann", f"{PAGES[ADMISSIONS]}?{SPAN}&kind=emergency", 503)
    assert "Try again" in page
    assert "secret" not in page


def test_times_that_are_sent_are_addresses(clinic: Clinic) -> None:
    with clinic.client("ann") as client:
        sent = "start=2026-03-02T00:00&end=2026-03-03T00:00&zone=UTC&shown=%7CUTC&ward=surgery"
        answer = client.get(f"{PAGES[ADMISSIONS]}?{sent}")
    assert answer.status_code == 302
    assert answer.headers["location"] == (
        "/clinical/admissions?start=2026-03-02T00%3A00Z&end=2026-03-03T00%3A00Z&zone=UTC&ward=surgery"
    )
