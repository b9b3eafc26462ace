"""The SQL that compares a file with what was landed before. Pure: rules in, statements out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sources.definition import Corrections
from sources.sql_text import literal

_DECIMAL = "decimal(38, 9)"
"""Exact, whatever is added; streams have at most nine decimals."""

_COUNTABLE = f"number between -{10**18} and {10**18}"

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+))?"

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "sql"), undefined=StrictUndefined, autoescape=False
)


@dataclass(frozen=True, slots=True)
class Files:
    """What is read and written. `landed_before`: None for the first file of a source."""

    mapped: Path
    landed_before: Path | None
    changes: Path
    landed: Path
    repeated: Path


def before_statements(corrections: Corrections, files: Files) -> list[str]:
    """Up to the table `facts`, by which it is decided whether the file waits."""
    before = literal(str(files.landed_before)) if files.landed_before else None
    return [
        _rendered("landed_before", landed=before, **_landed_before(corrections)),
        _rendered("incoming", mapped=literal(str(files.mapped)), **_incoming(corrections)),
        _rendered("repeated"),
        _rendered("facts", scope=_scope(corrections, "said"), replaced=_replaced(corrections)),
    ]


def after_statements(corrections: Corrections, files: Files, file_hash: str) -> list[str]:
    """From `facts` to the files."""
    return [
        _rendered("targets", running_total=corrections.new_from is not None),
        _rendered("compared"),
        _rendered(
            "changes", file_hash=literal(file_hash), changes=literal(str(files.changes)), **_patches(corrections)
        ),
        _rendered("landed", landed=literal(str(files.landed))),
        _rendered("repeated_rows", repeated=literal(str(files.repeated))),
    ]


def withdrawal_statements(
    corrections: Corrections, changes: Path, before: Path | None, after: Path, fresh: Path
) -> list[str]:
    """From the state `after` a file to one without the changes of the table `refused_ids`."""
    found = literal(str(before)) if before else None
    return [
        _rendered("refused", key_paths=_key_paths(corrections), changes=literal(str(changes))),
        _rendered("withdrawn", after=literal(str(after)), before=found, fresh=literal(str(fresh))),
    ]


def _rendered(name: str, **values: Any) -> str:
    return _TEMPLATES.get_template(f"{name}.sql").render(values)


def _path(field: str) -> str:
    return literal(f"$.{field}")


def _landed_before(corrections: Corrections) -> dict[str, str]:
    paths = ", ".join(literal(f"$[{place}]") for place in range(len(corrections.key)))
    return {"key_parts": f"json_extract_string(key, [{paths}])", "series": _series(corrections, "parts")}


def _incoming(corrections: Corrections) -> dict[str, str]:
    number = "cast(null as varchar)"
    fit = ["list_count(key) > 0"]
    if corrections.deleted is None:
        number = f"cast(json_extract(message, {_path(corrections.new_from or corrections.value)}) as varchar)"
        fit.append(_COUNTABLE)
    date = "cast(null as varchar)"
    if corrections.date in corrections.key:
        date = f"key[{corrections.key.index(corrections.date) + 1}]"
    elif corrections.date:
        date = f"json_extract_string(message, {_path(corrections.date)})"
    if corrections.date:
        fit.append(f"regexp_full_match(date, '{_DATE}') and try_strptime(left(date, 10), '%Y-%m-%d') is not null")
    return {
        "key_paths": _key_paths(corrections),
        "number_text": number,
        "date": date,
        "series": _series(corrections, "key"),
        "fit": f"coalesce({' and '.join(fit)}, false)",
    }


def _series(corrections: Corrections, key: str) -> str:
    """What running totals of one series have in common: the key but for the date; null where there are none."""
    if corrections.new_from is None:
        return "cast(null as uhugeint)"
    parts = [f"{key}[{place}]" for place, name in enumerate(corrections.key, 1) if name != corrections.date]
    return f"md5_number(cast(to_json([{', '.join(parts)}]) as varchar))"


def _key_paths(corrections: Corrections) -> str:
    return f"[{', '.join(map(_path, corrections.key))}]"


def _scope(corrections: Corrections, table: str) -> str:
    """What a file is the truth for, as one text: a date, the fields that it is within."""
    parts = [f"left({table}.date, 10)"] if corrections.replaces == "dates" else []
    parts += [f"(cast({table}.key as varchar[]))[{corrections.key.index(name) + 1}]" for name in corrections.within]
    return f"cast(to_json([{', '.join(parts)}]) as varchar)"


def _replaced(corrections: Corrections) -> str:
    if corrections.replaces == "rows":
        return "n.k is not null"
    parts = []
    if corrections.replaces == "span":
        bounds = (f"(select {bound}(left(date, 10)) from said where fit)" for bound in ("min", "max"))  # noqa: S608
        parts.append(f"{_day(corrections)} between {' and '.join(bounds)}")
    if corrections.replaces == "dates" or corrections.within:
        parts.append(f"{_scope(corrections, 'l')} in (select scope from scopes)")  # noqa: S608 - of quoted names
    return " and ".join(parts) or "true"


def _day(corrections: Corrections) -> str:
    """The day of what was landed; of the key, where it has it, since not every state has it beside."""
    if corrections.date in corrections.key:
        return f"left((cast(l.key as varchar[]))[{corrections.key.index(corrections.date) + 1}], 10)"
    return "left(l.date, 10)"


def _patches(corrections: Corrections) -> dict[str, str]:
    """What is put into messages, as SQL that makes the text of an object in JSON."""
    if corrections.deleted is not None:
        retracted = f", if(kind = 'retracted', ',{_key(corrections.deleted)}true', '')"
        own = """if(json_exists(message, '$.id'), '', '"id":"' || id || '",')"""
        return {
            "plain": "false",
            "patch": f"concat('{{', {own}, '{_key('revision')}', revision{retracted}, '}}')",
            "unfit_patch": f"concat('{{', {own}, '{_key('revision')}0}}')",
        }
    gone = f", if(kind = 'retracted', ',{_key(corrections.new_from)}null', '')" if corrections.new_from else ""
    own = f"'{{{_key('id')}\"', id, '\",{_key('revision')}'"
    # What cannot be read as a number is left for the decoder to name; one that can must not be counted.
    raw = f"cast(json_extract(message, {_path(corrections.new_from or corrections.value)}) as varchar)"
    named = f"'0,{_key(corrections.value)}', if({_COUNTABLE}, 'null', coalesce({raw}, 'null')), '}}'"
    own_names = [literal(f'"{name}"') for name in ("id", "revision", corrections.value)]
    parts = [f"contains(message, {name})" for name in own_names]
    return {
        "plain": f"message <> '{{}}' and not ({' or '.join(parts)})",
        "patch": f"concat({own}, revision, ',{_key(corrections.value)}', change{gone}, '}}')",
        "unfit_patch": f"concat({own}, {named})",
    }


def _key(field: str) -> str:
    return f'"{field}":'
