"""A definition as it is kept: noted in the tables as it was applied, and recorded with each replay.

Files are checked by every rule whenever they are applied. What is kept was right when it was applied, and must be read
for as long as its panes are: bounds that are narrower since, words that panes have taken, checks that came later and
keys that are gone are forgiven.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import SchemaValidator

from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.definition_files import explained
from streams.errors import DefinitionError
from streams.retention import Retention

VERSION: Final = 1
"""Of what is kept; raised when a key that stays comes to mean something else. Without one, it is as in 1."""


def as_stored(definition: Definition) -> str:
    """JSON, with all that is not said in the file: what is left out means the same for ever."""
    return json.dumps({"version": VERSION, **definition.model_dump(mode="json", exclude_none=True)})


@lru_cache(maxsize=256)
def stored_definition(text: str | None, where: str) -> Definition:
    """A definition as it is kept; `where` is named in errors. Raises DefinitionError if it cannot be read any more."""
    try:
        kept = json.loads(text or "")
    except ValueError as error:
        raise DefinitionError(where, "definition", text, f"is not JSON: {error}") from error
    if not isinstance(kept, dict):
        raise DefinitionError(where, "definition", kept, "is not an object")
    version = kept.pop("version", VERSION)
    if version != VERSION:
        raise DefinitionError(where, "version", version, f"was written by another Windowpane; this one reads {VERSION}")
    try:
        definition: Definition = _READER.validate_json(json.dumps(kept), extra="ignore")
    except ValidationError as error:
        raise DefinitionError.first([explained(where, each) for each in error.errors()]) from error
    try:
        _compute(definition)
    except (ValueError, LookupError) as error:
        raise DefinitionError(where, "definition", None, f"cannot be read any more: {error}") from error
    return definition


def _compute(definition: Definition) -> None:
    """What others compute of a definition: its texts are times, periods and formulas over its fields."""
    decoding_plan(definition)
    _ = definition.horizon_ms
    if definition.retention is not None:
        _ = [definition.retention.of(what) for what in Retention.model_fields]


_BOUNDS = {"ge", "gt", "le", "lt", "min_length", "max_length", "pattern"}


def _without_bounds(schema: Any) -> Any:
    """A schema of pydantic's that asks for types alone: without bounds, and without checks of ours after them."""
    if isinstance(schema, list):
        return [_without_bounds(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "function-after":
        return _without_bounds(schema["schema"])
    # A bound is never a dictionary; a field of that name is.
    return {k: _without_bounds(v) for k, v in schema.items() if k not in _BOUNDS or isinstance(v, dict)}


# The models' own validators, which have the bounds, are not to be used in it.
_READER = SchemaValidator(_without_bounds(Definition.__pydantic_core_schema__), _use_prebuilt=False)
