"""What a stream's form is: pages of questions, each about one field of its messages.

What an answer must be is the field's own rule; a form adds wording, order, and which questions are skipped. Its texts
are in the first of its languages; `translations` of each part have them in the others.
"""

from __future__ import annotations

from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

_Part = TypeVar("_Part", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class QuestionTexts(_Model):
    """What a question says in another language."""

    label: str = Field(min_length=1, max_length=1_000)
    help: str = Field(default="", max_length=2_000)
    choices: dict[str, str] = Field(default_factory=dict)


class PageTexts(_Model):
    """What a page says in another language."""

    title: str = Field(min_length=1, max_length=300)
    intro: str = Field(default="", max_length=5_000)


class FormTexts(_Model):
    """What a form says in another language. `title`: of the stream, on its form; empty for as it is called."""

    title: str = Field(default="", max_length=300)
    intro: str = Field(default="", max_length=10_000)
    thanks: str = Field(default="", max_length=5_000)


class Question(_Model):
    """One field, asked. `choices`: value → wording, of a text; `when`: the condition on which it is asked."""

    field: str
    label: str = Field(min_length=1, max_length=1_000)
    help: str = Field(default="", max_length=2_000)
    choices: dict[str, str] = Field(default_factory=dict)
    when: str | None = None
    translations: dict[str, QuestionTexts] = Field(default_factory=dict)

    def said_in(self, tag: str) -> Self:
        """The same, in a language."""
        return _said_in(self, self.translations.get(tag))


class FormPage(_Model):
    """Questions that are asked together."""

    title: str = Field(min_length=1, max_length=300)
    intro: str = Field(default="", max_length=5_000)
    when: str | None = None
    translations: dict[str, PageTexts] = Field(default_factory=dict)
    questions: tuple[Question, ...] = Field(min_length=1)

    def said_in(self, tag: str) -> Self:
        """The same with its questions, in a language."""
        page = _said_in(self, self.translations.get(tag))
        return page.model_copy(update={"questions": tuple(each.said_in(tag) for each in self.questions)})


class Edits(_Model):
    """Submissions can be changed: a changed one is another message, with the same key and another id of `[duplicates]`,
    the number of its version from 1. `by`, `why`: the fields that say who changed it, and the reason."""

    by: str
    why: str


class Form(_Model):
    """`opens`, `closes`: RFC 3339 times between which it takes answers. `once`: each person fills it in once.

    `languages`: tag → what the language calls itself; its texts are in the first. None: nothing is said of it. `edits`:
    None where what was sent stays as it is.
    """

    intro: str = Field(default="", max_length=10_000)
    thanks: str = Field(default="", max_length=5_000)
    opens: str | None = None
    closes: str | None = None
    once: bool = False
    edits: Edits | None = None
    languages: dict[str, str] = Field(default_factory=dict, max_length=100)
    translations: dict[str, FormTexts] = Field(default_factory=dict)
    pages: tuple[FormPage, ...] = Field(min_length=1)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those of all pages, in their order."""
        return tuple(question for page in self.pages for question in page.questions)

    def said_in(self, tag: str) -> Form:
        """The same, in one of its languages."""
        form = _said_in(self, self.translations.get(tag), "title")
        return form.model_copy(update={"pages": tuple(each.said_in(tag) for each in self.pages)})


def _said_in(part: _Part, texts: BaseModel | None, *others: str) -> _Part:
    names = [name for name in type(texts).model_fields if name not in others] if texts else []
    return part.model_copy(update={name: text for name in names if (text := getattr(texts, name))})
