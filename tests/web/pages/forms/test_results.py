"""The results of a form: their numbers, filters, what grants leave of them, and what they say when there is nothing."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from statistics import mean
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from query.errors import EngineAwayError
from tests.browser import launched
from tests.web.pages.forms.conftest import Survey

SPAN = "start=2026-03-01T00:00Z&end=2026-03-06T00:00Z&zone=UTC"
PAGE = "/forms/student_answers/results"


def bars(page: str, field: str) -> dict[str, int]:
    """Answer → how many gave it, as it is read."""
    section = page.partition(f'id="r-{field}"')[2].partition("</section>")[0]
    found = {}
    for bar in re.findall(r"<li>\s*(<span class=\"who-said\".*?)</li>", section, re.DOTALL):
        label, number = (unescape(re.sub(r"<[^>]*>", "", each)).strip() for each in bar.split("<svg", 1))
        found[label] = int(number.rpartition(">")[2].split()[0].replace(",", ""))
    return {label: number for label, number in found.items() if number}


def submissions(page: str) -> int:
    found = re.search(r'id="submissions">([\d,]+)<', page)
    return int(found[1].replace(",", "")) if found else 0


def counted(answers: list[dict[str, Any]], field: str) -> Counter[Any]:
    return Counter(each[field] for each in answers if field in each)


def test_answers_are_those_that_there_are(survey: Survey) -> None:
    before = len(survey.duck.asked)
    page = survey.read("ann", f"{PAGE}?{SPAN}")
    assert len(survey.duck.asked) == before + 1
    assert submissions(page) == len(survey.answers)
    schools = counted(survey.answers, "school")
    assert bars(page, "school") == {"Gabriel Pereira": schools["GP"], "Mousinho da Silveira": schools["MS"]}
    assert bars(page, "health") == {str(value): count for value, count in counted(survey.answers, "health").items()}
    assert sum(bars(page, "absences").values()) == len(survey.answers)
    assert f"<dd>{mean(each['G1'] for each in survey.answers):.3g}</dd>" in page


def test_a_bar_leads_to_those_who_gave_the_answer(survey: Survey) -> None:
    page = survey.read("ann", f"{PAGE}?{SPAN}")
    links = [unescape(link) for link in re.findall(r'href="([^"]*)" title="Only these"', page)]
    [link] = [each for each in links if ("where", "Mjob=at_home") in parse_qsl(urlsplit(each).query)]
    narrowed = survey.read("ann", link)
    at_home = [each for each in survey.answers if each["Mjob"] == "at_home"]
    assert submissions(narrowed) == len(at_home)
    assert bars(narrowed, "age") == {str(value): count for value, count in counted(at_home, "age").items()}
    assert "export?" in narrowed
    assert "where=Mjob%3Dat_home" in narrowed


def test_words_are_found_whatever_their_case(survey: Survey) -> None:
    said = [each for each in survey.answers if "übungen" in each.get("comment", "").lower()]
    page = survey.read("ann", f"{PAGE}?{SPAN}&text=%C3%9CBUNGEN")
    assert submissions(page) == len(said) > 0
    assert "Mehr Übungen, bitte!" in page
    assert submissions(survey.read("ann", f"{PAGE}?{SPAN}&text=%25")) == 0


def test_two_questions_make_a_table(survey: Survey) -> None:
    page = survey.read("ann", f"{PAGE}?{SPAN}&down=studytime&across=higher")
    table = page.partition('id="crossed"')[2].partition("</table>")[0]
    found = [
        [int(number.replace(",", "")) for number in re.findall(r"<td[^>]*>([\d,]+)", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]
    pairs = Counter((each["studytime"], each["higher"]) for each in survey.answers)
    assert found[:-1] == [
        [pairs[time, "yes"], pairs[time, "no"], pairs[time, "yes"] + pairs[time, "no"]] for time in (1, 2, 3, 4)
    ]
    assert 'id="crossed"' not in survey.read("ann", f"{PAGE}?{SPAN}&down=comment&across=higher")


def test_grants_decide_what_is_counted(survey: Survey) -> None:
    own = survey.read("teacher", f"{PAGE}?{SPAN}")
    assert submissions(own) == counted(survey.answers, "school")["MS"]
    assert "school is MS" in own
    blind = survey.read("researcher", f"{PAGE}?{SPAN}&text=bungen&where=sex%3DF", 422)
    assert "is not FIELD=VALUE" in blind
    blind = survey.read("researcher", f"{PAGE}?{SPAN}&text=bungen")
    assert submissions(blind) == 0
    blind = survey.read("researcher", f"{PAGE}?{SPAN}&down=sex&across=higher")
    assert "What is your sex?" not in blind
    assert "hides the answers to 2 questions" in blind
    survey.read("asker", f"{PAGE}?{SPAN}", 403)
    survey.read("stranger", f"{PAGE}?{SPAN}", 404)


def test_nothing_and_what_is_wrong_are_said(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = survey.read("ann", f"{PAGE}?start=2026-02-01T00:00Z&end=2026-02-02T00:00Z&zone=UTC&where=age%3D15")
    assert 'id="empty"' in nothing
    assert "meets all filters" in nothing
    assert "is not a whole number" in survey.read("ann", f"{PAGE}?{SPAN}&where=age%3Dold", 422)
    assert survey.read("ann", f"{PAGE}?start=2026-03-02T00:00Z&end=2026-03-01T00:00Z", 422)

    def away(*_: object) -> None:
        raise EngineAwayError("trino", "gone")

    monkeypatch.setattr(survey.duck, "rows", away)
    assert "Try again" in survey.read("ann", f"{PAGE}?{SPAN}&where=age%3D16", 503)


def test_forms_are_listed_for_who_may_use_them(survey: Survey) -> None:
    listed = survey.read("ann", "/forms")
    assert 'href="/forms/student_answers"' in listed
    assert f'href="{PAGE}"' in listed
    own = survey.read("teacher", "/forms")
    assert f'href="{PAGE}"' in own
    assert "Fill in" not in own
    assert 'id="empty"' in survey.read("stranger", "/forms")
    assert 'href="/forms"' not in survey.read("stranger", "/streams")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_results_fit_and_are_not_refused(survey: Survey, scheme: str, width: int) -> None:
    with launched() as browser:
        context = browser.new_context(
            extra_http_headers=survey.headers["ann"],
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(f"{survey.url}{PAGE}?{SPAN}&down=studytime&across=G1")
        expect(page.locator(".over-time rect").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.goto(f"{survey.url}/forms")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert wrong == []
