"""`windowpane backup` and `windowpane restore`: the lake, as a folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import click

from compose.embedded.engines import SERVICES
from compose.embedded.layout import Layout
from compose.embedded.runtime import postgres_home
from compose.embedded.supervisor import Supervisor
from compose.errors import StackError
from iceberg.apply import applied_definition
from iceberg.backup import BackupManifest, make_backup, restore_backup
from iceberg.catalog import open_catalog
from iceberg.reading import noted_reading
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from query.sql_clients import ledger_totals
from query.trino_client import TrinoClient
from scripts.console import copy_progress, say
from scripts.stack.user_count import access_line, user_count
from services.settings import ServiceSettings
from services.source_runner import opened_store
from sources.settings import SourceSettings
from sources.unnamed import named_in
from streams.errors import WindowpaneError
from streams.topics import Topics

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def backup(folder: Path) -> None:
    """Copy the lake (PostgreSQL, all objects of its tables and of sources) into DIR, or renew the backup DIR holds.

    Jobs and questions go on meanwhile; publishing and maintenance wait. Only objects that DIR does not have yet are
    copied. Kafka's messages are not part of it. If it is interrupted, run it again; an earlier backup stays valid.

    \b
    Examples:
      ./windowpane backup /srv/backup/windowpane
    """
    settings = SourceSettings()
    with closing(opened_store(settings)) as store, copy_progress("Copying objects") as gauge:

        def of_sources(snapshot: str) -> list[str]:
            return [f"{settings.kept}/{key}" for key in named_in(store, snapshot)]

        manifest = make_backup(LakeSettings(), folder, _programs(), gauge, of_sources)
    click.echo(f"Backed up to {folder}: {_summary(manifest)}")


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def restore(folder: Path) -> None:
    """Make an empty lake what was backed up in DIR.

    Only the engines may run, so that no job starts before all is there. If it is interrupted, run it again. Users, keys
    and grants are those of the backup, whatever was changed since.

    \b
    Examples:
      export WINDOWPANE_HOME=/srv/second
      ./windowpane up --engines-only
      ./windowpane restore /srv/backup/windowpane
      ./windowpane up
    """
    settings = ServiceSettings()
    _refuse_running(settings)
    with copy_progress("Sending objects") as gauge:
        manifest = restore_backup(LakeSettings(), folder, _programs(), gauge)
    click.echo(f"Restored from {folder}: {_summary(manifest)}")
    click.echo(access_line(user_count(LakeSettings().catalog_uri.get_secret_value()), settings))
    try:
        warnings = _other_kafka(settings, manifest)
    except WindowpaneError as error:
        warnings = [f"could not compare the lake with Kafka: {error}"]
    for warning in warnings:
        say(f"warning: {warning}")


def counted_beyond(counted: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Partition → (offsets that the ledger has counted, offsets that Kafka has given), where Kafka has given fewer."""
    return {
        partition: (count, ends.get(partition, 0))
        for partition, count in sorted(counted.items())
        if ends.get(partition, 0) < count
    }


def _programs() -> Path:
    """PostgreSQL's own, from the environment that runs this."""
    return postgres_home(Path(sys.prefix)) / "bin"


def _summary(manifest: BackupManifest) -> str:
    objects = f"{manifest.object_count} objects, {manifest.object_bytes / 1e6:.1f} MB"
    cuts = [
        f"{name} until {f'{at:%Y-%m-%dT%H:%M:%SZ}' if at else 'nothing yet'}" for name, at in manifest.streams.items()
    ]
    return f"{objects}, as of {manifest.made:%Y-%m-%dT%H:%M:%SZ}; complete: {', '.join(cuts) or 'no stream'}"


def _refuse_running(settings: ServiceSettings) -> None:
    states = Supervisor(Layout(settings.home)).states()
    running = [name for name in SERVICES if name in states and states[name].running]
    if running:
        advice = "run windowpane down, then windowpane up --engines-only, and restore again"
        raise StackError(f"only the engines may run while restoring, but {', '.join(running)} runs; {advice}")


def _other_kafka(settings: ServiceSettings, manifest: BackupManifest) -> list[str]:
    """One line for each stream whose ledger has counted offsets that this Kafka has not given yet."""
    catalog, trino = open_catalog(LakeSettings()), TrinoClient(QuerySettings())
    lines = []
    with Topics(settings.kafka) as topics:
        for stream in manifest.streams:
            definition = applied_definition(catalog, stream)
            if definition is None:
                continue
            reading = noted_reading(catalog, stream)
            totals = ledger_totals(trino, stream, reading.since if reading else None)
            counted = {part.partition: part.last_offset + 1 for part in totals}
            there = topics.describe(definition.topic) is not None
            beyond = counted_beyond(counted, topics.end_offsets(definition.topic) if there else {})
            if beyond:
                partition, (count, end) = next(iter(beyond.items()))
                lines.append(
                    f"{stream}: this Kafka is not the one that the lake was filled from: partition {partition} of topic"
                    f" {definition.topic} ends at offset {end}, the ledger has counted up to {count};"
                    " see 'Restore beside another Kafka' in docs/operations.md"
                )
    return lines
