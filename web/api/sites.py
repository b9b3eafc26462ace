"""`/v1/sites`: the sites whose numbers one may see, and those that one may change."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Door
from access.events import Did, Outcome
from systems.merchants.entries import MOST_ENTRIES, read_entries, read_entry
from systems.merchants.provisioning import Provisioned
from systems.merchants.sites import STREAM, Site
from systems.merchants.snippet import snippet
from systems.merchants.store import SiteStore
from web.access.cookies import own_address
from web.access.notes import note
from web.access.scopes import asker_of
from web.access.sites import own_site, own_sites, seen_site, seen_sites, site_owner
from web.api.objects import Members, invalid, page_of, read_members
from web.api.site_parts import part_number
from web.asking.sites import in_many_sites, in_sites, site_changed
from web.edge.problems import ProblemError
from web.edge.responses import json_response
from web.service import service_of

_NEW = ("name", "title", "origins", "time_zone", "currency", "exclusions", "respect_dnt")
_CHANGED = (*_NEW[1:], "deleted")
_LARGEST_LIST = 16 << 20
_STAYS = "What was collected of it stays, until the retention of the stream ends or it is erased."


async def sites(request: Request) -> Response:
    """Sites by name; `search` looks in names and titles, `deleted` gives those that are deleted."""
    page, scope = page_of(request, ("deleted",)), seen_sites(request)
    deleted = request.query_params.get("deleted", "") or "false"
    if deleted not in ("true", "false"):
        invalid("deleted", "is true or false")
    found = await in_sites(
        request,
        lambda store: store.sites.page(
            scope, search=page.search, after=page.after, limit=page.one_more, deleted=deleted == "true"
        ),
    )
    shown, own = found[: page.limit], own_sites(request)
    following = shown[-1].name if len(found) > page.limit else None
    listed = [site_json(site, own=site.name in own) for site in shown]
    return json_response({"sites": listed, "next": following})


async def show_site(request: Request) -> Response:
    """One site with its goals, funnels and annotations."""
    name, scope, own = seen_site(request), seen_sites(request), own_sites(request)
    address = own_address(request, "")

    def read(store: SiteStore) -> dict[str, Any]:
        site = store.sites.get(scope, name)
        return {
            **site_json(site, own=name in own),
            "snippet": snippet(address, site),
            "goals": [each.as_json() for each in store.goals.of(scope, name)],
            "funnels": [each.as_json() for each in store.funnels.of(scope, name)],
            "annotations": [each.as_json() for each in store.annotations.of(scope, name)],
        }

    return json_response(await in_sites(request, read))


async def add_site(request: Request) -> Response:
    """A new site, which collects at once."""
    scope = site_owner(request)
    given = await read_members(request, _NEW)
    change, by = read_entry(dict(given.values)).change, asker_of(request).name
    site = await in_sites(request, lambda store: store.sites.add(scope, change, by=by))
    site_changed(request, site.name)
    added = {**site_json(site, own=True), "snippet": snippet(own_address(request, ""), site)}
    return json_response(added, 201)


async def change_site(request: Request) -> Response:
    """Change what is given; `deleted`: false collects again."""
    name, scope = own_site(request), own_sites(request)
    given = await read_members(request, _CHANGED)
    deleted = given.flag("deleted")
    wanted = {key: value for key, value in given.values.items() if key != "deleted"}
    change = read_entry({"name": name, **wanted}).change

    def do(store: SiteStore) -> Site:
        site = store.sites.change(scope, change)
        if deleted is None or deleted == (site.deleted_at is not None):
            return site
        return store.sites.delete(scope, name) if deleted else store.sites.restore(scope, name)

    site = await in_sites(request, do)
    site_changed(request, name, rights=deleted is not None)  # of its shared links
    return json_response(site_json(site, own=True))


async def delete_site(request: Request) -> Response:
    """Collect nothing more of it, which bites within seconds; what was collected stays."""
    name, scope = own_site(request), own_sites(request)
    site = await in_sites(request, lambda store: store.sites.delete(scope, name))
    site_changed(request, name, rights=True)  # of its shared links
    return json_response({**site_json(site, own=True), "history": _STAYS})


async def imports(request: Request) -> Response:
    """What was imported of what another service had counted, and when."""
    name, scope = own_site(request), own_sites(request)
    found = await in_sites(request, lambda store: store.imported.imports(scope, name))
    return json_response({"imports": [each.as_json() for each in found]})


async def forget_imported(request: Request) -> Response:
    """Take away what another service had counted: all of it, or what one import brought."""
    name, scope = own_site(request), own_sites(request)
    which = part_number(request, "imports") if "id" in request.path_params else None
    days = await in_sites(request, lambda store: store.imported.forget(scope, name, which))
    site_changed(request, name)
    return json_response({"days": days})


async def put_sites(request: Request) -> Response:
    """Make many sites with their members, or change them to be so; all of the list or nothing."""
    scope, asker = site_owner(request), asker_of(request)
    given = await read_members(request, ("sites", "new_users"), most=_LARGEST_LIST)
    new_users, listed = bool(given.flag("new_users")), _listed(given)
    if new_users and (not asker.administrator or asker.door is Door.OPEN):
        raise ProblemError("forbidden", "Only administrators of users make users.")
    done: Provisioned = await in_many_sites(
        request, lambda store: store.provisioning.put(scope, read_entries(listed), by=asker.name, new_users=new_users)
    )
    service = service_of(request)
    for name in (*done.added, *done.changed):
        service.known_sites.forget(name)
    if done.members_added or done.members_ended:
        service.identities.forget_all()
    note(request, Did.CHANGE_SITE, Outcome.DONE, stream=STREAM, what=f"{len(listed)} sites")
    return json_response(done.as_json())


def _listed(given: Members) -> list[Any]:
    listed = given.values.get("sites")
    if not isinstance(listed, list):
        invalid("sites", f"is a list of 1 to {MOST_ENTRIES:,} sites")
    return listed


def site_json(site: Site, *, own: bool) -> dict[str, Any]:
    """A site; who may not change it is not told what it leaves out, and who made it."""
    told = site.as_json()
    if not own:
        del told["exclusions"], told["created_by"]
    return {**told, "administer": own}
