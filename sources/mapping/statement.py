"""The SQL of a mapping: what `input` is made of, the SELECT over it, how its rows become messages. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sources.definition import Mapping as MappingRules
from sources.errors import Held
from sources.sql_text import literal, quoted

ROW = "_row"
"""The column of `input`, and of what a mapping gives, with the line in the file."""
NAME = "_name"
"""The column of `input` with the name of the file."""


def mapping_select(mapping: MappingRules) -> str:
    """The SELECT as it was written, or made of [mapping.fields]; a comment at the end of a field ends with it."""
    if mapping.select is not None:
        return mapping.select.strip().rstrip(";").strip()
    fields = "".join(
        f",\n  ({expression}\n  ) as {quoted(name)}" for name, expression in (mapping.fields or {}).items()
    )
    where = f"\nwhere ({mapping.where}\n)" if mapping.where else ""
    return f"select {ROW}{fields}\nfrom input{where}"


def input_columns(headers: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Column of `input` → the headers of the file that it has its text from, the first that is not empty.

    Wanted columns first; what nobody declared keeps its own name, unless that is taken. Raises Held if one is missing.
    Headers are compared without regard to case and spaces around or between words.
    """
    there = {_folded(header): header for header in reversed(headers)}
    columns: list[tuple[str, tuple[str, ...]]] = []
    missing = []
    used: set[str] = set()
    for name, accepted in wanted.items():
        found = tuple(dict.fromkeys(there[_folded(each)] for each in accepted if _folded(each) in there))
        if not found and not name.endswith("?"):
            missing.append(f"{name} ({' or '.join(accepted)})")
        used.update(found)
        columns.append((name.removesuffix("?"), found))
    if missing:
        seen = ", ".join(headers[:20]) + (", …" if len(headers) > 20 else "")
        raise Held(
            f"the file has no column for {', '.join(missing)}; add its header to [columns], or ? to the name if files "
            f"may lack it. The file's headers: {seen}"
        )
    taken = {name for name, _ in columns} | {ROW, NAME}
    for header in headers:
        if header not in used and header.lower() not in taken:
            taken.add(header.lower())
            columns.append((header, (header,)))
    return columns


def undeclared(headers: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Headers that no wanted column takes."""
    known = {_folded(each) for accepted in wanted.values() for each in accepted}
    return tuple(header for header in headers if _folded(header) not in known)


def input_select(columns: Iterable[tuple[str, tuple[str, ...]]], positions: Mapping[str, str], name: str) -> str:
    """What the view `input` selects; `positions`: header → column of the table `file` that it is kept as."""
    taken = [f"{_text(found, positions)} as {quoted(column)}" for column, found in columns]
    return f"select {ROW}, {', '.join((*taken, f'{literal(name)} as {NAME}'))} from file"  # noqa: S608 - all quoted


def message_select(columns: Sequence[tuple[str, str]], mapped: str) -> str:
    """Rows of `row` and `message`, a JSON object of all that is not null, from the relation `mapped` of these columns.

    `columns`: name and DuckDB type of each. Raises Held for what cannot be a message.
    """
    names = [name for name, _ in columns]
    if ROW not in names:
        raise Held(f"the mapping does not hand on {ROW}, the line in the file; select {ROW} beside the fields")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Held(f"the mapping names {', '.join(twice)} twice; a message has each field once")
    if dict(columns)[ROW] not in ("BIGINT", "INTEGER", "HUGEINT"):
        raise Held(f"{ROW} of the mapping is no line of the file; hand it on as it is, or as min({ROW})")
    members = ",\n    ".join(_member(name, kind) for name, kind in columns if name != ROW)
    if not members:
        raise Held("the mapping gives no field; select at least one beside _row")
    message = f"'{{' || concat_ws(',',\n    {members}) || '}}'"
    return f"select cast({ROW} as bigint) as row, {message} as message\nfrom {mapped} as m"


def _folded(header: str) -> str:
    return " ".join(header.split()).casefold()


def _text(found: Sequence[str], positions: Mapping[str, str]) -> str:
    if not found:
        return "cast(null as varchar)"
    kept = [positions[header] for header in found]
    return kept[0] if len(kept) == 1 else f"coalesce({', '.join(kept)})"


_TIMES = {
    "TIMESTAMP": "Z",
    "TIMESTAMP WITH TIME ZONE": "Z",
    "TIMESTAMP_NS": "Z",
    "TIMESTAMP_MS": "Z",
    "TIMESTAMP_S": "Z",
}
_WITHOUT_JSON = ("BLOB", "BIT", "MAP", "UNION", "VARIANT", "GEOMETRY")


def _member(name: str, kind: str) -> str:
    """`"name":value` of a field, or null where it is null, which `concat_ws` leaves out."""
    if kind.startswith(_WITHOUT_JSON):
        raise Held(f"{name} of the mapping is of type {kind}, which no message can hold; cast it to varchar")
    column = f"m.{quoted(name)}"
    value = f"to_json({column})"
    if kind in _TIMES:
        value = f"to_json(strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ'))"
    elif kind in ("DOUBLE", "FLOAT"):
        # No number of JSON: handed on as text, so that the decoder names it.
        value = f"if(isfinite({column}), to_json({column}), to_json(cast({column} as varchar)))"
    elif kind == "JSON":
        value = f"nullif(cast({column} as varchar), 'null')"
    return f"{literal(json.dumps(name) + ':')} || cast({value} as varchar)"
