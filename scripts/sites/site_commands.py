"""`windowpane sites`: what is done with sites at the command line."""

from __future__ import annotations

import click

from scripts.sites.import_log import import_log


@click.group(name="sites")
def command() -> None:
    """Bring the past of web sites in.

    \b
    Examples:
      ./windowpane sites import-log example.org /var/log/nginx/access.log*
    """


command.add_command(import_log)
