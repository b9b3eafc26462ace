"""Runs the processes that are due, one after the other, and ends.

    python -m services.processes

The service of sources starts it, when there are any: with the memory of a process of its own, which ends with it.
"""

from __future__ import annotations

from contextlib import closing

import structlog

from access.records import now
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from processing.definition_files import declared_processes
from processing.due import due_processes
from processing.errors import ProcessBusyError
from processing.run import run_process
from processing.store import ProcessStore
from services.sources import WaitingSettings, applied_streams
from sources.mapping.confinement import end_with_parent
from streams.errors import WindowpaneError
from streams.logs import log_json

_log = structlog.get_logger("processes")


def run_due() -> int:
    """How many failed. Raises LakeError."""
    settings, failed = WaitingSettings(), 0
    uri = settings.catalog_uri.get_secret_value()
    with closing(ProcessStore.open(uri)) as store:
        processes = declared_processes(settings.streams).processes
        for process in due_processes(processes, applied_streams(uri), store, now()):
            try:
                run = run_process(open_catalog(LakeSettings()), store, process, "service")
                _log.info("done", process=process.name, run=run.id, rows=run.rows)
            except ProcessBusyError:
                continue
            except WindowpaneError as error:
                failed += 1
                _log.warning("failed", process=process.name, reason=str(error))
    return failed


def main() -> None:
    """Entry point."""
    log_json()
    end_with_parent()
    if run_due():
        raise SystemExit(1)


if __name__ == "__main__":
    main()
