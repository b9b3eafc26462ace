"""The form of a grant: what was typed, as a grant or as what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from access.errors import InvalidAccessError
from access.grants import EVERY_STREAM, Grant, checked_grant
from streams.definition import Definition
from web.page.posted import Posted

FIELDS = ("subject", "stream", "can", "where", "hide")


def read_grant(form: Posted, definitions: Mapping[str, Definition]) -> Grant:
    """The grant of a form. Raises InvalidAccessError, of one of `FIELDS`."""
    stream = form.text("stream")
    if not form.all("can"):
        raise InvalidAccessError("can", "tick one at least")
    grant = checked_grant(
        form.text("subject").lower(),
        stream,
        form.all("can"),
        read_rows(form.secret("where")),
        read_names(form.secret("hide")),
    )
    if stream != EVERY_STREAM:
        _check_names(grant, definitions.get(stream))
    return grant


def read_rows(text: str) -> dict[str, list[str]]:
    """`dimension=value`, a line each; lines of the same dimension are alternatives. Raises InvalidAccessError."""
    rows = dict[str, list[str]]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise InvalidAccessError("where", f"line {number} is not dimension=value")
        rows.setdefault(name.strip(), []).append(value.strip())
    return rows


def read_names(text: str) -> list[str]:
    """Names with lines or commas between them."""
    return [name for name in (part.strip() for part in text.replace(",", "\n").split("\n")) if name]


def _check_names(grant: Grant, definition: Definition | None) -> None:
    """What a stream does not have would shut everything: more likely it is mistyped."""
    if definition is None:
        raise InvalidAccessError("stream", "is not one that there is")
    for name, _ in grant.where:
        if name not in definition.dimensions:
            raise InvalidAccessError("where", f"{name[:100]!r} is no dimension; {_listed(definition.dimensions)}")
    known = {*definition.fields, *definition.dimensions, *definition.measures, *definition.distincts}
    for name in sorted(grant.hide):
        if name not in known:
            raise InvalidAccessError("hide", f"{name[:100]!r} is not of the stream; {_listed(sorted(known))}")


def _listed(names: Mapping[str, object] | list[str]) -> str:
    return f"it has {', '.join(names)}" if names else "it has none"
