"""Errors of sources.

SourceError
├── SourceDefinitionError   the TOML of a source breaks a rule; a DeclarationError, as that of a stream definition is
└── Held                    a file cannot be taken as it is and waits; says what to do
"""

from __future__ import annotations

from streams.errors import DeclarationError, WindowpaneError


class SourceError(WindowpaneError):
    """What was asked of a source, or of a file of one, cannot be."""


class SourceDefinitionError(SourceError, DeclarationError):
    """A source's TOML breaks a rule."""


class Held(SourceError):  # noqa: N818 - a state of the file, as people call it
    """A file waits for a person: nothing of it was taken. `reason`: one line that says what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
