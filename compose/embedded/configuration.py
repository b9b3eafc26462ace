"""Renders every configuration file of a stack from `templates/`; a file that holds a secret is private to its owner."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from compose.embedded.secrets import write_private

__all__ = ["FILES", "render", "write_all"]

FILES = {
    "postgresql.conf": "etc/postgresql.conf",
    "pg_hba.conf": "etc/pg_hba.conf",
    "s3proxy.conf": "etc/s3proxy.conf",
    "server.properties": "etc/server.properties",
    "kafka-log4j2.properties": "etc/kafka-log4j2.properties",
    "flink-config.yaml": "flink/conf/config.yaml",
    "flink-log4j.properties": "flink/conf/log4j-console.properties",
    "trino-config.properties": "etc/trino/config.properties",
    "trino-node.properties": "etc/trino/node.properties",
    "trino-log.properties": "etc/trino/log.properties",
    "trino-lake.properties": "etc/trino/catalog/lake.properties",
}
"""Template (without `.j2`) to its place under the home. supervisord.conf comes later: it lists the programs."""


def _supervisor_word(word: str) -> str:
    """One word of a command line: quoted for shlex, per cent signs doubled for supervisord's expansion."""
    return shlex.quote(word).replace("%", "%%")


def _supervisor_environment(variables: Mapping[str, str]) -> str:
    """Its reader wants quotes and knows no escapes; no value of ours holds a double quote."""
    return ",".join('{}="{}"'.format(name, value.replace("%", "%%")) for name, value in variables.items())


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - configuration files, not HTML
)
_environment.filters["supervisor_word"] = _supervisor_word
_environment.filters["supervisor_environment"] = _supervisor_environment


def render(template: str, context: Mapping[str, object]) -> str:
    """The text of `<template>.j2`; a name missing from the context is an error."""
    return _environment.get_template(f"{template}.j2").render(context)


def write_all(home: Path, context: Mapping[str, object]) -> None:
    """Render every file of `FILES` under `home`, mode 0600."""
    for template, place in FILES.items():
        write_private(home / place, render(template, context))
