"""A form whose answers could never be accepted, or that goes in a circle, is refused at its key."""

from __future__ import annotations

from typing import Any

import pytest

from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from tests.streams.changed_forms import RAW, changed


def declared(pages: list[dict[str, Any]], **more: Any) -> None:
    fields = {
        "id": {"type": "string"},
        "school": {"type": "string"},
        "age": {"type": "integer"},
        "why": {"type": "string", "required": False},
    }
    raw = {
        "name": "asked", "title": "Asked", "topic": "asked", "key": "id", "event_time": {"field": "sent"},
        "duplicates": {"id": "id", "horizon": "1 hour"}, "fields": fields, "dimensions": {"school": "school"},
        "form": {"pages": pages},
    }  # fmt: skip
    parse_definition({**raw, **more}, "asked.toml")


def page(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "A page", "questions": [*questions], **more}


def asked(field: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "label": "\u202eWhat, e\u0301?", **more}


FIRST = page(asked("school"), asked("age"))


def test_a_whole_form_is_taken() -> None:
    declared([FIRST, page(asked("why"), when="age > 17")])


@pytest.mark.parametrize(
    ("pages", "more", "key"),
    [
        ([page(asked("school"))], {}, "fields.age"),
        ([FIRST, page(asked("wyh"))], {}, "form.pages.1.questions.0.field"),
        ([FIRST, page(asked("age"))], {}, "form.pages.1.questions.0.field"),
        ([FIRST, page(asked("why", when="why == 'x'"))], {}, "form.pages.1.questions.0.when"),
        ([page(asked("why"), when="age > 1"), FIRST], {}, "form.pages.0.when"),
        ([FIRST, page(asked("why"), when="age == 'x'")], {}, "form.pages.1.when"),
        ([page(asked("school"), when="true"), page(asked("age"))], {}, "form.pages.0.when"),
        ([FIRST], {"key": None, "duplicates": None}, "form"),
        ([page(*[asked("why")] * 10_000)], {}, "form.pages"),
    ],
)
def test_what_cannot_be_is_refused(pages: list[dict[str, Any]], more: dict[str, Any], key: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        declared(pages, **more)
    assert key in [each.key for each in (refused.value, *refused.value.others)]


GERMAN = {"de": {"label": "Was?"}}
IN_BOTH = page(
    asked("school", choices={"x": "X"}, translations={"de": {"label": "Welche?", "choices": {"x": "Ix"}}}),
    asked("age", translations=GERMAN),
    translations={"de": {"title": "Eine Seite"}},
)
LANGUAGES = {"en": "English", "de": "Deutsch"}


def test_a_form_in_two_languages_says_all_in_both() -> None:
    declared([IN_BOTH], form={"languages": LANGUAGES, "pages": [IN_BOTH]})


@pytest.mark.parametrize(
    ("form", "key", "says"),
    [
        ({"languages": LANGUAGES, "pages": [FIRST]}, "form.pages.0.questions.0.translations.de", "missing: label"),
        ({"languages": LANGUAGES, "thanks": "So", "pages": [IN_BOTH]}, "form.translations.de", "missing: thanks"),
        ({"languages": {"de": "Deutsch"}, "pages": [IN_BOTH]}, "form.pages.0.translations", "names no second one"),
        ({"languages": {"German": "Deutsch"}, "pages": [FIRST]}, "form.languages", "like 'de'"),
        ({"languages": {"de": " "}, "pages": [FIRST]}, "form.languages.de", "what the language calls itself"),
        (
            {"languages": {"en": "English"}, "pages": [page(asked("school", translations=GERMAN), asked("age"))]},
            "form.pages.0.questions.0.translations",
            "names no second one",
        ),
        (
            {
                "languages": LANGUAGES,
                "pages": [{**IN_BOTH, "questions": [{**IN_BOTH["questions"][0], "choices": {"y": "Y"}}]}],
            },
            "form.pages.0.questions.0.translations.de.choices",
            "not among the choices in both",
        ),
    ],
)
def test_what_one_language_lacks_is_named(form: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        declared([], form=form)
    assert [says in each.allowed for each in (refused.value, *refused.value.others) if each.key == key] == [True]


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        ({"records": False}, "records", "is needed by form.edits"),
        ({"duplicates": {"id": "id", "horizon": "1 day"}}, "duplicates.id", "two fields"),
        ({"fields": {**RAW["fields"], "id": {"type": "string", "max_length": 9}}}, "fields.id", "36 characters"),
        ({"fields": {**RAW["fields"], "version": {"type": "string", "min_length": 2}}}, "fields.version", "1 to 9"),
        ({"form": {**RAW["form"], "edits": {"by": "nobody", "why": "school"}}}, "form.edits.by", "names no field"),
        ({"form": {**RAW["form"], "edits": {"by": "edited_by", "why": "school"}}}, "form.edits.why", "names no field"),
    ],
)
def test_changes_need_their_fields(more: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        changed(**more)
    assert [says in each.allowed for each in (refused.value, *refused.value.others) if each.key == key] == [True]
