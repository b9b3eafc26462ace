"""A form of forty fields on one page."""

from __future__ import annotations

from streams.definition import Definition
from tests.web.pages.forms.test_form import STUDENTS, filling

FIELDS = 40


def long_form() -> Definition:
    """All questions of the students' form on one page, and some once more under other names."""
    questions = [each.model_copy(update={"when": None}) for each in filling().form.questions]
    more = [each.model_copy(update={"field": f"{each.field}_again"}) for each in questions[: FIELDS - len(questions)]]
    asked = (*questions, *more)
    page = filling().form.pages[0].model_copy(update={"questions": asked, "when": None})
    rules = {each.field: STUDENTS.fields[each.field.removesuffix("_again")] for each in asked}
    form = filling().form.model_copy(update={"pages": (page,)})
    changes = {"name": "long_answers", "form": form, "fields": {**STUDENTS.fields, **rules}}
    return STUDENTS.model_copy(update=changes)


LONG = long_form()
