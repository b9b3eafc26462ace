"""What a stream's form is: pages of questions, each about one field of its messages.

What an answer must be is the field's own rule; a form adds wording, order, and which questions are skipped.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Question(_Model):
    """One field, asked. `choices`: value → wording, of a text; `when`: the condition on which it is asked."""

    field: str
    label: str = Field(min_length=1, max_length=1_000)
    help: str = Field(default="", max_length=2_000)
    choices: dict[str, str] = Field(default_factory=dict)
    when: str | None = None


class FormPage(_Model):
    """Questions that are asked together."""

    title: str = Field(min_length=1, max_length=300)
    intro: str = Field(default="", max_length=5_000)
    when: str | None = None
    questions: tuple[Question, ...] = Field(min_length=1)


class Form(_Model):
    """`opens`, `closes`: RFC 3339 times between which it takes answers."""

    intro: str = Field(default="", max_length=10_000)
    thanks: str = Field(default="Your answers have arrived.", max_length=5_000)
    opens: str | None = None
    closes: str | None = None
    pages: tuple[FormPage, ...] = Field(min_length=1)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those of all pages, in their order."""
        return tuple(question for page in self.pages for question in page.questions)
