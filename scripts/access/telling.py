"""What the access log is told of changes that were made at the command line."""

from __future__ import annotations

import click

from access.events import Event
from access.log import tell_now
from scripts.access.settings import RecordSettings
from streams.errors import WindowpaneError


def tell(event: Event) -> None:
    """Let the access log know, within seconds. A change that was made stays so: what fails is said on stderr."""
    try:
        tell_now(RecordSettings().kafka, event)
    except WindowpaneError as error:
        what = f"{event.did} {event.what}".strip()
        click.echo(f"windowpane: the access log does not have this ({what}): {error}", err=True)
