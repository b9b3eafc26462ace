"""What somebody sent, opened by its own link: its versions, and a change, where Kafka does not listen."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

import httpx
import pytest

from access.claims import Held
from access.store import AccessStore
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from tests.streams.changed_forms import CHANGED
from tests.web.pages.forms.sent.conftest import MINE, OTHER, Forms
from web.pages.forms.filling import Change, Filling

FRESH = str(uuid.UUID(int=9))
EDIT = str(uuid.UUID(int=70))
NOW = 1_772_452_800_000


@dataclass(frozen=True)
class Sent:
    """Requests of whoever has the link of a submission, and of a user."""

    client: httpx.Client
    store: AccessStore
    headers: dict[str, dict[str, str]]

    def link(self, submission: str = MINE) -> str:
        return f"/forms/asked/answers/{submission}?key={self.store.form_keys.of_submission('asked', submission)}"

    def change(self, at: str = "review", go: str = "send", link: str = "", **given: str) -> httpx.Response:
        data = {"at": at, "go": go, "edit": EDIT, "base": "2", "a.school": "MS", "a.age": "18", "why": "So"}
        return self.client.post(link or self.link(), data={**data, **given})


@pytest.fixture(scope="module")
def sent(forms: Forms) -> Sent:
    return Sent(forms.client, forms.store, forms.headers)


def test_a_change_is_a_message_of_the_same_submission() -> None:
    assert CHANGED.form is not None
    filling = Filling(CHANGED, CHANGED.form, MINE, {"school": "MS", "age": "18"})
    decoder = Decoder(decoding_plan(CHANGED))
    first, second = (decoder.decode(filling.message(NOW, each), NOW) for each in (None, Change(2, "ann", "A slip")))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert decoder.key(first) == decoder.key(second) == MINE.encode()
    assert b'"version": "2"' in filling.message(NOW, Change(2, "ann", "A slip"))
    assert b'"edited_by": "ann", "edit_reason": "A slip"' in filling.message(NOW, Change(2, "ann", "A slip"))


def test_versions_are_shown_with_what_changed(sent: Sent) -> None:
    page = sent.client.get(sent.link()).text
    assert page.index('id="version-2"') < page.index('id="version-1"')
    assert re.search(r"<del[^>]*>15</del> <ins[^>]*>17</ins>", page)
    assert page.count("<del") == 1
    assert "&amp;change=yes" in page
    form = sent.client.get(sent.link() + "&change=yes").text
    assert 'value="GP" checked' in form
    assert 'name="base" value="2"' in form
    assert 'type="hidden" name="a.age" value="17"' in form


def test_what_has_not_arrived_is_waited_for(sent: Sent) -> None:
    fresh = sent.client.get(sent.link(FRESH))
    assert fresh.status_code == 200
    assert fresh.headers["refresh"]
    assert 'id="empty"' in fresh.text


def test_only_its_own_link_opens_it(sent: Sent) -> None:
    own, path = sent.link(), f"/forms/asked/answers/{OTHER}"
    key = own.partition("?")[2]
    [person] = sent.store.form_keys.of_persons("asked", 1)
    assert sent.client.get(f"{path}?{key}").status_code == 404
    assert sent.change(link=f"{path}?{key}").status_code == 404
    assert sent.client.get(f"{path}?key={person}").status_code == 404
    assert sent.client.get(path).status_code == 401
    for user in ("ann", "root"):
        assert sent.client.get(path, headers=sent.headers[user]).status_code == 404
        assert sent.client.get(own, headers=sent.headers[user]).status_code == 200
    assert sent.client.get(f"/forms/asked/answers/x?{key}").status_code == 404


def test_a_change_says_why_and_what(sent: Sent) -> None:
    assert 'id="why-wrong"' in sent.change(why=" ").text
    assert "Nothing is different" in sent.change(**{"a.school": "GP", "a.age": "17"}).text
    wrong = sent.change(at="1", go="next", **{"a.age": "9"})
    assert wrong.status_code == 422
    assert 'name="why" value="So"' in wrong.text
    assert 'id="why"' in sent.change(at="1", go="next").text


def test_a_change_that_could_not_be_sent_can_be_sent_again(sent: Sent) -> None:
    away = sent.change()
    assert away.status_code == 503
    assert "were not sent" in away.text
    assert sent.store.claims.look("asked", f"version {MINE} 3") is None
    assert sent.store.claims.take("asked", f"version {MINE} 3", EDIT).held is Held.TAKEN


def test_of_two_changes_of_one_version_one_is_sent(sent: Sent) -> None:
    assert sent.change(base="1").status_code == 409, "there is a newer version"
    sent.store.claims.take("asked", f"version {MINE} 3", EDIT)
    sent.store.claims.done("asked", f"version {MINE} 3")
    other = sent.change(edit=str(uuid.UUID(int=71)))
    assert other.status_code == 409
    assert "changed meanwhile" in other.text
    assert ">Sent</h2>" in sent.change().text, "the same change once more: it was sent"


def test_nobody_gets_the_link_of_what_another_sent(sent: Sent) -> None:
    """The id that a form sends is one that was made for it, or another is made."""
    page = sent.client.get("/forms/asked", headers=sent.headers["ann"]).text
    own = re.search(r'name="own" value="(wpf_[a-z2-7]+)"', page)
    id_ = re.search(r'name="id" value="([0-9a-f-]+)"', page)
    assert own
    assert id_
    data = {"at": "review", "go": "send", "a.school": "GP", "a.age": "17", "own": own[1]}
    kept = sent.client.post("/forms/asked", data={**data, "id": id_[1]}, headers=sent.headers["ann"])
    assert f'name="id" value="{id_[1]}"' in kept.text
    stolen = sent.client.post("/forms/asked", data={**data, "id": OTHER}, headers=sent.headers["ann"])
    assert stolen.status_code == 503
    assert OTHER not in stolen.text
    assert sent.store.form_keys.of_submission("asked", OTHER) not in stolen.text
