"""`/v1/sites/{site}/goals`, `…/funnels`, `…/annotations`: what a site has several of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from systems.merchants.annotations import Annotation, checked_annotation
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.goals import Funnel, Goal, Step, checked_funnel, checked_goal, checked_step
from systems.merchants.store import SiteParts, SiteStore
from web.access.scopes import asker_of
from web.access.sites import own_site, own_sites, seen_site, seen_sites
from web.api.objects import Members, invalid, read_members
from web.asking.sites import in_sites, site_changed
from web.edge.responses import json_response

T = TypeVar("T", Goal, Funnel, Annotation)

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class PartHandlers(Generic[T]):
    """The addresses of one kind of part. `plural`: its list; `members`: what a new one has; `read`: makes it."""

    plural: str
    members: tuple[str, ...]
    parts: Callable[[SiteStore], SiteParts[T]]
    read: Callable[[Request, Members], T]

    async def listed(self, request: Request) -> Response:
        """All of a site."""
        name, scope = seen_site(request), seen_sites(request)
        found = await in_sites(request, lambda store: self.parts(store).of(scope, name))
        return json_response({self.plural: [each.as_json() for each in found]})

    async def add(self, request: Request) -> Response:
        """A new one."""
        name, scope = own_site(request), own_sites(request)
        part = self.read(request, await read_members(request, self.members))
        added = await in_sites(request, lambda store: self.parts(store).add(scope, name, part))
        site_changed(request, name)
        return json_response(added.as_json(), 201)

    async def remove(self, request: Request) -> Response:
        """End one."""
        name, scope, number = own_site(request), own_sites(request), part_number(request, self.plural)
        await in_sites(request, lambda store: self.parts(store).remove(scope, name, number))
        site_changed(request, name)
        return Response(status_code=204)


def part_number(request: Request, plural: str) -> int:
    """The id in the address. Raises UnknownSiteError for what is no number."""
    text: str = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise UnknownSiteError(plural.removesuffix("s"))
    return int(text)


def _properties(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        invalid("properties", 'is an object of texts such as {"plan": "large"}')
    return given


def _goal(_: Request, given: Members) -> Goal:
    properties = _properties(given.values.get("properties"))
    return checked_goal(given.text("name", ""), given.text("kind"), given.text("value"), properties)


def _funnel(_: Request, given: Members) -> Funnel:
    listed = given.values.get("steps")
    if not isinstance(listed, list):
        invalid("steps", 'is a list such as [{"kind": "page", "value": "/cart"}, {"kind": "event", "value": "Paid"}]')
    steps = [_step(place, each) for place, each in enumerate(listed[:100])]
    return checked_funnel(given.text("name"), steps, given.number("days", 0))


def _step(place: int, given: Any) -> Step:
    names = ("name", "kind", "value", "properties")
    if not isinstance(given, dict) or not given.keys() <= {*names}:
        invalid("steps", f"{place} is no object of {', '.join(names)}")
    step = Members(given)
    try:
        properties = _properties(step.values.get("properties"))
        return checked_step(step.text("name", ""), step.text("kind"), step.text("value"), properties)
    except InvalidSiteError as error:
        raise InvalidSiteError.of("steps", f"{place}: {error}") from None


def _annotation(request: Request, given: Members) -> Annotation:
    return checked_annotation(given.text("day"), given.text("text"), by=asker_of(request).name)


GOALS = PartHandlers[Goal]("goals", ("name", "kind", "value", "properties"), lambda store: store.goals, _goal)
FUNNELS = PartHandlers[Funnel]("funnels", ("name", "days", "steps"), lambda store: store.funnels, _funnel)
ANNOTATIONS = PartHandlers[Annotation]("annotations", ("day", "text"), lambda store: store.annotations, _annotation)
