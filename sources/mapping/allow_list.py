"""Judges a mapping's SELECT before it runs, by DuckDB's own syntax tree.

It comes on top of the process that the SELECT runs in (`sources.mapping.confinement`), not in its place: it tells
people what is wrong while they write, and keeps from DuckDB what DuckDB could be attacked with.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import duckdb

from sources.mapping.allowed import EXPRESSIONS, FUNCTIONS, NODES, SECRETIVE_WORDS, TYPES

_Node: TypeAlias = dict[str, Any]

_ONE_SELECT = "must be one SELECT; PIVOT needs a fixed list: pivot … on … in (…)"


def wrong_with(select: str, relations: Iterable[str], functions: Iterable[str] = ()) -> tuple[str, ...]:
    """All that is wrong with it, each as a phrase; empty if it may run.

    `relations`: what it may read from, beside `input`; `functions`: what it may call, beside what every mapping may.
    """
    if not select.strip() or "\0" in select:
        return (_ONE_SELECT,)
    try:
        tree = json.loads(_serialized(select))
        if tree.get("error"):
            return (_syntax(tree),)
        statements = tree["statements"]
        if len(statements) != 1:
            return (_ONE_SELECT,)
        judge = _Judge(frozenset(name.lower() for name in functions))
        known = frozenset({"input", *(name.lower() for name in relations)})
        return tuple(dict.fromkeys(judge.problems(statements[0], known)))
    except RecursionError:
        return ("is nested too deeply",)
    except duckdb.Error as error:
        return (f"cannot be read: {str(error).splitlines()[0]}",)


def _syntax(tree: _Node) -> str:
    said = str(tree.get("error_message", ""))
    return _ONE_SELECT if said.startswith("Only SELECT") else said.splitlines()[0] if said else _ONE_SELECT


_REFUSED_PARTS = {
    "sample": "samples are not allowed: a file must map alike every time",
    "at_clause": "versions of relations are not allowed",
}


class _Judge:
    """Walks a tree; every node must be of a known kind."""

    def __init__(self, functions: frozenset[str]) -> None:
        self._functions = FUNCTIONS | functions

    def problems(self, node: Any, known: frozenset[str]) -> Iterator[str]:
        """What is wrong below a node, where the relations `known` may be read."""
        if isinstance(node, list):
            for each in node:
                yield from self.problems(each, known)
        if not isinstance(node, dict):
            return
        yield from self._of_node(node, known)
        inner = known
        for entry in (node.get("cte_map") or {}).get("map", ()):
            # What a CTE is called is known after it, not in it: there it would be another relation of that name.
            yield from self.problems(entry["value"], inner)
            inner |= {entry["key"].lower()}
        for key, each in node.items():
            if key != "cte_map":
                yield from self.problems(each, inner)

    def _of_node(self, node: _Node, known: frozenset[str]) -> Iterator[str]:
        kind = node.get("class") or node.get("type")
        if isinstance(kind, str) and kind not in (EXPRESSIONS if "class" in node else NODES):
            yield f"{_words(kind)} is not allowed"
        for part, words in _REFUSED_PARTS.items():
            if node.get(part):
                yield words
        if kind == "BASE_TABLE":
            yield from self._of_relation(node, known)
        if kind == "TABLE_FUNCTION" and (node.get("function") or {}).get("function_name", "").lower() != "unnest":
            yield "only unnest may be called in from"
        if "function_name" in node:
            yield from self._of_function(node)
        if "type_name" in node and node["type_name"].lower() not in TYPES:
            yield f"the type {node['type_name']} is not allowed; allowed: {', '.join(sorted(TYPES))}"
        if kind == "COLUMN_REF" and node["column_names"][-1:] and node["column_names"][0].lower() in SECRETIVE_WORDS:
            yield f"{node['column_names'][0]} is not allowed: a file must map alike every time"

    def _of_relation(self, node: _Node, known: frozenset[str]) -> Iterator[str]:
        path = [part for part in (node.get("catalog_name"), node.get("schema_name")) if part]
        path += [node["table_name"]]
        qualified = (node.get("qualified_name") or {}).get("path", path)
        if len(path) > 1 or len(qualified) > 1 or path[0].lower() not in known:
            yield f"there is no relation {'.'.join(qualified)}; known: {', '.join(sorted(known))}"

    def _of_function(self, node: _Node) -> Iterator[str]:
        name = node["function_name"]
        qualified = (node.get("qualified_name") or {}).get("path", [name])
        if node.get("schema") or node.get("catalog") or len(qualified) > 1:
            yield f"{'.'.join(qualified)}: functions are called without a schema"
        elif name.lower() not in self._functions:
            yield f"the function {name} is not allowed"


def _words(kind: Any) -> str:
    return str(kind).removesuffix("_NODE").replace("_", " ").lower()


_LOCK = threading.Lock()


@functools.cache
def _parser() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1, "async_threads": 0, "memory_limit": "100MB"})
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _serialized(select: str) -> str:
    with _LOCK:  # a connection is of one thread at a time
        [(tree,)] = _parser().execute("select json_serialize_sql(?)", [select]).fetchall()
    return str(tree)
