"""`windowpane sites import-days` and `forget-days`: what another service counted before a site was counted here."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from access.events import Did
from scripts.access.operating import changing, opened, operator
from scripts.console import message_progress, say
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from streams.errors import WindowpaneError
from systems.merchants.importing.exports import read_exports, size_of
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM
from systems.merchants.store import SiteStore


@click.command(name="import-days")
@click.argument("site")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Leave out this day and later ones, which are counted here; else from when the site was added.",
)
@formatted
def import_days(site: str, files: tuple[Path, ...], until: datetime | None, output: Format) -> None:
    """Import into SITE what Plausible (the archive of its export) or Matomo (reports by day, as CSV) counted.

    These are sums of days: the dashboard shows them by themselves, marked, and no number of events has them. The days
    of the files get their figures in place of those that they had, so the same files again change nothing. Reports of
    Matomo are imported together: that of all visits, and those by pages, referrers, countries and so on.

    \b
    Examples:
      ./windowpane sites import-days example.org example_org_20260301.zip
      ./windowpane sites import-days example.org visits.csv --until 2026-03-01 --json
      ./windowpane sites import-days example.org visits.csv pages.csv countries.csv
    """
    store = SiteStore(opened().records)
    into = store.sites.get(EVERY_SITE, site.lower())
    zone = ZoneInfo(into.time_zone)
    first_here = until.date() if until else into.created_at.astimezone(zone).date()
    reading = files[0].name if len(files) == 1 else f"{len(files)} files"
    with message_progress(f"Reading {reading}", sum(map(size_of, files))) as advance:
        read = read_exports(files, datetime.now(zone).date(), advance)
    export = read.before(first_here)
    if not export.days:
        raise WindowpaneError(_nothing(files[0], read.days, first_here))
    with (
        changing(Did.CHANGE_SITE, into.name, STREAM),
        message_progress(f"Figures of {into.name}", len(export.figures)) as advance,
    ):
        store.imported.put(EVERY_SITE, into.name, export, advance, by=operator())
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


@click.command(name="imports")
@click.argument("site")
@formatted
def imports(site: str, output: Format) -> None:
    """What import-days put into SITE and when, the newest first.

    \b
    Examples:
      ./windowpane sites imports example.org
      ./windowpane sites imports example.org --json
    """
    name = site.lower()
    found = [each.as_json() for each in SiteStore(opened().records).imported.imports(EVERY_SITE, name)]
    columns = (right("ID"), Column("FROM"), Column("FIRST"), Column("LAST"), right("DAYS"), Column("IMPORTED"),
               Column("BY"), Column("FILES"))  # fmt: skip
    rows = [
        (*(each[key] for key in ("id", "product", "first", "last", "days")), each["made_at"] or "unknown",
         each["made_by"], ", ".join(each["files"]))
        for each in found
    ]  # fmt: skip
    show(Result({"site": name, "imports": found}, [Sheet(columns, rows, f"Imported into {name}")]), output)


@click.command(name="forget-days")
@click.argument("site")
@click.option(
    "--import", "which", type=int, metavar="ID", help="Only what one import brought; `sites imports` names it."
)
def forget_days(site: str, which: int | None) -> None:
    """Take away what import-days put into SITE: all of it, or what one import brought. What is counted here stays.

    \b
    Examples:
      ./windowpane sites forget-days example.org
      ./windowpane sites forget-days example.org --import 7
    """
    store = SiteStore(opened().records)
    with changing(Did.CHANGE_SITE, site.lower(), STREAM):
        days = store.imported.forget(EVERY_SITE, site.lower(), which)
    say(f"imported figures of {days:,} days of {site.lower()} are gone")


def _nothing(file: Path, days: list[date], first_here: date) -> str:
    if not days:
        return f"{file} has no day"
    return (
        f"{file} has no day before {first_here}, from when on the site is counted here, but {days[0]} to {days[-1]}; "
        "name another day with --until"
    )
