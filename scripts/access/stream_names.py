"""Whether what a grant names is of the stream: a slip of the pen would hide, or show, something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from access.grants import EVERY_STREAM, Grant
from access.scope import made_of
from scripts.streams.known_streams import known_definition, known_definitions
from streams import Definition
from streams.errors import UnknownNameError


def refuse_unknown(grant: Grant) -> None:
    """Raise UnknownNameError for a stream, dimension or field that is not there; of all streams, in none of them."""
    if grant.stream == EVERY_STREAM:
        if grant.where or grant.hide:
            refuse_unknown_names(grant, known_definitions())
    else:
        refuse_unknown_names(grant, {grant.stream: known_definition(grant.stream)})


def refuse_unknown_names(grant: Grant, definitions: Mapping[str, Definition]) -> None:
    """The same of these streams, one of which has to have each name."""
    dimensions = _names(definition.dimensions for definition in definitions.values())
    hideable = _names((*definition.fields, *made_of(definition)) for definition in definitions.values())
    for kind, named, known in (
        ("dimension", [name for name, _ in grant.where], dimensions),
        ("field, dimension or measure", sorted(grant.hide), hideable),
    ):
        for name in named:
            if name not in known:
                raise UnknownNameError(kind, name, known)


def _names(listed: Iterable[Iterable[str]]) -> list[str]:
    return [*dict.fromkeys(name for names in listed for name in names)]
