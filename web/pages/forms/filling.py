"""What somebody has answered so far, and what follows from it: which questions there are, and what is wrong. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from streams.cleaning import Clean, cleaning
from streams.conditions import condition
from streams.decoding_plan import decoding_plan
from streams.definition import Definition, FieldRule
from streams.field_checks import Check, field_check
from streams.form import Form, FormPage, Question
from streams.reasons import Reason
from web.pages.forms.phrases import ENGLISH, Phrases
from web.pages.forms.wording import wording

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,4})?")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def typed(rule: FieldRule, text: str) -> Any:
    """An answer as a message has it; what is not of its type stays text, for which the checks have words."""
    match rule.type:
        case "integer" if _WHOLE.fullmatch(text.strip()):
            return int(text)
        case "integer" | "number" if _NUMBER.fullmatch(text.strip()):
            return float(text)
        case "boolean" if text in ("true", "false"):
            return text == "true"
        case "time" if _LOCAL.fullmatch(text):
            return f"{text}{':00' if text.count(':') == 1 else ''}Z"
    return text


@dataclass(frozen=True, slots=True)
class Change:
    """What makes a new version of a submission: its number, who changed it, and why."""

    number: int
    by: str
    why: str


@dataclass(frozen=True)
class Filling:
    """`id`: of the submission; `texts`: field → what was typed or chosen, of all pages seen so far.

    `form`: in the language in which it is shown, as are `words`.
    """

    definition: Definition
    form: Form
    id: str
    texts: Mapping[str, str]
    words: Phrases = ENGLISH

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Field → the answer to each question that is asked and was answered, in order of the questions."""
        answers: dict[str, Any] = {}
        for page in self.form.pages:
            if not _holds(page.when, answers):
                continue
            given = {
                question.field: typed(self.definition.fields[question.field], text)
                for question in page.questions
                if _holds(question.when, answers) and (text := self.texts.get(question.field, "")).strip()
            }
            answers.update(given)
        return answers

    def asks(self, place: int) -> bool:
        """Whether a page is there, by the answers before it; it is not if none of its questions is."""
        page = self.form.pages[place]
        return _holds(page.when, self.answers) and any(self.shown(page))

    def shown(self, page: FormPage) -> list[Question]:
        """The questions of a page that are asked."""
        return [each for each in page.questions if _holds(each.when, self.answers)]

    @property
    def places(self) -> list[int]:
        """The pages that are there."""
        return [place for place in range(len(self.form.pages)) if self.asks(place)]

    def next(self, place: int) -> int | None:
        """The page after another; None: it was the last."""
        return next((each for each in self.places if each > place), None)

    def before(self, place: int) -> int | None:
        """The page before another."""
        return next((each for each in reversed(self.places) if each < place), None)

    def problems(self, place: int) -> dict[str, str]:
        """Field → what is wrong with its answer, by the checks that the decoder makes of it once it is cleaned."""
        found: dict[str, str] = {}
        made = self._cleaned
        for question in self.shown(self.form.pages[place]):
            rule, answer = self.definition.fields[question.field], self.answers.get(question.field)
            value = made[question.field]
            if value is None:
                reason: Any = Reason.MISSING if rule.required else None
            elif rule.type == "string" and question.choices and answer is not None and answer not in question.choices:
                reason = Reason.NOT_AN_ALLOWED_VALUE
            else:
                reason = self._judging[question.field][1](value)
            if isinstance(reason, Reason):
                found[question.field] = wording(reason, rule, self.words)
        return found

    @cached_property
    def _cleaned(self) -> dict[str, Any]:
        """Field → its answer as the decoder cleans it, None without one."""
        found: dict[str, Any] = {}
        before: list[Any] = []
        for name, (clean, check) in self._judging.items():
            found[name] = clean(self.answers.get(name), before)
            checked = None if found[name] is None else check(found[name])
            before.append(None if isinstance(checked, Reason) else checked)
        return found

    @cached_property
    def _judging(self) -> dict[str, tuple[Clean, Check]]:
        """Field → how the decoder cleans and checks it."""
        plans = zip(self.definition.fields, decoding_plan(self.definition)["fields"], strict=True)
        return {name: (cleaning(plan.get("clean", ())), field_check(plan)) for name, plan in plans}

    @property
    def first_wrong(self) -> int | None:
        """The first page on which something is wrong."""
        return next((place for place in self.places if self.problems(place)), None)

    def place_of(self, field: str | None) -> int | None:
        """The page that asks for a field."""
        pages = enumerate(self.form.pages)
        return next((at for at, page in pages if field in [each.field for each in page.questions]), None)

    def message(self, sent_ms: int, change: Change | None = None) -> bytes:
        """The message that is sent: nested as its fields' dotted names are. `sent_ms`: when the first version was."""
        assert self.definition.duplicates is not None
        message: dict[str, Any] = {}
        values = {self.definition.duplicates.id: self.id, self.definition.event_time.field: sent_ms, **self.answers}
        if self.form.edits is not None:
            assert self.definition.key is not None
            number = 1 if change is None else change.number
            values |= {self.definition.key: self.id, self.definition.duplicates.id: str(number)}
        if self.form.edits is not None and change is not None:
            values |= {self.form.edits.by: change.by, self.form.edits.why: change.why}
        for name, value in values.items():
            *path, last = name.split(".")
            at = message
            for part in path:
                at = at.setdefault(part, {})
            at[last] = value
        return json.dumps(message, ensure_ascii=False).encode()

    def said(self, question: Question) -> str:
        """An answer in the form's own words."""
        value = self.answers.get(question.field)
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.words.yes if value else self.words.no
        return question.choices.get(value, value) if isinstance(value, str) else self.texts[question.field]


def _holds(when: str | None, answers: Mapping[str, Any]) -> bool:
    return when is None or condition(when).holds(answers)
