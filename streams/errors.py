"""The root of every error that Windowpane raises on purpose.

    WindowpaneError                 one line that says what is wrong and what to do
    ├── streams.errors.DeclarationError     a file that declares something breaks a rule
    │   └── streams.errors.DefinitionError      a stream definition does
    ├── streams.errors.TopicError           Kafka holds a topic that cannot be used as declared
    │   ├── streams.errors.KafkaAwayError       Kafka does not answer, or has not acknowledged in time
    │   └── streams.errors.ProducerBusyError    more messages wait for Kafka than may wait
    ├── streams.errors.UnknownNameError     nothing of that name is known
    ├── database.errors.LakeError           a record, table, snapshot or commit
    ├── query.errors.QueryError             a window cannot be answered
    ├── sources.errors.SourceError          what is asked of a source, or of a file of one, cannot be
    ├── analysis.errors.AnalysisError       a number cannot honestly be given: too few counts, or not counts
    ├── flink_jobs.errors.JobError          a job cannot be rendered, submitted or found
    └── compose.errors.StackError           the engines and what they run on

Third-party errors are translated at the boundary of the package that talks to the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Self


class WindowpaneError(Exception):
    """Base of all errors meant for people. `str(error)` is one line."""


class DeclarationError(WindowpaneError):
    """A file that declares something breaks a rule.

    Carries the file, the dotted key, the value found and what is allowed; `others`: what else is wrong with the file.
    """

    others: tuple[Self, ...] = ()

    def __init__(self, file: str, key: str, value: object, allowed: str) -> None:
        self.file, self.key, self.value, self.allowed = file, key, value, allowed
        text = repr(value)
        shown = "" if value is None else f" = {text if len(text) <= 120 else f'{text[:117]}...'}"
        super().__init__(f"{file}: {key}{shown}: {allowed}")

    @classmethod
    def first(cls, problems: Sequence[Self]) -> Self:
        """The first of several, at least one, which carries the others."""
        problems[0].others = tuple(problems[1:])
        return problems[0]


def not_known_here(key: str, known: Sequence[str]) -> str:
    """What is allowed in place of a key that nothing has: the one that was probably meant, and all that there are."""
    meant = get_close_matches(key, known, n=1)
    allowed = "is not known here" + (f"; did you mean {meant[0]}?" if meant else "")
    return allowed + (f"; known: {', '.join(known)}" if known else "")


class DefinitionError(DeclarationError):
    """A stream definition breaks a rule."""


class UnknownNameError(WindowpaneError):
    """Nothing of that kind has this name; says which name is nearly the same, and which there are."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        near = get_close_matches(name.lower(), self.known, n=1)
        meant = f"did you mean {near[0]}? Known: " if near else "known: "
        super().__init__(f"there is no {kind} {name!r}; {meant}{', '.join(self.known)}")


class TopicError(WindowpaneError):
    """Kafka cannot be reached, or holds a topic that cannot be used as declared."""


class KafkaAwayError(TopicError):
    """Kafka does not answer, or has not acknowledged in time; trying again later may help."""


class ProducerBusyError(TopicError):
    """More messages wait for Kafka's acknowledgement than may wait; none of this call's was taken. Try again later."""
