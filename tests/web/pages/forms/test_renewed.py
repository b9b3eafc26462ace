"""Results that take long to count: those of before are shown meanwhile, to whom they were shown, and never for long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from compose.embedded.waiting import until
from query.errors import EngineAwayError
from tests.web.pages.forms.conftest import STUDENTS, Survey
from tests.web.pages.forms.test_results import PAGE, SPAN, counted, submissions
from web.page.form_times import UTC_ZONE
from web.pages.forms.view import read_view

ADDRESS = f"{PAGE}?{SPAN}"


@contextmanager
def held(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """No statement is answered until what is given is called; all are in the end."""
    go, rows = threading.Event(), survey.duck.rows

    def waiting(*asked: Any) -> Any:
        assert go.wait(60)
        return rows(*asked)

    with monkeypatch.context() as patched:
        patched.setattr(survey.duck, "rows", waiting)
        try:
            yield go.set
        finally:
            go.set()


def status(survey: Survey, user: str) -> int:
    headers = {**survey.headers[user], "accept": "text/html"}
    return httpx.get(f"{survey.url}{ADDRESS}", headers=headers, timeout=30).status_code


def commit(survey: Survey, **changes: Any) -> None:
    """The next state of the tables."""
    view = survey.made.queries.views()["student_answers"]
    survey.made.shows(replace(view, records_snapshot=(view.records_snapshot or 0) + 1, **changes))


def test_counts_of_before_are_shown_while_newer_are_made(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    first = survey.read("ann", ADDRESS)
    mine = survey.read("teacher", ADDRESS)
    assert not any('id="renewing"' in page for page in (first, mine))
    asked = len(survey.duck.asked)
    with held(survey, monkeypatch) as go:
        commit(survey)
        for _ in range(3):
            page = survey.read("ann", ADDRESS)
            assert submissions(page) == len(survey.answers)
            assert "As of 00:00:00; what came since is counted in its turn." in page
            commit(survey)
        assert submissions(survey.read("teacher", ADDRESS)) == counted(survey.answers, "school")["MS"]
        assert len(survey.made.service.renewals) == 2
        go()
        until(lambda: not len(survey.made.service.renewals), 30)
    assert len(survey.duck.asked) == asked + 2
    assert 'id="renewing"' in survey.read("ann", ADDRESS)  # it rests
    assert len(survey.duck.asked) == asked + 2
    until(lambda: 'id="renewing"' not in survey.read("ann", ADDRESS), 30)


def test_nothing_of_before_a_publication_is_shown(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    survey.read("ann", ADDRESS)
    commit(survey, generation=1)

    def away(*_: object) -> None:
        raise EngineAwayError("trino", "gone")

    monkeypatch.setattr(survey.duck, "rows", away)
    survey.read("ann", ADDRESS, 503)


def test_an_engine_that_is_away_is_said(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    survey.read("ann", ADDRESS)
    commit(survey)

    def away(*_: object) -> None:
        raise EngineAwayError("trino", "gone")

    with monkeypatch.context() as patched:
        patched.setattr(survey.duck, "rows", away)
        until(lambda: status(survey, "ann") == 503, 30)
    assert submissions(survey.read("ann", ADDRESS)) == len(survey.answers)


def test_all_who_look_within_a_quarter_of_an_hour_ask_the_same() -> None:
    form = STUDENTS.form
    assert form is not None
    asked = {
        read_view(STUDENTS, form.questions, [], datetime(2026, 3, 1, 23, minute, 7, tzinfo=UTC), UTC_ZONE).asked
        for minute in (45, 46, 59)
    }
    assert [each.end for each in asked] == [datetime(2026, 3, 2, tzinfo=UTC)]
