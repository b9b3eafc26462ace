"""A form whose answers could never be accepted, or that goes in a circle, is refused at its key."""

from __future__ import annotations

from typing import Any

import pytest

from streams.definition_files import parse_definition
from streams.errors import DefinitionError


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
