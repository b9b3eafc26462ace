"""Inside a package: no modules import each other in a circle, and its folders import one way. Local imports count."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.test_imports import PACKAGES, ROOT

# Package → its modules and folders → those of the same package that each may import, beside itself.
LAYERS: dict[str, dict[str, set[str]]] = {
    "web": {
        "settings": set(),
        "edge": {"settings"},
        "health": set(),
        "openapi": {"edge"},
        "service": {"edge", "health", "settings"},
        "access": {"edge", "settings", "service"},
        "asking": {"edge", "health", "service", "access"},
        "collecting": {"settings", "edge", "service", "access"},
        "api": {"edge", "openapi", "service", "access", "asking"},
        "page": {"edge", "access"},
        "pages": {"edge", "health", "openapi", "service", "access", "asking", "page"},
        "tracking": set(),
        "errors": {"edge", "access", "page"},
        "app": {"settings", "edge", "service", "access", "collecting", "api", "page", "pages", "tracking", "errors"},
        "scraped": {"edge", "service", "access", "api", "errors"},
        "server": {"settings", "edge"},
    }
}

# Folders whose own folders import nothing of each other.
APART = ("web/pages",)


def modules(package: str) -> dict[str, Path]:
    """Dotted name → file; a package's name is its `__init__`."""
    files = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def imports(package: str) -> dict[str, set[str]]:
    """Module → modules of the same package that it imports: `from a import b` is `a.b` where that is one, else `a`."""
    known = modules(package)

    def named(tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in known else node.module

    return {name: {*named(ast.parse(path.read_text("utf-8")))} & known.keys() for name, path in known.items()}


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The names of one circle, the first at its end again; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [*error.args[1]]
    return []


def inner(name: str) -> str:
    """The module or folder of a package that a module is, or lies in; empty for the package itself."""
    return name.split(".")[1] if "." in name else ""


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other(package: str) -> None:
    assert circle(imports(package)) == []


@pytest.mark.parametrize("package", LAYERS)
def test_folders_import_one_way(package: str) -> None:
    layers = LAYERS[package]
    assert circle(layers) == []
    assert layers.keys() == {inner(name) for name in modules(package)} - {""}
    wrong = [
        f"{name} imports {other}"
        for name, others in imports(package).items()
        for other in sorted(others)
        if (mine := inner(name)) and inner(other) not in layers[mine] | {mine}
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", APART)
def test_folders_stand_apart(folder: str) -> None:
    within = folder.replace("/", ".") + "."
    wrong = [
        f"{name} imports {other}"
        for name, others in imports(folder.partition("/")[0]).items()
        for other in sorted(others)
        if name.startswith(within) and other.startswith(within)
        if name.removeprefix(within).partition(".")[0] != other.removeprefix(within).partition(".")[0]
    ]
    assert wrong == []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    members = circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})
    assert {*members} == {"b", "c"}
