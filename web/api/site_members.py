"""`/v1/sites/{site}/members`: who may see a site, and who may change it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from access.errors import InvalidAccessError
from access.grants import Subject
from systems.merchants.errors import UnknownSiteError
from systems.merchants.members import checked_member
from web.access.scopes import asker_of
from web.access.sites import own_site, own_sites
from web.api.objects import read_members
from web.asking.sites import in_sites, site_changed
from web.edge.responses import json_response


async def members(request: Request) -> Response:
    """Those with a grant of exactly this site; who has one of more is not among them."""
    name, scope = own_site(request), own_sites(request)
    found = await in_sites(request, lambda store: store.members.of(scope, name))
    return json_response({"members": [each.as_json() for each in found]})


async def put_member(request: Request) -> Response:
    """A member, or what one may from now on; within ten seconds at every door."""
    name, scope, by = own_site(request), own_sites(request), asker_of(request).name
    given = await read_members(request, ("subject", "can"))
    member = checked_member(given.text("subject"), given.texts("can"))
    await in_sites(request, lambda store: store.members.put(scope, name, member, by=by))
    site_changed(request, name, rights=True)
    return json_response(member.as_json(), 201)


async def remove_member(request: Request) -> Response:
    """End a member's grant of this site; what other grants allow stays."""
    name, scope = own_site(request), own_sites(request)
    try:
        subject = Subject.parse(request.path_params["subject"])
    except InvalidAccessError:
        raise UnknownSiteError("member") from None
    await in_sites(request, lambda store: store.members.remove(scope, name, subject))
    site_changed(request, name, rights=True)
    return Response(status_code=204)
