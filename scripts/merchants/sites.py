"""`windowpane sites`: the web sites whose visitors are counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from access.events import Did
from scripts.access.operating import changing, every, opened, operator
from scripts.console import message_progress, say
from scripts.merchants.import_days import forget_days, import_days, imports
from scripts.merchants.import_log import import_log
from scripts.merchants.site_files import batches, check_file
from scripts.results import Column, Format, Result, Sheet, formatted, show
from streams.errors import WindowpaneError
from streams.time_text import timestamp
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM, Site, checked_change
from systems.merchants.store import SiteStore


@click.group(name="sites", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, add and remove web sites whose visitors are counted.

    \b
    Examples:
      ./windowpane sites add shop.example.org --title "The shop" --time-zone Europe/Berlin --currency EUR
      ./windowpane sites list --search shop
      ./windowpane sites import sites.ndjson
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


for each in (import_log, import_days, imports, forget_days):
    command.add_command(each)


@command.command(name="list")
@click.option("--search", default="", metavar="TEXT", help="Only sites with this in their name or title.")
@click.option("--deleted", is_flag=True, help="Those that are deleted.")
@formatted
def _list(search: str = "", deleted: bool = False, output: Format = Format.TABLE) -> None:
    """All sites, or those with a text in their name or title.

    \b
    Examples:
      ./windowpane sites list
      ./windowpane sites list --search shop --json
    """
    store = _opened()

    def page(last: Site | None, most: int) -> Sequence[Site]:
        after = last.name if last else ""
        return store.sites.page(EVERY_SITE, search=search, after=after, limit=most, deleted=deleted)

    sites = [*every(page)]
    parts: list[Sheet | str] = [_sheet(sites) if sites else "There are no such sites."]
    show(Result({"sites": [site.as_json() for site in sites]}, parts), output)


@command.command(name="show")
@click.argument("name")
@formatted
def _show(name: str, output: Format) -> None:
    """What is known of the site NAME: members, goals, funnels, links, what is left out.

    \b
    Examples:
      ./windowpane sites show shop.example.org --json
    """
    store = _opened()
    site, parts = store.sites.get(EVERY_SITE, name), _parts(store, name)
    rows = [(what, _told(value)) for what, value in {**site.as_json(), **parts}.items()]
    show(Result({**site.as_json(), **parts}, [Sheet([Column("what"), Column("is", wraps=True)], rows)]), output)


@command.command(name="add")
@click.argument("name")
@click.option("--title", help="The site as people read it.")
@click.option("--origin", "origins", multiple=True, metavar="HOST", help="A host that may send; may be repeated.")
@click.option("--time-zone", metavar="ZONE", help="Its charts go by this clock, such as Europe/Berlin; else UTC.")
@click.option("--currency", metavar="CODE", help="Of revenue, such as EUR; else USD.")
@click.option("--respect-dnt/--no-respect-dnt", default=None, help="Whether to count nobody whose browser asks for it.")
def _add(name: str, origins: Sequence[str], **given: Any) -> None:
    """Add the site NAME, a host; without --origin it and its www. may send.

    \b
    Examples:
      ./windowpane sites add shop.example.org --title "The shop" --origin '*.example.org'
    """
    change = checked_change(name, origins=origins or None, **given)
    store = _opened()
    with changing(Did.CHANGE_SITE, name, STREAM):
        site = store.sites.add(EVERY_SITE, change, by=operator())
    say(f"{site.name} is a site now; pages of {', '.join(site.origins)} may send")


@command.command(name="remove")
@click.argument("name")
@click.option("--yes", metavar="NAME", help="The name once more, in place of the question.")
def _remove(name: str, yes: str | None) -> None:
    """Collect nothing more of the site NAME; what was collected stays. `sites add` lets it collect again.

    \b
    Examples:
      ./windowpane sites remove shop.example.org --yes shop.example.org
    """
    store = _opened()
    store.sites.get(EVERY_SITE, name)
    typed = yes if yes is not None else click.prompt(f"Type {name} to delete it", err=True)
    if typed != name:
        raise WindowpaneError(f"that was not {name}; nothing was changed")
    with changing(Did.CHANGE_SITE, name, STREAM):
        store.sites.delete(EVERY_SITE, name)
    say(f"{name} collects no more; its history stays until the retention of {STREAM} ends, or it is erased")


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--new-users", is_flag=True, help="Members who are no users yet become some, without a password.")
@formatted
def _import(file: Path, new_users: bool, output: Format) -> None:
    """Make the sites of FILE, or change them to be so: a JSON object a line as in PUT /v1/sites, or CSV with a head.

    All of the file is checked first. Then 10,000 sites go into one transaction; the same file again changes nothing,
    so one that was interrupted is sent again.

    \b
    Examples:
      ./windowpane sites import sites.ndjson --new-users
    """
    total, begun = check_file(file), perf_counter()
    store, done = _opened(), dict.fromkeys(("added", "changed", "unchanged"), 0)
    members = dict.fromkeys(("members_added", "members_ended", "users_added"), 0)
    with changing(Did.CHANGE_SITE, f"{total} sites", STREAM), message_progress("Sites", total) as counted:
        for batch in batches(file):
            put = store.provisioning.put(EVERY_SITE, batch, by=operator(), new_users=new_users).as_json()
            done = {name: number + put[name] for name, number in done.items()}
            members = {name: number + put[name] for name, number in members.items()}
            counted(len(batch))
    say(f"{total:,} sites in {perf_counter() - begun:,.1f} s")
    told = {**done, **members}
    columns = [Column(name.replace("_", " "), right=True) for name in told]
    show(Result(told, [Sheet(columns, [tuple(told.values())])]), output)


def _opened() -> SiteStore:
    """The sites of the home that the environment names, until the command ends."""
    return SiteStore(opened().records)


def _sheet(sites: Sequence[Site]) -> Sheet:
    heads = ("name", "title", "origins", "time zone", "currency", "created", "deleted")
    columns = [Column(head, wraps=head in ("title", "origins")) for head in heads]
    return Sheet(
        columns,
        [
            (
                site.name,
                site.title,
                ", ".join(site.origins),
                site.time_zone,
                site.currency,
                timestamp(site.created_at),
                timestamp(site.deleted_at),
            )
            for site in sites
        ],
    )


def _parts(store: SiteStore, name: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "members": [each.as_json() for each in store.members.of(EVERY_SITE, name)],
        "goals": [each.as_json() for each in store.goals.of(EVERY_SITE, name)],
        "funnels": [each.as_json() for each in store.funnels.of(EVERY_SITE, name)],
        "links": [each.as_json() for each in store.links.of(EVERY_SITE, name)],
        "annotations": [each.as_json() for each in store.annotations.of(EVERY_SITE, name)],
    }


def _told(value: object) -> str:
    """In a table: of lists, what each is called."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_told(each)}" for name, each in value.items() if each)
    if isinstance(value, list):
        return ", ".join(map(_called, value))
    return "" if value is None else str(value)


def _called(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    named = next(value[key] for key in ("name", "subject", "text") if key in value)
    return f"{named} ({', '.join(value['can'])})" if "can" in value else str(named)
