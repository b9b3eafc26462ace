"""`windowpane sites import-days` and `forget-days`: what another service counted before a site was counted here."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from access.events import Did
from scripts.access.operating import changing, opened
from scripts.console import message_progress, say
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from streams.errors import WindowpaneError
from systems.merchants.importing.exports import read_export, size_of
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM
from systems.merchants.store import SiteStore


@click.command(name="import-days")
@click.argument("site")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Leave out this day and later ones, which are counted here; else from when the site was added.",
)
@formatted
def import_days(site: str, file: Path, until: datetime | None, output: Format) -> None:
    """Import into SITE what Plausible (the archive of its export) or Matomo (visits by day, as CSV) counted.

    These are sums of days: the dashboard shows them by themselves, marked, and no number of events has them. The days
    of the file get its figures in place of those that they had, so the same file again changes nothing.

    \b
    Examples:
      ./windowpane sites import-days example.org example_org_20260301.zip
      ./windowpane sites import-days example.org visits.csv --until 2026-03-01 --json
    """
    store = SiteStore(opened().records)
    into = store.sites.get(EVERY_SITE, site.lower())
    zone = ZoneInfo(into.time_zone)
    first_here = until.date() if until else into.created_at.astimezone(zone).date()
    with message_progress(f"Reading {file.name}", size_of(file)) as advance:
        read = read_export(file, datetime.now(zone).date(), advance)
    export = read.before(first_here)
    if not export.days:
        raise WindowpaneError(_nothing(file, read.days, first_here))
    with (
        changing(Did.CHANGE_SITE, into.name, STREAM),
        message_progress(f"Figures of {into.name}", len(export.figures)) as advance,
    ):
        store.imported.put(EVERY_SITE, into.name, export, advance)
    told = {
        "site": into.name,
        "product": export.product,
        "first": export.days[0].isoformat(),
        "last": export.days[-1].isoformat(),
        "days": len(export.days),
        "figures": len(export.figures),
        "left_out": len(read.days) - len(export.days),
    }
    columns = (Column("FROM"), Column("FIRST"), Column("LAST"), *map(right, ("DAYS", "FIGURES", "DAYS LEFT OUT")))
    show(Result(told, [Sheet(columns, [tuple(told.values())[1:]], f"Imported into {into.name}")]), output)


@click.command(name="forget-days")
@click.argument("site")
def forget_days(site: str) -> None:
    """Take away what import-days put into SITE. What is counted here stays.

    \b
    Examples:
      ./windowpane sites forget-days example.org
    """
    store = SiteStore(opened().records)
    with changing(Did.CHANGE_SITE, site.lower(), STREAM):
        days = store.imported.forget(EVERY_SITE, site.lower())
    say(f"imported figures of {days:,} days of {site.lower()} are gone")


def _nothing(file: Path, days: list[date], first_here: date) -> str:
    if not days:
        return f"{file} has no day"
    return (
        f"{file} has no day before {first_here}, from when on the site is counted here, but {days[0]} to {days[-1]}; "
        "name another day with --until"
    )
