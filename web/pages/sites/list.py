"""`/sites`: one's sites, by name; `/sites/new`: one more."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from systems.merchants.currencies import CURRENCIES
from systems.merchants.errors import InvalidSiteError
from web.access.scopes import asker_of
from web.access.sites import own_sites, seen_sites, site_owner
from web.asking.sites import in_sites, site_changed
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.page.times import zones
from web.pages.sites.forms import noted, read_new

_PER_PAGE = 50


async def sites_page(request: Request) -> Response:
    """The sites that the asker may see, in pages; `deleted`: those that are deleted."""
    asked, scope, own = request.query_params, seen_sites(request), own_sites(request)
    search, after = (asked.get(name, "")[:200].replace("\0", "") for name in ("search", "after"))
    deleted = asked.get("deleted") == "1" and bool(own)
    found = await in_sites(
        request,
        lambda store: store.sites.page(
            own if deleted else scope, search=search.strip(), after=after, limit=_PER_PAGE + 1, deleted=deleted
        ),
    )
    return page_response(
        "pages/sites/sites.html",
        200,
        {"Cache-Control": "no-store"},
        title="Sites",
        sites=found[:_PER_PAGE],
        more=found[_PER_PAGE - 1].name if len(found) > _PER_PAGE else "",
        search=search,
        after=after,
        deleted=deleted,
        own=own,
    )


async def new_site_page(request: Request) -> Response:
    """What is needed for a new site."""
    site_owner(request)
    return _new_site_page(Posted())


async def add_site(request: Request) -> Response:
    """Add it, and lead on to what its pages need."""
    scope, form, by = site_owner(request), await posted(request), asker_of(request).name
    try:
        change = read_new(form)
        site = await in_sites(request, lambda store: store.sites.add(scope, change, by=by))
    except InvalidSiteError as error:
        return _new_site_page(noted(form, error))
    site_changed(request, site.name)
    return RedirectResponse(f"/sites/{site.name}/settings?done=added", 303)


def _new_site_page(form: Posted) -> Response:
    return page_response(
        "pages/sites/new.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title="Add a site",
        form=form,
        zones=zones(),
        currencies=sorted(CURRENCIES),
    )
