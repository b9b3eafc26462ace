"""Runs all sources and processes. Until there is one whose stream is applied, it waits, and takes little.

    python -m services.sources

Then the same process goes on as `services.source_schedule`, which needs more: what reads pages and sends messages.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import tomllib
from collections.abc import Iterable
from pathlib import Path

import psycopg
import structlog
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from processing.definition_files import declared_processes
from sources.settings import source_folders
from streams.logs import log_json

_log = structlog.get_logger("sources")

LOOK_SECONDS = 3.0
_APPLIED = b"select table_namespace from iceberg_tables where table_name = 'panes'"
_MOST_BYTES = 1 << 20


class WaitingSettings(BaseSettings):
    """What waiting for a first source takes, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, env_ignore_empty=True)

    catalog_uri: SecretStr = Field(description="PostgreSQL that holds the Iceberg JDBC catalog: postgresql://…")
    streams: Path = Field(description="Folder of stream definitions")
    sources: Path | None = Field(default=None, description="Folder of the user's own sources")


def wanted_streams(folders: Iterable[Path]) -> set[str]:
    """The streams that the sources of some folders are of, as far as their files can be read."""
    streams: set[str] = set()
    for folder in folders:
        for path in folder.glob("*.toml"):
            try:
                with path.open("rb") as file:
                    stream = tomllib.loads(file.read(_MOST_BYTES).decode()).get("stream")
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
                continue
            if isinstance(stream, str):
                streams.add(stream)
    return streams


def processed_streams(streams: Path) -> set[str]:
    """The streams that are read by processes which run by themselves, as far as these can be read."""
    return {each.stream for each in declared_processes(streams).processes.values() if each.runs_itself}


def applied_streams(uri: str) -> set[str]:
    """The streams that have tables; none while PostgreSQL is away, or there is no table of tables yet."""
    try:
        with psycopg.connect(uri, connect_timeout=5) as connection:
            return {str(name) for (name,) in connection.execute(_APPLIED).fetchall()}
    except psycopg.Error:
        return set()


def has_work(settings: WaitingSettings) -> bool:
    """Whether there is a source of an applied stream, or a process that reads one by itself."""
    wanted = wanted_streams(source_folders(settings.streams, settings.sources)) | processed_streams(settings.streams)
    return bool(wanted) and bool(wanted & applied_streams(settings.catalog_uri.get_secret_value()))


def main() -> None:
    """Entry point: wait for a source, then run all of them until terminated."""
    log_json()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = WaitingSettings()
    while not has_work(settings):
        if stop.wait(LOOK_SECONDS):
            return
    _log.info("sources", state="there are some")
    os.execv(sys.executable, [sys.executable, "-m", "services.source_schedule"])


if __name__ == "__main__":
    main()
