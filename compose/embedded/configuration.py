"""Renders every configuration file of a stack from `templates/`, each private to its owner.

Each program's environment carries a hash of what configures it, so a change restarts that program and no other.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from compose.embedded.certificates import Certificate
from compose.embedded.changes import changed_keys, changed_programs
from compose.embedded.class_archives import write_arguments
from compose.embedded.engines import ENGINES, JAVA_OPENS, LISTENER, LISTENS_TO, Memory, Program, jvms, programs
from compose.embedded.environments import digest
from compose.embedded.layout import Layout
from compose.embedded.leftovers import MARK
from compose.embedded.ports import Ports, is_loopback, reachable
from compose.embedded.runtime import Runtime
from compose.embedded.secrets import Secrets, write_private
from compose.embedded.settings import StackSettings
from compose.embedded.variables import WAREHOUSE

FLINK = ("jobmanager", "taskmanager")
FILES = {
    "postgresql.conf": ("etc/postgresql.conf", ("postgres",)),
    "pg_hba.conf": ("etc/pg_hba.conf", ("postgres",)),
    "s3proxy.conf": ("etc/s3proxy.conf", ("objectstore",)),
    "server.properties": ("etc/server.properties", ("kafka",)),
    "kafka-log4j2.properties": ("etc/kafka-log4j2.properties", ("kafka",)),
    "flink-config.yaml": ("flink/conf/config.yaml", FLINK),
    "flink-log4j.properties": ("flink/conf/log4j-console.properties", FLINK),
    "trino-config.properties": ("etc/trino/config.properties", ("trino",)),
    "trino-node.properties": ("etc/trino/node.properties", ("trino",)),
    "trino-log.properties": ("etc/trino/log.properties", ("trino",)),
    "trino-access-control.properties": ("etc/trino/access-control.properties", ("trino",)),
    "trino-password-authenticator.properties": ("etc/trino/password-authenticator.properties", ("trino",)),
    "trino-event-listener.properties": ("etc/trino/event-listener.properties", ("trino",)),
    "trino-resource-groups.properties": ("etc/resource-groups.properties", ("trino",)),
    "trino-lake.properties": ("etc/trino/catalog/lake.properties", ("trino",)),
}
"""Template (without `.j2`) to its place under the home and the programs it concerns."""


def _supervisor_text(value: object) -> str:
    """supervisord expands per cent signs in every value."""
    return str(value).replace("%", "%%")


def _supervisor_word(word: str) -> str:
    """One word of a command line, which supervisord splits as a shell would."""
    return _supervisor_text(shlex.quote(word))


def _supervisor_environment(variables: Mapping[str, str]) -> str:
    """Its reader wants quotes and knows no escapes; no value of ours holds a double quote."""
    return ",".join(f'{name}="{_supervisor_text(value)}"' for name, value in variables.items())


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,
)
_environment.filters["supervisor_text"] = _supervisor_text
_environment.filters["supervisor_word"] = _supervisor_word
_environment.filters["supervisor_environment"] = _supervisor_environment


def render(template: str, context: Mapping[str, object]) -> str:
    """The text of `<template>.j2`; a name missing from the context is an error."""
    return _environment.get_template(f"{template}.j2").render(context)


def configure(
    settings: StackSettings,
    layout: Layout,
    runtime: Runtime,
    ports: Ports,
    secrets: Secrets,
    memory: Memory,
    certificate: Certificate,
    variables: dict[str, str],
) -> dict[str, list[str]]:
    """Write every file of `FILES`, then supervisord.conf with all programs; mode 0600.

    Returns what changed since the last time, in words, by the program that it restarts.
    """
    context = {
        "ports": ports, "secrets": secrets, "runtime": runtime, "memory": memory, "java_opens": JAVA_OPENS,
        "flush": settings.kafka_flush, "certificate": certificate,
        "trino_host": settings.trino_host, "trino_address": reachable(settings.trino_host),
        "open_allowed": str(may_be_open(settings)).lower(),
        "asked": layout.asked,
        "etc": layout.etc, "data": layout.data, "warehouse": WAREHOUSE, "checkpoints": layout.checkpoints.as_uri(),
    }  # fmt: skip
    rendered = {template: render(template, context) for template in FILES}
    changed: dict[str, list[str]] = {name: [] for name in ENGINES}
    for template, (place, names) in FILES.items():
        before = _text(layout.home / place)
        if before is not None and before != rendered[template]:
            for name in names:
                changed[name].append(f"{place} ({changed_keys(before, rendered[template])})")
        write_private(layout.home / place, rendered[template])
    for name, jvm in jvms(runtime).items():
        write_arguments(layout.etc, layout.new_classes, runtime.cache, name, jvm.home, jvm.classpath, jvm.release)
    concerned = {name: [rendered[file] for file, (_, names) in FILES.items() if name in names] for name in ENGINES}
    # Its only line is the key itself, which no list of changes may show.
    write_private(layout.etc / "trino" / "jwt.key", secrets.trino_jwt)
    concerned["trino"].append(secrets.trino_jwt)
    # Jobs keep the addresses and jars that they were submitted with.
    jobs = [*map(str, runtime.flink_lib), *(f"{ports.kafka} {ports.postgres} {ports.objectstore}".split())]
    for name in FLINK:
        concerned[name] += jobs
    wanted = [
        _marked(program, layout, concerned.get(program.name, []))
        for program in programs(settings, layout, runtime, ports, memory, variables)
    ]
    before, after = _text(layout.supervisor_config), supervisor_config(layout, wanted)
    write_private(layout.supervisor_config, after)
    return changed_programs(before or "", after, changed)


def may_be_open(settings: StackSettings) -> bool:
    """Whether Trino, like the web service, is open while there are no users: nobody but this machine reaches both."""
    local = is_loopback(settings.host) and is_loopback(settings.trino_host)
    return local and not (settings.proxies or settings.https or settings.root_path)


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _marked(program: Program, layout: Layout, texts: Sequence[str]) -> Program:
    """The program with what tells whose it is, and with which configuration it was started."""
    marks = {MARK: str(layout.home), "WINDOWPANE_CONFIGURATION": digest(*(text.encode() for text in texts))}
    return replace(program, environment={**program.environment, **marks})


def supervisor_config(layout: Layout, wanted: Sequence[Program]) -> str:
    """supervisord.conf for these programs. As root it must be told that root is meant."""
    user = "root" if os.geteuid() == 0 else ""
    context = {"programs": wanted, "socket": layout.socket, "log": layout.log, "run": layout.run, "home": layout.home}
    return render("supervisord.conf", {**context, "user": user, "listener": LISTENER, "events": LISTENS_TO})
