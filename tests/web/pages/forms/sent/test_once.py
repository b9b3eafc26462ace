"""A form that each person fills in once: who that is, and what the second time is told, where Kafka does not listen."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import httpx
import pytest

from access.store import AccessStore
from tests.web.pages.forms.sent.conftest import Forms
from tests.web.pages.forms.test_form import whole

STREAM = "student_answers"
SUBMISSION, OTHER = str(uuid.UUID(int=7)), str(uuid.UUID(int=8))


@dataclass(frozen=True)
class Asked:
    """Requests of users, and of whoever has a link."""

    client: httpx.Client
    store: AccessStore
    headers: dict[str, dict[str, str]]

    def link(self) -> str:
        [key] = self.store.form_keys.of_persons(STREAM, 1)
        return f"/forms/{STREAM}?key={key}"

    def open(self, path: str = f"/forms/{STREAM}", user: str = "") -> httpx.Response:
        return self.client.get(path, headers=self.headers.get(user, {}))

    def send(self, path: str = f"/forms/{STREAM}", user: str = "", id_: str = SUBMISSION) -> httpx.Response:
        answers = {f"a.{name}": text for name, text in whole().items()}
        data = {"id": id_, "at": "review", "go": "send", **answers}
        return self.client.post(path, data=data, headers=self.headers.get(user, {}))


@pytest.fixture(scope="module")
def asked(forms: Forms) -> Asked:
    return Asked(forms.client, forms.store, forms.headers)


def test_what_could_not_be_sent_can_be_sent_again(asked: Asked) -> None:
    away = asked.send(user="ann")
    assert away.status_code == 503
    assert "were not sent" in away.text
    assert f'name="id" value="{SUBMISSION}"' in away.text
    assert asked.store.claims.look(STREAM, "once user:ann") is None
    assert "Page 1 of" in asked.open(user="ann").text


def test_the_second_time_is_told_so(asked: Asked) -> None:
    asked.store.claims.take(STREAM, "once user:bob", SUBMISSION)
    assert "at this moment" in asked.send(user="bob", id_=OTHER).text
    asked.store.claims.done(STREAM, "once user:bob")
    again = asked.send(user="bob", id_=OTHER)
    assert again.status_code == 409
    assert "you have done so" in again.text
    assert "Mathematics" in again.text
    assert "you have done so" in asked.open(user="bob").text
    assert asked.send(user="bob").status_code == 200, "the same submission once more: it was sent"


def test_a_link_opens_the_form_for_whoever_has_no_name(asked: Asked) -> None:
    link, other = asked.link(), asked.link()
    shown = asked.open(link)
    assert shown.status_code == 200
    assert f'action="{link}"' in shown.text
    assert asked.send(link).status_code == 503
    person = asked.store.form_keys.read(STREAM, link.partition("key=")[2])
    assert person is not None
    asked.store.claims.take(STREAM, f"once link:{person.person}", SUBMISSION)
    asked.store.claims.done(STREAM, f"once link:{person.person}")
    assert "you have done so" in asked.open(link).text
    assert asked.send(link, id_=OTHER).status_code == 409
    assert "Page 1 of" in asked.open(other).text


def test_a_link_opens_nothing_else(asked: Asked) -> None:
    link = asked.link()
    key = link.partition("?")[2]
    assert asked.open().status_code == 401
    assert asked.open(link[:-1] + "!").status_code == 401
    assert asked.open(f"/forms/health?{key}").status_code == 401
    for path in (f"/forms/{STREAM}/results", "/forms", f"/records/{STREAM}", f"/v1/streams/{STREAM}", "/"):
        assert asked.open(f"{path}?{key}").status_code == 401
    assert asked.client.post(f"/v1/streams/{STREAM}/messages?{key}", json={}).status_code == 401
    foreign = {"origin": "https://evil.example"}
    assert asked.client.post(link, data={"at": "0"}, headers=foreign).status_code == 403


def test_a_link_of_what_was_sent_opens_no_new_form(asked: Asked) -> None:
    key = asked.store.form_keys.of_submission(STREAM, SUBMISSION)
    assert asked.open(f"/forms/{STREAM}?key={key}").status_code == 403
    assert asked.send(f"/forms/{STREAM}?key={key}").status_code == 403
