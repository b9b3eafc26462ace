"""The shipped definitions, and small changes of them, for tests."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from streams import Definition, definition_files, load_definition
from streams.definition_files import parse_definition

STREAMS = Path(__file__).resolve().parent.parent / "streams"
"""The folder of the user's own definitions, beside which the systems are."""

SHIPPED = {name: path for name, [path] in definition_files(STREAMS).items()}
"""Stream → the file of its definition."""

_ON_DEMAND = sorted(STREAMS.parent.glob("systems/*/on_demand/*.toml"))
ON_DEMAND = {path.stem: load_definition(path) for path in _ON_DEMAND}
"""Stream → its definition, of those that only `up --with` takes."""

HEALTH = load_definition(SHIPPED["health"])
PAGE_VIEWS = load_definition(SHIPPED["page_views"])
WEB_EVENTS = load_definition(SHIPPED["web_events"])
ACCESS_LOG = load_definition(SHIPPED["access_log"])


def declare_all(folder: Path) -> Path:
    """A folder of streams in which all are declared, those on demand too."""
    for file in (*SHIPPED.values(), *_ON_DEMAND):
        (folder / file.name).symlink_to(file)
    return folder


def raw(stream: str = "health") -> dict[str, Any]:
    """A shipped definition as TOML gives it, without its demo, named after its stream."""
    read = tomllib.loads(SHIPPED[stream].read_text("utf-8"))
    read.pop("demo", None)
    return {"name": stream, **read}


def changed(key: str, value: object, stream: str = "health") -> Definition:
    """A shipped definition with one key (`/` between its parts) set, or taken away by None."""
    return parse_definition(edited(raw(stream), key, value), f"{stream}.toml")


def edited(tree: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    """The tree with one key (`/` between its parts) set, or taken away by None."""
    *path, last = key.split("/")
    node = tree
    for part in path:
        node = node.setdefault(part, {})
    if value is None:
        node.pop(last, None)
    else:
        node[last] = value
    return tree


BROKEN_DOWN = changed(
    "breakdowns",
    {
        "site_path": ["site", "path"],
        "sites": ["site"],
        "paths": {"by": ["path"], "grains": ["hour", "day"]},
        "totals": {"by": [], "grains": ["day"]},
    },
    "page_views",
)
"""Page views by several breakdowns, of which not all have minute panes."""

VISITS = {"gap": "30 minutes", "counts": "engaging", "first": ["source"], "last": ["exit"]}


def visiting(visits: dict[str, Any] | None = None, **more: Any) -> Definition:
    """Page views by source and exit page too, with visits of a site's visitors; and other keys."""
    tree = raw("page_views")
    tree["fields"] |= {"source": {"type": "string"}, "engaging": {"type": "boolean", "required": False}}
    tree["dimensions"] |= {"source": "source", "exit": "path"}
    tree |= {"key": "site", "visits": VISITS if visits is None else visits, **more}
    return parse_definition({key: value for key, value in tree.items() if value is not None}, "page_views.toml")
