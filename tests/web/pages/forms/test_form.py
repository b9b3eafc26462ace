"""The form, over HTTP where Kafka does not listen: steps, words beside fields, and answers that are not lost."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.form import Form
from tests.definitions import ON_DEMAND
from tests.query.lake_views import lake_view
from tests.web.served import empty_stream, served
from web.pages.forms.filling import Filling
from web.service import Service

STUDENTS = ON_DEMAND["student_answers"]
NOW = 1_800_000_000_000


def filling(**texts: str) -> Filling:
    assert isinstance(STUDENTS.form, Form)
    return Filling(STUDENTS, STUDENTS.form, str(uuid.UUID(int=7)), texts)


def whole() -> dict[str, str]:
    texts = {}
    for question in filling().form.questions:
        rule = STUDENTS.fields[question.field]
        texts[question.field] = rule.values[0] if rule.values else "e\u0301 \u202e" if rule.type == "string" else "2"
    return {**texts, "age": "17"}


def test_what_is_sent_is_accepted() -> None:
    message = filling(**whole()).message(NOW)
    assert filling(**whole()).first_wrong is None
    assert isinstance(Decoder(decoding_plan(STUDENTS)).decode(message, NOW), Accepted)


def test_skipped_questions_are_not_sent() -> None:
    answers = filling(
        **whole(),
    ).answers
    assert "failed_because" in answers
    assert "failed_because" not in filling(**{**whole(), "failures": "0"}).answers
    assert "guardian_is" not in filling(**{**whole(), "guardian": "mother"}).answers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Answer this question."),
        ("x", "Write a number, in digits, such as 12 or 3.5."),
        ("17.5", "Write a whole number, such as 12."),
        ("9", "Write a number that is at least 10."),
        ("100", "Write a number that is at most 99."),
        ("9" * 400, "Write a number, in digits, such as 12 or 3.5."),
    ],
)
def test_reasons_become_words(text: str, says: str) -> None:
    assert filling(**{**whole(), "age": text}).problems(0) == {"age": says}


def test_an_answer_is_judged_as_it_will_be_cleaned() -> None:
    rules = ({"rule": "words", "numbers": {"seventeen": 17}},)
    cleaned = Definition.model_validate({**STUDENTS.model_dump(by_alias=True), "clean": {"age": rules}})
    told = replace(filling(**{**whole(), "age": "seventeen"}), definition=cleaned)
    assert filling(**{**whole(), "age": "seventeen"}).problems(0)
    assert told.first_wrong is None
    assert b'"seventeen"' in told.message(NOW)
    assert isinstance(Decoder(decoding_plan(cleaned)).decode(told.message(NOW), NOW), Accepted)
    assert replace(told, texts={**whole(), "age": "eighteen"}).problems(0)


def soon_away(service: Service) -> None:
    """Half a second after a message is sent to a Kafka that does not listen, it is said so."""
    service.producer._timeout_seconds = 0.5
    service.producer._client = service.producer._connect()


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Of a service that knows the form, where no engine listens."""
    with empty_stream() as app:
        soon_away(app.state.service)
        view = replace(lake_view("student_answers", panes=None, rejected=None), definition=STUDENTS)
        app.state.service.queries._watcher._views["student_answers"] = view
        with served(app) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield client


def step(client: httpx.Client, at: str, go: str, lang: str = "", to: str = "", **texts: str) -> httpx.Response:
    shown = {"lang": lang, "to": to}
    answers = {f"a.{name}": text for name, text in texts.items()}
    data = {"id": str(uuid.UUID(int=7)), "at": at, "go": go, **shown, **answers}
    return client.post("/forms/student_answers", data=data)


def test_a_page_that_is_right_leads_on(client: httpx.Client) -> None:
    assert re.search(r'name="id" value="[0-9a-f-]{36}"', client.get("/forms/student_answers").text)
    on = step(client, "0", "next", **whole())
    assert on.status_code == 200
    assert "Page 2 of" in on.text
    assert 'type="hidden" name="a.age" value="17"' in on.text


def test_a_wrong_answer_is_said_beside_it(client: httpx.Client) -> None:
    wrong = step(client, "0", "next", **{**whole(), "age": "<9>"})
    assert wrong.status_code == 422
    assert 'href="#q-age"' in wrong.text
    assert 'id="q-age-wrong"' in wrong.text
    assert "&lt;9&gt;" in wrong.text


def test_answers_stay_while_kafka_is_away(client: httpx.Client) -> None:
    away = step(client, "review", "send", **whole())
    assert away.status_code == 503
    assert "were not sent" in away.text
    assert all(f'name="a.{name}"' in away.text for name in whole())


def test_a_form_without_its_id_is_refused(client: httpx.Client) -> None:
    assert client.post("/forms/student_answers", data={"at": "0", "go": "next"}).status_code == 400
    assert step(client, "99", "next").status_code == 400
    assert client.get("/forms/health").status_code == 404
