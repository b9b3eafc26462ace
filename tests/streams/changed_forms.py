"""A stream with a form whose submissions can be changed, for tests."""

from __future__ import annotations

from typing import Any

from streams.definition import Definition
from streams.definition_files import parse_definition

RAW: dict[str, Any] = {
    "name": "asked",
    "title": "Asked",
    "topic": "asked",
    "key": "id",
    "records": True,
    "event_time": {"field": "sent"},
    "duplicates": {"id": "version", "horizon": "1 day"},
    "fields": {
        "id": {"type": "string", "min_length": 1, "max_length": 64},
        "version": {"type": "string", "max_length": 9},
        "school": {"type": "string", "values": ["GP", "MS"]},
        "age": {"type": "integer", "min": 10, "max": 99},
        "edited_by": {"type": "string", "required": False},
        "edit_reason": {"type": "string", "required": False, "max_length": 300},
    },
    "dimensions": {"school": "school"},
    "form": {
        "edits": {"by": "edited_by", "why": "edit_reason"},
        "pages": [
            {
                "title": "School",
                "questions": [
                    {"field": "school", "label": "Which school?", "choices": {"GP": "Gabriel", "MS": "Mousinho"}}
                ],
            },
            {"title": "You", "questions": [{"field": "age", "label": "How old?"}]},
        ],
    },
}


def changed(**more: Any) -> Definition:
    """The definition, with some keys of its own."""
    return parse_definition({**RAW, **more}, "asked.toml")


CHANGED = changed()
