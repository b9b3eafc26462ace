"""Shows the rotated logs of a stack's programs."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import click

from compose.embedded.engines import DEMONSTRATIONS, ENGINES, LISTENER, SERVICES
from compose.errors import MachineError
from streams.errors import UnknownNameError

NAMES = {"flink": ("jobmanager", "taskmanager")}


def show_logs(directory: Path, service: str | None, follow: bool, lines: int) -> None:
    """Print the last `lines` of one service's log or of all; with `follow`, become `tail -F`.

    Raises:
        UnknownNameError: there is no such service.
        MachineError: it has no log yet.
    """
    known = (*ENGINES, *SERVICES, *DEMONSTRATIONS, LISTENER, "supervisord")
    wanted = known if service is None else NAMES.get(service, (service,))
    if unknown := set(wanted) - set(known):
        raise UnknownNameError("service", unknown.pop(), known)
    files = [path for name in wanted if (path := directory / f"{name}.log").exists()]
    if not files:
        raise MachineError(f"there is no log in {directory} yet; run ./windowpane up")
    if follow:
        os.execvp("tail", ["tail", "-F", "-n", str(lines), *map(str, files)])
    for path in files:
        if len(files) > 1:
            click.secho(f"==> {path.stem} <==", bold=True)
        with path.open(errors="replace") as file:
            click.echo("".join(deque(file, maxlen=lines)), nl=False)
