"""How processes are read: `[process.NAME]` in `processes.toml`, the user's own beside the folder of streams, and the
product's in its systems, those whose streams are linked into that folder among them.

Every error is a ProcessDefinitionError that names the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from processing.definition import Process
from processing.errors import ProcessDefinitionError
from streams.errors import UnknownNameError

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Declared:
    """Processes by name, and what is wrong with the others; a file that cannot be read is a problem by its path."""

    processes: dict[str, Process] = field(default_factory=dict)
    problems: dict[str, ProcessDefinitionError] = field(default_factory=dict)

    def get(self, name: str) -> Process:
        """One of them. Raises ProcessDefinitionError, UnknownNameError."""
        if name in self.problems:
            raise self.problems[name]
        if name not in self.processes:
            raise UnknownNameError("process", name, self.processes)
        return self.processes[name]


def process_files(streams: Path) -> list[Path]:
    """The files that belong to a folder of streams."""
    taken = {path.resolve().parent.parent / "processes.toml" for path in streams.glob("*.toml") if path.is_symlink()}
    found = (
        streams.parent / "processes.toml",
        *sorted(streams.parent.glob("systems/*/processes.toml")),
        *sorted(taken),
    )
    return [*{path.resolve(): path for path in reversed(found) if path.exists()}.values()][::-1]


def declared_processes(streams: Path) -> Declared:
    """All processes that belong to a folder of streams."""
    declared, of = Declared(), dict[str, Path]()
    for path in process_files(streams):
        try:
            raw = _read(path)
        except ProcessDefinitionError as error:
            declared.problems[str(path)] = error
            continue
        for name, value in raw.items():
            try:
                if name in of:
                    other = f"{of[name]} declares it too; keep one"
                    raise ProcessDefinitionError(str(path), f"process.{name}", None, other)
                of[name] = path
                declared.processes[name] = parse_process(name, value, str(path))
            except ProcessDefinitionError as error:
                declared.problems[name] = error
                declared.processes.pop(name, None)
    return declared


def parse_process(name: str, raw: Any, file: str) -> Process:
    """One process of its table. Raises ProcessDefinitionError."""
    if not isinstance(raw, dict):
        raise ProcessDefinitionError(file, f"process.{name}", raw, "is a table: [process.NAME]")
    try:
        # By way of JSON, whose arrays may be tuples while all other types are strict.
        return Process.model_validate_json(json.dumps({**raw, "name": name}, default=str))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["process", name, *map(str, first["loc"])])
        value = None if first["type"] == "missing" else first["input"]
        raise ProcessDefinitionError(file, key, value, first["msg"].removeprefix("Value error, ")) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = tomllib.loads(file.read(_MOST_BYTES).decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProcessDefinitionError(str(path), "file", None, f"cannot be read: {error}") from error
    if {*raw} - {"process"} or not isinstance(raw.get("process", {}), dict):
        raise ProcessDefinitionError(str(path), sorted(raw)[0], None, "a file of processes has [process.NAME] alone")
    found: dict[str, Any] = raw.get("process", {})
    return found
