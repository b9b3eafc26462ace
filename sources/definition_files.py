"""How a source is read from `<name>.toml`: the product's own are in `systems/*/sources`, the user's in a folder.

Every error is a SourceDefinitionError that names the file, the key, the value and what is allowed; the first carries
the others.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sources import origins
from sources.definition import Corrections, Source
from sources.definition import Mapping as MappingRules
from sources.errors import Held, SourceDefinitionError
from sources.limits import Limits
from streams.errors import not_known_here

_PRODUCT = Path(__file__).resolve().parent.parent
_SYSTEMS = "systems/"
"""A lookup that begins so is one of the product's, wherever the source lies."""

_MOST_BYTES = 1 << 20


def load_sources(folders: Iterable[Path]) -> dict[str, Source]:
    """Every source of these folders, by name, in order of their names. Raises the first SourceDefinitionError met."""
    sources, problems = read_sources(folders)
    for error in problems.values():
        raise error
    return sources


def read_sources(
    folders: Iterable[Path], *, judged: bool = True
) -> tuple[dict[str, Source], dict[str, SourceDefinitionError]]:
    """As `read_files`, of all files of some folders."""
    return read_files(source_files(folders), judged=judged)


def source_files(folders: Iterable[Path]) -> dict[str, tuple[Path, ...]]:
    """Source → the files of these folders that declare it, which should be one, in order of the names.

    A link from one folder to another declares nothing anew.
    """
    files: dict[str, dict[Path, Path]] = {}
    for folder in folders:
        for path in folder.glob("*.toml"):
            files.setdefault(path.stem, {}).setdefault(path.resolve(), path)
    return {name: tuple(paths.values()) for name, paths in sorted(files.items())}


def read_files(
    files: Mapping[str, Sequence[Path]], *, judged: bool = True
) -> tuple[dict[str, Source], dict[str, SourceDefinitionError]]:
    """Name → source of each of `source_files` that can be read, and name → what is wrong with each of the others.

    `judged`: whether their SELECTs are looked at too, which takes DuckDB.
    """
    sources: dict[str, Source] = {}
    problems: dict[str, SourceDefinitionError] = {}
    for name, paths in files.items():
        try:
            sources[name] = load_source(*paths, judged=judged)
        except SourceDefinitionError as error:
            problems[name] = error
    return sources, problems


def load_source(path: Path, *others: Path, judged: bool = True) -> Source:
    """Read and check one source, which is named after its file; `others`: more of that name, an error."""
    if others:
        found = " and ".join(map(str, (path, *others)))
        raise SourceDefinitionError(path.name, "file", None, f"{found} declare the same source; keep one")
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceDefinitionError(path.name, "file", None, f"cannot be read: {error}") from error
    return parse_source(text, path.stem, path.parent, judged=judged)


def parse_source(text: str, name: str, folder: Path, *, judged: bool = True) -> Source:
    """A source of its TOML text; `folder`: what its lookups are beside. Raises the first problem met."""
    file = f"{name}.toml"
    if len(text) > _MOST_BYTES:
        raise SourceDefinitionError(file, "file", None, "is larger than 1 MiB; keep tables as lookups")
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceDefinitionError(file, "file", None, f"cannot be read: {error}") from error
    if raw.setdefault("name", name) != name:
        raise SourceDefinitionError(file, "name", raw["name"], "a source is named after its file; leave name out")
    lookups, problems = _lookups(raw, file, folder)
    try:
        # By way of JSON, whose arrays may be tuples while all other types are strict.
        source = Source.model_validate_json(json.dumps({**raw, **lookups}, default=str))
    except ValidationError as error:
        problems = [*(explained(file, raw, each) for each in error.errors()), *problems]
    if problems:
        raise SourceDefinitionError.first(problems)
    if not judged:
        return source
    from sources.mapping.execution import judged_select  # it brings DuckDB, which takes 80 MB of a process

    try:
        judged_select(source)
    except Held as error:
        raise SourceDefinitionError(file, "mapping", None, error.reason.removeprefix("the mapping ")) from error
    return source


def _lookups(raw: Mapping[str, Any], file: str, folder: Path) -> tuple[dict[str, Any], list[SourceDefinitionError]]:
    """The section with absolute paths, and what is wrong with them: nothing outside of the folders may be read."""
    entries = raw.get("lookups")
    if not isinstance(entries, dict):
        return {}, []
    problems, found = [], {}
    for name, given in entries.items():
        path = _lookup(given, folder) if isinstance(given, str) else None
        if path is None:
            allowed = (
                "a CSV file beside the source or in the folder above it, like '../regions/regions.csv', "
                "or one of the product's, like 'systems/epidemic/regions/regions.csv'"
            )
            problems.append(SourceDefinitionError(file, f"lookups.{name}", given, allowed))
        elif not path.is_file():
            problems.append(SourceDefinitionError(file, f"lookups.{name}", given, f"there is no file {path}"))
        else:
            found[name] = str(path)
    return {"lookups": found}, problems


def _lookup(given: str, folder: Path) -> Path | None:
    if "\0" in given or not given.endswith(".csv") or Path(given).is_absolute():
        return None
    within, start = (_PRODUCT / _SYSTEMS, _PRODUCT) if given.startswith(_SYSTEMS) else (folder.parent, folder)
    path = (start.resolve() / given).resolve()
    return path if path.is_relative_to(within.resolve()) and path.suffix == ".csv" else None


def explained(file: str, raw: Mapping[str, Any], error: ErrorDetails) -> SourceDefinitionError:
    """What pydantic found, with the known keys, and the one that was probably meant, where one is not known."""
    path = _path(raw, error["loc"])
    key = ".".join(map(str, path)) or "file"
    value = None if error["type"] in ("missing", "one_origin") or not path else error["input"]
    allowed = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        allowed = "is missing"
    if error["type"] == "extra_forbidden":
        allowed = not_known_here(str(path[-1]), _known(raw, path[:-1]))
    return SourceDefinitionError(file, key, value, allowed)


def _path(raw: Mapping[str, Any], location: Sequence[int | str]) -> list[int | str]:
    """Where it is in the file: pydantic also names the member of a union, which the file does not have."""
    at: Any = raw
    path: list[int | str] = []
    for index, part in enumerate(location):
        if part == "[key]" or (index == 1 and location[0] == "from"):
            continue
        inside = part in at if isinstance(at, dict) else isinstance(at, list) and isinstance(part, int)
        if inside or index == len(location) - 1:
            path.append(part)
            at = at[part] if inside else None
    return path


def _known(raw: Mapping[str, Any], section: Sequence[int | str]) -> list[str]:
    """The keys of a section, as a file has them."""
    models: dict[str, Any] = {
        "": Source, "mapping": MappingRules, "corrections": Corrections, "limits": Limits,
        "format": Source.model_fields["format"].annotation, "from.cursor": origins.Cursor,
    }  # fmt: skip
    name = ".".join(map(str, section))
    kinds = [model for key, model in origins.KINDS.items() if name == "from" and key in raw["from"]]
    model = kinds[0] if kinds else models.get(name)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    known = model.model_fields
    return [field.alias or key for key, field in known.items() if key != "name"]
