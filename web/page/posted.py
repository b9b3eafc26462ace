"""What a form was sent with."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from web.access.csrf import form_of
from web.edge.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Posted:
    """The values of a form, and what is wrong with them by field; a field that was not sent is empty."""

    values: dict[str, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """One line, without blanks around it."""
        return self.secret(name).strip()

    def secret(self, name: str) -> str:
        """A value exactly as it was typed."""
        return self.values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Of a field that may be there several times."""
        return self.values.get(name, [])

    def given(self, name: str) -> bool:
        """Whether a box was ticked, or a button of that name pressed."""
        return bool(self.secret(name))

    def words(self, name: str) -> list[str]:
        """Names with blanks or commas between them."""
        return self.text(name).replace(",", " ").split()

    def problem(self, name: str) -> str:
        """What is wrong with a field, with the whole form if it has no name; empty if nothing is."""
        return self.problems.get(name, "")

    def wrong(self, name: str, reason: str) -> Posted:
        """The same, with what is wrong with a field."""
        return Posted(self.values, {**self.problems, name: reason})


async def posted(request: Request) -> Posted:
    """What was posted. Raises ProblemError."""
    fields = await form_of(request)
    if any("\0" in value for values in fields.values() for value in values):
        raise ProblemError("unparseable", "The form has a character that no text has.")
    return Posted({name: [value.replace("\r\n", "\n") for value in values] for name, values in fields.items()})
