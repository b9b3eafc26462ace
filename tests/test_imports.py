"""The direction of imports, and which package alone may use which library."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "streams", "flink_jobs", "database", "access", "iceberg", "query", "analysis", "processing", "sources", "systems",
    "web", "windowpane_client", "rpc", "compose", "services", "scripts", "bench",
)  # fmt: skip

# Package → the packages of ours that it may import, as docs/architecture.md says.
MAY_IMPORT = {
    "streams": set(),
    "flink_jobs": {"streams"},
    "database": {"streams"},
    "access": {"database", "streams"},
    "iceberg": {"database", "streams"},
    "query": {"access", "iceberg", "database", "streams"},
    "analysis": {"query", "access", "iceberg", "database", "streams"},
    "processing": {"analysis", "query", "access", "iceberg", "database", "streams"},
    "sources": {"access", "database", "streams"},
    "systems": {"sources", "analysis", "query", "access", "iceberg", "database", "streams"},
    "web": {"processing", "sources", "analysis", "systems", "query", "access", "iceberg", "database", "streams"},
    "windowpane_client": set(),
    "rpc": {"windowpane_client", "web", "processing", "query", "access", "streams"},
    "compose": {"streams"},
    "services": {
        "compose",
        "sources",
        "analysis",
        "processing",
        "systems",
        "query",
        "access",
        "iceberg",
        "database",
        "flink_jobs",
        "streams",
    },
    "scripts": {
        "services",
        "compose",
        "sources",
        "analysis",
        "processing",
        "systems",
        "query",
        "access",
        "iceberg",
        "database",
        "flink_jobs",
        "streams",
    },
    "bench": {*PACKAGES} - {"bench"},
}

# Library → the packages that may import it.
OWNERS = {
    "pyflink": {"flink_jobs"},
    "sqlalchemy": {"database", "access", "sources", "processing", "systems"},
    "alembic": {"database"},
    "argon2": {"access"},
    "jwt": {"access"},
    "sklearn": {"analysis"},
    "re2": {"streams"},
    "pyiceberg": {"iceberg"},
    "trino": {"query"},
    "starlette": {"web", "services"},
    "kafka": {"streams"},
    "confluent_kafka": {"streams"},
    "grpc": {"rpc", "windowpane_client"},
}

# Programs that run in environments of their own, and import nothing of ours but themselves.
PROGRAMS = "bench/peer_programs"


def modules(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield node.module or ""


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in modules(package)
        for name in imported(tree)
        if (top := name.partition(".")[0]) in PACKAGES and top not in allowed
    ]
    assert wrong == []


def test_documented_directions_are_the_tested_ones() -> None:
    _, _, text = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Packages\n")
    section, _, _ = text.partition("\n## ")
    rows = re.findall(r"^\| `(\w+)` \|.*\|(.*)\|$", section, re.MULTILINE)
    assert {package: set(re.findall(r"`(\w+)`", imports)) for package, imports in rows} == MAY_IMPORT


@pytest.mark.parametrize("package", PACKAGES)
def test_heavy_libraries_have_owners(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in modules(package)
        if not path.is_relative_to(ROOT / PROGRAMS)
        for name in imported(tree)
        if package not in OWNERS.get(name.partition(".")[0], {package})
    ]
    assert wrong == []


def test_programs_of_peers_import_nothing_of_ours() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / PROGRAMS).rglob("*.py"))
        for name in imported(ast.parse(path.read_text("utf-8")))
        if name.partition(".")[0] in PACKAGES and not name.startswith(PROGRAMS.replace("/", "."))
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_files_and_functions_stay_small(package: str) -> None:
    long_files = [str(p) for p, _ in modules(package) if len(p.read_text("utf-8").splitlines()) > 400]
    long_functions = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path, tree in modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert (long_files, long_functions) == ([], [])


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_say_what_they_export(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree)
    names = [t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    names += [n.target.id for n in tree.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
    assert "__all__" in names


def test_names_say_what_they_hold() -> None:
    vague = {"utils", "helpers", "common", "manager", "base"}
    wrong = [str(path) for package in PACKAGES for path, _ in modules(package) if vague & set(path.stem.split("_"))]
    assert wrong == []
