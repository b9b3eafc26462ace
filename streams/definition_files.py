"""How a definition is read from `<name>.toml`: the user's own in the folder of streams, the product's in its systems.

Every error is a DefinitionError that names the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from streams.definition import (
    BENCH_PREFIX,
    BreakdownRule,
    Definition,
    Dimension,
    Distinct,
    Duplicates,
    EventTime,
    FieldRule,
    Measure,
    Records,
)
from streams.definition_rules import check
from streams.definition_sense import nonsense
from streams.errors import DefinitionError, not_known_here
from streams.form import Form
from streams.retention import Retention
from streams.visits import Visits

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "event_time": EventTime, "fields": FieldRule, "dimensions": Dimension, "measures": Measure, "distincts": Distinct,
    "breakdowns": BreakdownRule, "retention": Retention, "duplicates": Duplicates, "visits": Visits,
    "records": Records, "form": Form,
}  # fmt: skip


_Rules: TypeAlias = Callable[[Definition, str], Iterable[DefinitionError]]


_OWN = Path(__file__).resolve().parent.parent / "systems" / "access" / "streams"
"""What Windowpane sends by itself, which is read wherever the folder of streams is: else nobody would keep it."""


def definition_files(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Stream → the files that declare it, which should be one, in order of the names.

    They are those in the folder, and those of the systems beside it, in `systems/*/streams`; a link from one to another
    declares nothing anew. Where none of them is of the access log, it is the product's own.
    """
    own = {path.stem: (path,) for path in _OWN.glob("*.toml")}
    return dict(sorted({**own, **_chosen_files(folder)}.items()))


def _chosen_files(folder: Path) -> dict[str, tuple[Path, ...]]:
    files: dict[str, tuple[Path, ...]] = {}
    paths = (*folder.glob("*.toml"), *folder.parent.glob("systems/*/streams/*.toml"))
    once = {(path.stem, path.resolve()): path for path in paths}
    for (name, _), path in sorted(once.items()):
        files[name] = (*files.get(name, ()), path)
    return files


def load_definitions(folder: Path) -> dict[str, Definition]:
    """Every declared definition, by name, in order of their names. Raises the first DefinitionError met."""
    definitions, problems = read_definitions(folder)
    for error in problems.values():
        raise error
    if not _chosen_files(folder):
        raise DefinitionError(str(folder), "*.toml", None, "holds no stream definition; add one")
    return definitions


def read_definitions(folder: Path) -> tuple[dict[str, Definition], dict[str, DefinitionError]]:
    """Name → definition of every stream whose file can be read, and name → what is wrong with each of the others."""
    definitions: dict[str, Definition] = {}
    problems: dict[str, DefinitionError] = {}
    for name, files in definition_files(folder).items():
        try:
            definitions[name] = load_definition(*files)
        except DefinitionError as error:
            problems[name] = error
    return definitions, problems


def load_definition(path: Path, *others: Path) -> Definition:
    """Read and check one definition. The stream is named after the file; `others`: more of that name, an error."""
    if others:
        files = " and ".join(map(str, (path, *others)))
        raise DefinitionError(path.name, "file", None, f"{files} declare the same stream; keep one")
    try:
        text = path.read_text("utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(path.name, "file", None, f"cannot be read: {error}") from error
    if raw.setdefault("name", path.stem) != path.stem:
        raise DefinitionError(path.name, "name", raw["name"], "a stream is named after its file; leave name out")
    if path.stem.startswith(BENCH_PREFIX):
        raise DefinitionError(path.name, "name", path.stem, f"{BENCH_PREFIX}… is for benchmarks; choose another name")
    return parse_definition(raw, path.name, (check, nonsense))


def parse_definition(raw: Mapping[str, Any], file: str, rules: Sequence[_Rules] = (check,)) -> Definition:
    """Check an already parsed definition; `file` is named in errors.

    Raises the first DefinitionError, which carries the others; `rules` are looked at in order, until one is broken.
    """
    try:
        # By way of JSON, whose arrays may be tuples while all other types are strict.
        definition = Definition.model_validate_json(json.dumps(_expand(raw), default=_text))
    except ValidationError as error:
        raise DefinitionError.first([explained(file, each) for each in error.errors()]) from error
    for rule in rules:
        if problems := list(rule(definition, file)):
            raise DefinitionError.first(problems)
    return definition


def explained(file: str, error: ErrorDetails) -> DefinitionError:
    """What pydantic found, with the known keys, and the one that was probably meant, where one is not known."""
    key = ".".join(str(part) for part in error["loc"] if part != "[key]") or "file"
    value = None if error["type"] == "missing" else error["input"]
    allowed = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        section = Definition if len(error["loc"]) == 1 else _SECTIONS.get(str(error["loc"][0]))
        allowed = not_known_here(str(error["loc"][-1]), list(section.model_fields) if section else [])
    return DefinitionError(file, key, value, allowed)


def _text(value: Any) -> str:
    """A TOML date or time as JSON has it."""
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _expand(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Let a dimension or a distinct count be written as the bare name of its field, a breakdown as its dimensions, and
    records as true or false."""
    expanded = dict(raw)
    if isinstance(entries := raw.get("breakdowns"), dict):
        expanded["breakdowns"] = {k: {"by": v} if isinstance(v, list) else v for k, v in entries.items()}
    if isinstance(kept := raw.get("records"), bool):
        expanded["records"] = {} if kept else None
    for section in ("dimensions", "distincts"):
        if isinstance(entries := raw.get(section), dict):
            expanded[section] = {k: {"field": v} if isinstance(v, str) else v for k, v in entries.items()}
    return expanded
