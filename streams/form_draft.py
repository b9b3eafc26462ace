"""The TOML of a stream that has a form, as it is drafted: to be looked at by the person who keeps it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

ID, SENT, FORM = "id", "sent", "form"
VERSION, BY, WHY = "version", "edited_by", "edit_reason"
OWN = (ID, SENT, FORM, VERSION, BY, WHY)
"""Fields that a drafted stream has beside its questions: of a submission, of when it was sent, and of no question; of a
change of it."""


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """One question. `rule`: of its field, without what is as usual. `translations`: as its form has them."""

    field: str
    label: str
    rule: Mapping[str, Any]
    help: str = ""
    choices: Mapping[str, str] = made_by(default_factory=dict)
    when: str | None = None
    translations: Mapping[str, Mapping[str, Any]] = made_by(default_factory=dict)

    @property
    def tells(self) -> bool:
        """Whether everybody answers it, by one of some choices: panes can be by it."""
        return self.rule["type"] == "string" and "values" in self.rule and self.rule.get("required", True)


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Questions that are asked together."""

    title: str
    questions: Sequence[DraftQuestion]
    intro: str = ""
    when: str | None = None
    translations: Mapping[str, Mapping[str, Any]] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A stream with a form. `notes`: comments at its beginning. `languages`: tag → name, that of its texts first."""

    name: str
    title: str
    pages: Sequence[DraftPage]
    intro: str = ""
    notes: Sequence[str] = ()
    languages: Mapping[str, str] = made_by(default_factory=dict)


_DRAFTED = (
    DraftPage(
        "About you",
        (
            DraftQuestion(
                "group",
                "Which group are you in?",
                {"type": "string", "values": ["first", "second"]},
                choices={"first": "The first", "second": "The second"},
            ),
            DraftQuestion("age", "How old are you?", {"type": "integer", "min": 0, "max": 130}, help="In years"),
        ),
    ),
    DraftPage(
        "More",
        (
            DraftQuestion(
                "comment",
                "Is there anything else that you want to say?",
                {"type": "string", "max_length": 2000, "required": False},
                when="age >= 10",
            ),
        ),
    ),
)


def first_draft(name: str, title: str, notes: Sequence[str] = ()) -> Draft:
    """One to be changed: a choice, a number, and words that are asked for on a condition."""
    return Draft(name, title, _DRAFTED, notes=notes)


def draft_text(draft: Draft) -> str:
    """The file."""
    asked = [question for page in draft.pages for question in page.questions]
    dimension = next((each.field for each in asked if each.tells), None)
    fields = {
        ID: {"type": "string", "min_length": 1, "max_length": 64},
        VERSION: {"type": "string", "max_length": 9},
    }
    clean = [f"{VERSION} = {_value([{'rule': 'default', 'value': '1'}])}"]
    if dimension is None:
        fields[FORM] = {"type": "string", "values": [draft.name]}
        clean.append(f"{FORM} = {_value([{'rule': 'default', 'value': draft.name}])}")
    fields |= {each.field: dict(each.rule) for each in asked}
    fields |= {
        BY: {"type": "string", "max_length": 500, "required": False},
        WHY: {"type": "string", "max_length": 300, "required": False},
    }
    parts = [
        [
            *(f"# {_line(note)}" for note in draft.notes),
            f"title = {_value(draft.title)}",
            f"topic = {_value(draft.name)}",
            f"key = {_value(ID)}",
            "records = true",
        ],
        ["[event_time]", f"field = {_value(SENT)}"],
        ["[duplicates]", f"id = {_value(VERSION)}", 'horizon = "1 day"'],
        ["[fields]", *(f"{_key(name)} = {_value(rule)}" for name, rule in fields.items())],
    ]
    parts.append(["[clean]", *clean])
    parts.append(["[dimensions]", f"{_dimension(dimension or FORM)} = {_value(dimension or FORM)}"])
    languages = [f"languages = {_value(draft.languages)}"] if draft.languages else []
    edits = f"edits = {_value({'by': BY, 'why': WHY})}"
    parts.append(["[form]", *([f"intro = {_value(draft.intro)}"] if draft.intro else []), edits, *languages])
    for page in draft.pages:
        parts += _page(page)
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _page(page: DraftPage) -> Iterator[list[str]]:
    yield ["[[form.pages]]", *_said(page, "title", "intro", "when"), *_translated(page)]
    for question in page.questions:
        lines = ["[[form.pages.questions]]", *_said(question, "field", "label", "help", "when")]
        if question.choices:
            lines.append(f"choices = {_value(question.choices)}")
        yield [*lines, *_translated(question)]


def _said(each: DraftPage | DraftQuestion, *names: str) -> Iterator[str]:
    for name in names:
        if text := getattr(each, name):
            yield f"{name} = {_value(text)}"


def _translated(each: DraftPage | DraftQuestion) -> Iterator[str]:
    for tag, texts in each.translations.items():
        yield f"translations.{tag} = {_value(texts)}"


def _dimension(name: str) -> str:
    """A name of a dimension after that of a field."""
    made = re.sub(r"[^a-z0-9_]", "_", name.lower())
    return made if made[:1].isalpha() else f"by_{made.strip('_')}"


def _value(value: Any) -> str:
    match value:
        case Mapping():
            return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _line(text: str) -> str:
    """As a comment."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)
