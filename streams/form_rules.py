"""The rules of a form that span several keys: whoever fills it in can always make a message that is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.cleaning_rules import Default
from streams.conditions import ConditionError, comparable, condition
from streams.definition import Definition, FieldRule
from streams.errors import DefinitionError
from streams.form import Edits, Form, Question
from streams.form_translations import translation_problems
from streams.reasons import Reason
from streams.time_text import event_millis

MOST_QUESTIONS = 500
"""Of a form: all answers are sent with each of its steps."""

LONGEST_REASON = 300
"""Of a change, in characters."""

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
    assert definition.form is not None
    edited = definition.form.edits is not None
    name = definition.key if edited else definition.duplicates.id
    rule = definition.fields.get(name)
    if rule is not None and not _takes(rule, ID_LENGTH, ID_LENGTH):
        allowed = f"a form puts an id of {ID_LENGTH} characters there; let it be any string of that length"
        yield DefinitionError(file, f"fields.{name}", None, allowed)
    if edited:
        yield from _of_edits(definition, definition.key, definition.duplicates.id, definition.form.edits, file)


def _of_edits(
    definition: Definition, key: str, version: str, edits: Edits | None, file: str
) -> Iterator[DefinitionError]:
    assert edits is not None
    if definition.records is None:
        yield DefinitionError(file, "records", None, "is needed by form.edits: what was sent is read there; say true")
    if key == version:
        allowed = "is key too; with form.edits, key is of a submission and this the number of its version: two fields"
        yield DefinitionError(file, "duplicates.id", version, allowed)
    elif (rule := definition.fields.get(version)) is not None and not _takes(rule, 1, 9):
        allowed = "has the number of a version, with form.edits; let it be any string of 1 to 9 characters"
        yield DefinitionError(file, f"fields.{version}", None, allowed)
    asked = [question.field for question in (definition.form.questions if definition.form else ())]
    for name, place in ((edits.by, "by"), (edits.why, "why")):
        told = definition.fields.get(name)
        if told is None or told.required or name in asked or not _takes(told, 1, LONGEST_REASON):
            allowed = f"names no field for it: a string with required = false, of up to {LONGEST_REASON} characters"
            yield DefinitionError(file, f"form.edits.{place}", name, allowed)


def _takes(rule: FieldRule, shortest: int, longest: int) -> bool:
    """Whether a field can be any text of so many characters."""
    long_enough = (rule.min_length or 0) <= shortest and (rule.max_length or longest) >= longest
    return rule.type == "string" and not rule.values and long_enough


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
    if question.field in _made(definition):
        yield DefinitionError(file, f"{key}.field", question.field, "is of a submission's id, which the form makes")
    if skipped and rule.required:
        allowed = f"is not always asked; say required = false in fields.{question.field}"
        yield DefinitionError(file, f"{key}.field", question.field, allowed)
    if question.choices and rule.type != "string":
        yield DefinitionError(file, f"{key}.choices", None, f"are for strings; {question.field} is a {rule.type}")
    unknown = [value for value in question.choices if rule.values is not None and value not in rule.values]
    if unknown:
        allowed = f"is not among the values of fields.{question.field}"
        yield DefinitionError(file, f"{key}.choices", unknown[0], allowed)


def _made(definition: Definition) -> set[str]:
    """Fields that a form fills."""
    edited = definition.form is not None and definition.form.edits is not None
    names = {definition.duplicates.id} if definition.duplicates else set[str]()
    return names | ({definition.key} if edited and definition.key else set())


def _of_unasked(definition: Definition, form: Form, file: str) -> Iterator[DefinitionError]:
    asked = {question.field for question in form.questions}
    made = _made(definition) | {
        name for name, rules in definition.clean.items() if any(isinstance(each, Default) for each in rules)
    }
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
