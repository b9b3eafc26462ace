"""The rules of a form's languages: whoever reads it in one of them is told all that it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from streams.errors import DefinitionError
from streams.form import Form, FormPage, FormTexts, PageTexts, Question, QuestionTexts

TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""Of a language, as BCP 47 writes those that are in use: `de`, `pt-BR`, `zh-Hant`."""

_LONGEST_NAME = 60


def translation_problems(form: Form, file: str) -> Iterator[DefinitionError]:
    """One error for each tag that is none, and each text that is missing in one of the languages."""
    for tag, name in form.languages.items():
        if not TAG.fullmatch(tag):
            yield DefinitionError(file, "form.languages", tag, "is no tag of a language, like 'de' or 'pt-BR'")
        if not 1 <= len(name.strip()) <= _LONGEST_NAME:
            allowed = f"what the language calls itself, like 'Deutsch'; at most {_LONGEST_NAME} characters"
            yield DefinitionError(file, f"form.languages.{tag}", name, allowed)
    others = [*form.languages][1:]
    yield from _of(form, form.translations, others, "form", file, ("intro", "thanks"))
    for number, page in enumerate(form.pages):
        here = f"form.pages.{number}"
        yield from _of(page, page.translations, others, here, file, ("title", "intro"))
        for place, question in enumerate(page.questions):
            key = f"{here}.questions.{place}"
            yield from _of(question, question.translations, others, key, file, ("label", "help", "choices"))
            for tag, texts in question.translations.items():
                yield from _of_choices(question, texts, f"{key}.translations.{tag}.choices", file)


def _of(
    part: Form | FormPage | Question,
    given: Mapping[str, FormTexts] | Mapping[str, PageTexts] | Mapping[str, QuestionTexts],
    others: list[str],
    key: str,
    file: str,
    said: tuple[str, ...],
) -> Iterator[DefinitionError]:
    for tag in given:
        if tag not in others:
            known = f"known: {', '.join(others)}" if others else "form.languages names no second one"
            allowed = f"is none of the form's other languages; {known}. The texts themselves are in the first"
            yield DefinitionError(file, f"{key}.translations", tag, allowed)
    for tag in others:
        texts = given.get(tag)
        missing = [name for name in said if getattr(part, name) and not getattr(texts, name, None)]
        if missing:
            allowed = f"is missing: {' and '.join(missing)} in this language, for form.languages names it"
            yield DefinitionError(file, f"{key}.translations.{tag}", None, allowed)


def _of_choices(question: Question, texts: QuestionTexts, key: str, file: str) -> Iterator[DefinitionError]:
    differing = [value for value in (*question.choices, *texts.choices) if not _in_both(question, texts, value)]
    if texts.choices and differing:
        yield DefinitionError(file, key, differing[0], "is not among the choices in both languages; they are the same")


def _in_both(question: Question, texts: QuestionTexts, value: str) -> bool:
    return value in question.choices and value in texts.choices
