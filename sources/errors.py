"""Errors of sources.

SourceError
├── SourceDefinitionError   the TOML of a source breaks a rule; names the file, the key, the value and what is allowed
└── Held                    a file cannot be taken as it is and waits; says what to do
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.errors import WindowpaneError


class SourceError(WindowpaneError):
    """What was asked of a source, or of a file of one, cannot be."""


class SourceDefinitionError(SourceError):
    """A source's TOML breaks a rule. `others`: what else is wrong with the file."""

    others: tuple[SourceDefinitionError, ...] = ()

    def __init__(self, file: str, key: str, value: object, allowed: str) -> None:
        self.file, self.key, self.value, self.allowed = file, key, value, allowed
        text = repr(value)
        shown = "" if value is None else f" = {text if len(text) <= 120 else f'{text[:117]}...'}"
        super().__init__(f"{file}: {key}{shown}: {allowed}")

    @classmethod
    def first(cls, problems: Sequence[SourceDefinitionError]) -> SourceDefinitionError:
        """The first of several, at least one, which carries the others."""
        problems[0].others = tuple(problems[1:])
        return problems[0]


class Held(SourceError):  # noqa: N818 - a state of the file, as people call it
    """A file waits for a person: nothing of it was taken. `reason`: one line that says what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
