"""In which language a form is shown: by what is asked for, else by what the browser accepts."""

from __future__ import annotations

import re
from dataclasses import fields
from string import Formatter

import httpx
import pytest

from tests.web.pages.forms.test_form import client, filling, step, whole
from web.pages.forms.languages import direction, language
from web.pages.forms.phrases import ENGLISH, PHRASES

__all__ = ["client"]

FORM = filling().form
MANY = FORM.model_copy(update={"languages": {"en": "English", "de": "Deutsch", "pt-BR": "Português", "ar": "العربية"}})


@pytest.mark.parametrize(
    ("asked", "accepted", "tag"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "en;q=0.2, pt;q=0.7, fr", "pt-BR"),
        ("", "PT-br", "pt-BR"),
        ("", "de;q=0, *", "en"),
        ("", "fr, ja;q=0.5", "en"),
        ("", ";;,q=1,de;q=x,ar", "ar"),
        ("de", "ar", "de"),
        ("xx", "ar", "ar"),
        ("", "de;q=0.1," * 1000, "de"),
    ],
)
def test_what_is_wanted_most_is_shown(asked: str, accepted: str, tag: str) -> None:
    assert language(MANY, asked, accepted).tag == tag


def test_lines_run_as_the_language_is_written() -> None:
    assert [direction(tag) for tag in ("ar", "he-IL", "az-Arab", "ar-Latn", "de", "")] == ["rtl"] * 3 + ["ltr"] * 3


def test_a_form_in_an_unspoken_language_is_read_around_in_english() -> None:
    only = FORM.model_copy(update={"languages": {"fa": "فارسی"}})
    shown = language(only, "", "")
    assert (shown.tag, shown.direction, shown.spoken, shown.phrases_direction) == ("fa", "rtl", "en", "ltr")


@pytest.mark.parametrize("tag", PHRASES)
def test_each_phrase_has_its_place_for_what_is_told(tag: str) -> None:
    def places(text: str) -> list[str | None]:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]

    for each in fields(ENGLISH):
        said = getattr(PHRASES[tag], each.name)
        assert said.strip()
        assert places(said) == places(getattr(ENGLISH, each.name)), each.name


def test_the_browser_is_answered_in_its_language(client: httpx.Client) -> None:
    german = client.get("/forms/student_answers", headers={"accept-language": "de-CH"})
    assert german.headers["content-language"] == "de"
    assert "Accept-Language" in german.headers["vary"]
    assert re.search(r'<div class="form-told" lang="de" dir="ltr">', german.text)
    assert "Auf welche Schule gehst du?" in german.text
    assert ">Weiter</button>" in german.text
    assert 'href="/forms/student_answers?lang=en"' in german.text
    english = client.get("/forms/student_answers?lang=en", headers={"accept-language": "de"})
    assert "Which school do you go to?" in english.text


def test_steps_stay_in_the_language_and_can_change_it(client: httpx.Client) -> None:
    wrong = step(client, "0", "next", lang="de", **{**whole(), "age": "9"})
    assert wrong.status_code == 422
    assert "Bitte eine Zahl von mindestens 10 schreiben." in wrong.text
    assert '<input type="hidden" name="lang" value="de">' in wrong.text
    on = step(client, "2", "", lang="de", to="en", **whole())
    assert on.status_code == 200
    assert "How long is your way to school?" in on.text
    assert 'type="hidden" name="a.age" value="17"' in on.text
    review = step(client, "review", "back", lang="de", to="de", **{**whole(), "schoolsup": "yes"})
    assert '<dd dir="auto">Ja</dd>' in review.text
