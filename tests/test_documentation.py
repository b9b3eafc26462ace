"""Whatever a person can type, set, call or declare is described in README.md or docs/."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel
from pydantic_settings import BaseSettings
from starlette.routing import Route

from bench.command import BENCHES
from scripts.cli import COMMANDS, cli
from streams.definition import Definition
from tests.documentation import ROOT, pages
from tests.test_imports import PACKAGES
from web.app import ROUTES
from web.edge.problems import KINDS
from web.openapi.document import DOCUMENT

PAGES = pages()
EVERYWHERE = "\n".join(PAGES.values())


def in_words(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """A command as it is typed, and its subcommands."""
    yield name, command
    if isinstance(command, click.Group):
        for part, subcommand in command.commands.items():
            yield from in_words(subcommand, f"{name} {part}")


def every_command() -> Iterator[tuple[str, click.Command]]:
    for name in cli.list_commands(click.Context(cli)):
        module, attribute = COMMANDS[name][0].split(":")
        yield from in_words(getattr(importlib.import_module(module), attribute), name)


@pytest.mark.parametrize(("name", "command"), [pytest.param(*each, id=each[0]) for each in every_command()])
def test_every_option_is_in_its_row(name: str, command: click.Command) -> None:
    row = re.search(rf"^\| `{name}[ `].*", PAGES["docs/commands.md"], re.MULTILINE)
    assert row, f"docs/commands.md has no row for {name}"
    options = [word for param in command.params if isinstance(param, click.Option) for word in param.opts]
    assert [word for word in options if not re.search(rf"{word}\b", row.group())] == []


def test_every_benchmark_is_described() -> None:
    assert [name for name in BENCHES if f"| `{name}` |" not in PAGES["docs/performance.md"]] == []


def every_setting() -> set[str]:
    """The variables of all settings classes, and all that the code names."""
    paths = [path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py")]
    texts = [path.read_text("utf-8") for path in (*paths, ROOT / "windowpane")]
    named = {name for text in texts for name in re.findall(r"WINDOWPANE(?:_[A-Z0-9]+)+\b", text)}
    for path in paths:
        if path.name == "settings.py":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return named | {f"WINDOWPANE_{field.upper()}" for kind in below(BaseSettings) for field in kind.model_fields}


def below(kind: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    """Our classes of settings: no library's."""
    for subclass in kind.__subclasses__():
        yield from below(subclass)
        if subclass.model_config.get("env_prefix") == "WINDOWPANE_":
            yield subclass


def test_every_setting_is_described() -> None:
    assert sorted(name for name in every_setting() if f"`{name}`" not in EVERYWHERE) == []


def test_every_route_is_described() -> None:
    text = PAGES["docs/http.md"]
    addresses = {
        (f"`{method} {route.path}`", f"| `{route.path}` |")
        for route in ROUTES
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert [forms for forms in addresses if not any(form in text for form in forms)] == []


def test_every_parameter_and_problem_is_described() -> None:
    text = PAGES["docs/http.md"]
    operations = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    parameters = {each["name"] for operation in operations for each in operation.get("parameters", [])}
    parameters.remove("filters")  # described as DIM=VALUE
    assert [name for name in parameters if not re.search(rf"[`{{]{name}\b", text)] == []
    assert [kind for kind in KINDS if f"| `{kind}` | {KINDS[kind].status} |" not in text] == []


def keys(kind: Any) -> set[str]:
    """The keys of a model and of all models inside it."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inside = [keys(field.annotation) for field in kind.model_fields.values()]
        return set(kind.model_fields).union(*inside)
    return set().union(*(keys(part) for part in get_args(kind)))


def test_every_definition_key_is_described() -> None:
    text = PAGES["docs/streams.md"]
    assert sorted(key for key in keys(Definition) - {"name"} if not re.search(rf"\b{key}\b", text)) == []


@pytest.mark.parametrize("page", PAGES)
def test_headings_name_one_place(page: str) -> None:
    outside = re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ .*", outside, re.MULTILINE)
    assert headings
    assert sorted(headings) == sorted(set(headings))
