"""The rules of a form that span several keys: whoever fills it in can always make a message that is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.cleaning_rules import Default
from streams.conditions import ConditionError, comparable, condition
from streams.definition import Definition, FieldRule
from streams.errors import DefinitionError
from streams.form import Form, Question
from streams.form_translations import translation_problems
from streams.reasons import Reason
from streams.time_text import event_millis

MOST_QUESTIONS = 500
"""Of a form: all answers are sent with each of its steps."""

ID_LENGTH = 36
"""Characters of the id that a form gives each submission."""


def form_problems(definition: Definition, form: Form, file: str) -> Iterator[DefinitionError]:
    """One error for each rule that does not hold."""
    if len(form.questions) > MOST_QUESTIONS:
        allowed = f"has {len(form.questions):,} questions; a form has at most {MOST_QUESTIONS}"
        yield DefinitionError(file, "form.pages", None, allowed)
        return
    yield from _of_sending(definition, file)
    yield from _of_times(form, file)
    yield from translation_problems(form, file)
    before: dict[str, str] = {}
    for number, page in enumerate(form.pages):
        key = f"form.pages.{number}"
        yield from _of_condition(definition, file, f"{key}.when", page.when, before, form)
        for place, question in enumerate(page.questions):
            here = f"{key}.questions.{place}"
            yield from _of_question(definition, question, here, file, skipped=bool(page.when or question.when))
            yield from _of_condition(definition, file, f"{here}.when", question.when, before, form)
            if question.field in before or question.field in [each.field for each in page.questions[:place]]:
                yield DefinitionError(file, f"{here}.field", question.field, "is asked twice; ask it once")
        before.update((question.field, page.title) for question in page.questions)
    yield from _of_unasked(definition, form, file)


def _of_sending(definition: Definition, file: str) -> Iterator[DefinitionError]:
    if definition.duplicates is None or definition.key is None:
        allowed = "needs key and [duplicates], such as key = 'id': so what is sent again counts once"
        yield DefinitionError(file, "form", None, allowed)
        return
    name = definition.duplicates.id
    rule = definition.fields.get(name)
    if rule is not None and (rule.type != "string" or rule.values or not _fits(rule)):
        allowed = f"a form puts an id of {ID_LENGTH} characters there; let it be any string of that length"
        yield DefinitionError(file, f"fields.{name}", None, allowed)


def _fits(rule: FieldRule) -> bool:
    return (rule.min_length or 0) <= ID_LENGTH <= (rule.max_length or ID_LENGTH)


def _of_times(form: Form, file: str) -> Iterator[DefinitionError]:
    moments = {key: getattr(form, key) for key in ("opens", "closes") if getattr(form, key) is not None}
    wrong = [key for key, text in moments.items() if isinstance(event_millis(text), Reason)]
    for key in wrong:
        allowed = "an RFC 3339 time with an offset, like '2026-03-01T08:00:00+01:00'"
        yield DefinitionError(file, f"form.{key}", moments[key], allowed)
    if len(moments) == 2 and not wrong and int(event_millis(form.opens)) >= int(event_millis(form.closes)):
        yield DefinitionError(file, "form.closes", form.closes, "must be after opens")


def _of_question(
    definition: Definition, question: Question, key: str, file: str, *, skipped: bool
) -> Iterator[DefinitionError]:
    rule = definition.fields.get(question.field)
    if rule is None:
        allowed = f"names no field; known: {', '.join([*definition.fields][:40])}"
        yield DefinitionError(file, f"{key}.field", question.field, allowed)
        return
    if definition.duplicates is not None and question.field == definition.duplicates.id:
        yield DefinitionError(file, f"{key}.field", question.field, "is the id of a submission, which the form makes")
    if skipped and rule.required:
        allowed = f"is not always asked; say required = false in fields.{question.field}"
        yield DefinitionError(file, f"{key}.field", question.field, allowed)
    if question.choices and rule.type != "string":
        yield DefinitionError(file, f"{key}.choices", None, f"are for strings; {question.field} is a {rule.type}")
    unknown = [value for value in question.choices if rule.values is not None and value not in rule.values]
    if unknown:
        allowed = f"is not among the values of fields.{question.field}"
        yield DefinitionError(file, f"{key}.choices", unknown[0], allowed)


def _of_unasked(definition: Definition, form: Form, file: str) -> Iterator[DefinitionError]:
    asked = {question.field for question in form.questions}
    made = {definition.duplicates.id} if definition.duplicates else set()
    made |= {name for name, rules in definition.clean.items() if any(isinstance(each, Default) for each in rules)}
    for name, rule in definition.fields.items():
        if rule.required and name not in asked | made:
            allowed = "is required and no question asks for it; ask, or say required = false"
            yield DefinitionError(file, f"fields.{name}", None, allowed)


def _of_condition(
    definition: Definition, file: str, key: str, text: str | None, before: Mapping[str, str], form: Form
) -> Iterator[DefinitionError]:
    """It looks back only, to earlier pages: so no condition can go in a circle, and pages need no script."""
    if text is None:
        return
    try:
        compared = condition(text).compared
    except ConditionError as error:
        yield DefinitionError(file, key, text, str(error))
        return
    asked = [question.field for question in form.questions]
    for name, value in dict.fromkeys(compared):
        if name not in asked:
            yield DefinitionError(file, key, text, f"looks at {name}, which no question asks")
        elif name not in before:
            allowed = f"looks at {name}, which is not on an earlier page; conditions look back, never in a circle"
            yield DefinitionError(file, key, text, allowed)
        elif name in definition.fields and not comparable(definition.fields[name].type, value):
            kind = definition.fields[name].type
            yield DefinitionError(file, key, text, f"compares {name}, a {kind}, with {value!r}")
