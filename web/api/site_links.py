"""`/v1/sites/{site}/links`: links that show a site's numbers to whoever has them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.access.cookies import own_address
from web.access.scopes import asker_of
from web.access.sites import own_site, own_sites
from web.api.objects import read_members
from web.asking.sites import in_secret_sites, in_sites, site_changed
from web.edge.responses import json_response


async def links(request: Request) -> Response:
    """Those that can be opened, without their secrets."""
    name, scope = own_site(request), own_sites(request)
    found = await in_sites(request, lambda store: store.links.of(scope, name))
    return json_response({"links": [each.as_json() for each in found]})


async def make_link(request: Request) -> Response:
    """A new link; the answer shows its address, nothing else ever does."""
    name, scope, by = own_site(request), own_sites(request), asker_of(request).name
    given = await read_members(request, ("name", "password", "expires_at"))
    title, password, expires_at = given.text("name"), given.optional_text("password"), given.moment("expires_at")
    link, secret = await in_secret_sites(
        request, lambda store: store.links.make(scope, name, title, by=by, password=password, expires_at=expires_at)
    )
    site_changed(request, name)
    return json_response({**link.as_json(), "link": own_address(request, f"/shared/{secret}")}, 201)


async def revoke_link(request: Request) -> Response:
    """Nobody sees anything by it any more, at once."""
    name, scope, link = own_site(request), own_sites(request), request.path_params["id"]
    await in_sites(request, lambda store: store.links.revoke(scope, name, link))
    site_changed(request, name, rights=True)
    return Response(status_code=204)
