"""Words of JSON Schema that the document and its schemas are written in."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
NUMBER_OR_NULL: Json = {"type": ["number", "null"]}
TOTAL: Json = {
    "type": ["integer", "string"],
    "description": "The exact sum: text with all its decimals, if the measure has any. Of measures that keep a total.",
}
TIME: Json = {"type": "string", "format": "date-time"}
TIME_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}


def object_of(properties: Json, *, optional: tuple[str, ...] = (), **more: Any) -> Json:
    """An object with these members, all of them but the optional ones required."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def array_of(items: Json) -> Json:
    """An array of such items."""
    return {"type": "array", "items": items}


def map_of(values: Json, **more: Any) -> Json:
    """An object of such values under any names."""
    return {"type": "object", "additionalProperties": values, **more}


def reference(schema: str) -> Json:
    """One of the document's schemas, by its name."""
    return {"$ref": f"#/components/schemas/{schema}"}
