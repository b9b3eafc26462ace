"""A draft of a stream with a form, judged as `apply` judges a file. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.definition_rules import check
from streams.definition_sense import nonsense
from streams.errors import DefinitionError
from streams.toml_lines import line_in, line_of


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong. `line`: where; None where that is not one place."""

    line: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Looked:
    """`definition`: what the draft declares, None if it breaks a rule; then `problems` has them."""

    definition: Definition | None
    problems: tuple[Problem, ...] = ()


def looked_at(text: str, name: str) -> Looked:
    """Judge a draft."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Looked(None, (Problem(line_in(str(error)), f"This is no TOML: {error}"),))
    except RecursionError:
        return Looked(None, (Problem(None, "This is no TOML that can be read: it is nested too deeply."),))
    try:
        # A file has no name in it; an error in that is said of the field for it.
        definition = parse_definition({**raw, "name": name}, f"{name}.toml", (check, nonsense))
    except DefinitionError as error:
        return Looked(None, tuple(_problem(text, each) for each in (error, *error.others)))
    if definition.form is None:
        return Looked(None, (Problem(None, "There is no [form] in it."),))
    return Looked(definition)


def _problem(text: str, error: DefinitionError) -> Problem:
    value = "" if error.value is None else f" = {str(error.value)[:80]!r}"
    return Problem(line_of(text, error.key), f"{error.key}{value}: {error.allowed}")
