"""Who may use which address by which method: one table, a row for every route; where there is none, nobody may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from access.asker import NOBODY, Asker, Door
from access.events import Did, Outcome
from access.grants import Action
from web.access.arrival import client_of
from web.access.csrf import SAFE, check_origin
from web.access.doors import CHALLENGE, READER, doors_of
from web.access.notes import count, note
from web.access.scopes import WHO, asker_of
from web.edge.identifying import WHILE_EMPTY
from web.edge.problems import ProblemError
from web.service import service_of

Handler = Callable[[Request], Awaitable[Response]]


class Who(Enum):
    """Whom an address is for."""

    ANYBODY = auto()
    """Everybody, pages of other sites too; who asks is not looked up, and all checks are the address's own."""
    PUBLIC = auto()
    """Everybody; who asks is not looked up."""
    LOOKED = auto()
    """Everybody; who asks is found out if that can be."""
    SIGNED_IN = auto()
    """Whoever is known."""
    STREAM = auto()
    """Whoever is known; what of which stream it shows is for `visible_of` to say."""
    FORM = auto()
    """As STREAM; and whoever has its key in the address."""
    REPORTS = auto()
    """As STREAM; and whoever is not known, where the pages of epidemics are set to be public."""
    SITE = auto()
    """Whoever is known; which sites, and whether they may be changed, is for `web.access.sites` to say."""
    SOURCE = auto()
    """Whoever is known; which sources, and what may be done with them, is for `web.access.sources` to say."""
    PROCESS = auto()
    """Whoever is known; which processes, and what of their results, is for `web.access.processes` to say."""
    SEES_ALL = auto()
    """Who administers every stream."""
    ADMINISTRATOR = auto()
    """Administrators of users and grants."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a method of an address is for. `reads`: it changes nothing, whatever the method is.

    `counted`: reading it is bounded by the address, as logins are, and all else that anybody may send.
    `of_user`: it changes a user or a key, of which there is none in open mode. `files`: it takes forms with files, and
    checks the token in them itself, as it reads them.
    """

    who: Who
    action: Action | None = None
    reads: bool = False
    ends_seeing: bool = False
    counted: bool = False
    of_user: bool = False
    files: bool = False

    def changes(self, request: Request) -> bool:
        """Whether a request may change users, keys or grants, or make a session."""
        return not (request.method in SAFE or self.reads or self.who in (Who.STREAM, Who.FORM, Who.SOURCE, Who.ANYBODY))


PUBLIC, LOOKED, SIGNED_IN = Rule(Who.PUBLIC), Rule(Who.LOOKED), Rule(Who.SIGNED_IN)
SEES_ALL, ADMINISTRATOR = Rule(Who.SEES_ALL), Rule(Who.ADMINISTRATOR)
ASK, DETAIL = Rule(Who.STREAM, Action.ASK, reads=True), Rule(Who.STREAM, Action.DETAIL, reads=True)
SEND, REPLAY = Rule(Who.STREAM, Action.SEND), Rule(Who.STREAM, Action.REPLAY)
FORM = Rule(Who.FORM, Action.SEND)
REPORTS = Rule(Who.REPORTS, Action.ASK, reads=True)
COLLECT = Rule(Who.ANYBODY)
LOG_OUT = Rule(Who.SIGNED_IN, ends_seeing=True)
LINK = Rule(Who.LOOKED, counted=True)
SITE = Rule(Who.SITE)
PROCESS = Rule(Who.PROCESS, reads=True)
SOURCE, UPLOAD = Rule(Who.SOURCE), Rule(Who.SOURCE, files=True)
OWN_KEY, OF_USER = Rule(Who.SIGNED_IN, of_user=True), Rule(Who.ADMINISTRATOR, of_user=True)

GUARDS: Mapping[str, Mapping[str, Rule]] = {
    "/": {"GET": ASK},
    "/window.csv": {"GET": ASK},
    "/streams": {"GET": SIGNED_IN},
    "/streams/{stream}": {"GET": ASK},
    "/docs/api": {"GET": SIGNED_IN},
    "/engines": {"GET": SEES_ALL},
    "/rejected/{stream}": {"GET": DETAIL},
    "/records/{stream}": {"GET": DETAIL},
    "/records/{stream}/export": {"GET": DETAIL},
    "/forms": {"GET": SIGNED_IN},
    "/form-editor": {"GET": SIGNED_IN, "POST": Rule(Who.SIGNED_IN, reads=True)},
    "/forms/{stream}": {"GET": FORM, "POST": FORM},
    "/forms/{stream}/answers/{submission}": {"GET": FORM, "POST": FORM},
    "/forms/{stream}/results": {"GET": DETAIL},
    "/clinical": {"GET": ASK},
    "/clinical/admissions": {"GET": ASK},
    "/clinical/lab-results": {"GET": ASK},
    "/replays": {"GET": REPLAY},
    "/replays/{id}": {"GET": REPLAY},
    "/v1/openapi.json": {"GET": SIGNED_IN},
    "/v1/streams": {"GET": SIGNED_IN},
    "/v1/streams/{stream}": {"GET": ASK},
    "/v1/engines": {"GET": SEES_ALL},
    "/v1/replays": {"GET": REPLAY},
    "/v1/replays/{id}": {"GET": REPLAY},
    "/v1/history": {"GET": REPLAY},
    "/v1/streams/{stream}/window": {"GET": ASK, "POST": ASK},
    "/v1/streams/{stream}/series": {"GET": ASK, "POST": ASK},
    "/v1/streams/{stream}/rejected": {"GET": DETAIL, "POST": DETAIL},
    "/v1/streams/{stream}/records": {"GET": DETAIL, "POST": DETAIL},
    "/v1/streams/{stream}/messages": {"POST": SEND},
    "/v1/sessions": {"GET": SIGNED_IN, "POST": PUBLIC},
    "/v1/sessions/current": {"DELETE": LOG_OUT},
    "/v1/sessions/{session}": {"DELETE": SIGNED_IN},
    "/v1/me": {"GET": SIGNED_IN},
    "/v1/users": {"GET": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "/v1/users/{user}": {"GET": ADMINISTRATOR, "PATCH": OF_USER, "DELETE": OF_USER},
    "/v1/users/{user}/invitation": {"POST": OF_USER},
    "/v1/keys": {"GET": SIGNED_IN, "POST": OWN_KEY},
    "/v1/keys/{key}": {"DELETE": OWN_KEY},
    "/v1/keys/{key}/rotate": {"POST": OWN_KEY},
    "/v1/grants": {"GET": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "/v1/grants/{id}": {"DELETE": ADMINISTRATOR},
    "/v1/see-as": {"POST": ADMINISTRATOR, "DELETE": LOG_OUT},
    "/v1/sources": {"GET": SOURCE},
    "/v1/sources/{source}": {"GET": SOURCE},
    "/v1/sources/{source}/files": {"POST": UPLOAD},
    "/v1/sources/{source}/run": {"POST": SOURCE},
    "/v1/sources/{source}/pause": {"POST": SOURCE},
    "/v1/sources/{source}/resume": {"POST": SOURCE},
    "/v1/sources/{source}/redrive": {"POST": SOURCE},
    "/v1/processes": {"GET": PROCESS},
    "/v1/processes/{process}": {"GET": PROCESS},
    "/v1/processes/{process}/runs": {"GET": PROCESS},
    "/v1/processes/{process}/runs/{run}": {"GET": PROCESS},
    "/processes": {"GET": PROCESS},
    "/processes/{process}": {"GET": PROCESS},
    "/sources": {"GET": SOURCE},
    "/sources/try": {"GET": SOURCE, "POST": UPLOAD},
    "/sources/{source}": {"GET": SOURCE},
    "/sources/{source}/files": {"POST": UPLOAD},
    "/sources/{source}/{act}": {"POST": SOURCE},
    "/v1/sites": {"GET": SITE, "POST": SITE, "PUT": SITE},
    "/v1/sites/{site}": {"GET": ASK, "PATCH": SITE, "DELETE": SITE},
    "/v1/sites/{site}/goals": {"GET": ASK, "POST": SITE},
    "/v1/sites/{site}/goals/{id}": {"DELETE": SITE},
    "/v1/sites/{site}/funnels": {"GET": ASK, "POST": SITE},
    "/v1/sites/{site}/funnels/{id}": {"GET": ASK, "DELETE": SITE},
    "/v1/sites/{site}/annotations": {"GET": ASK, "POST": SITE},
    "/v1/sites/{site}/annotations/{id}": {"DELETE": SITE},
    "/v1/sites/{site}/links": {"GET": SITE, "POST": SITE},
    "/v1/sites/{site}/links/{id}": {"DELETE": SITE},
    "/v1/sites/{site}/members": {"GET": SITE, "POST": SITE},
    "/v1/sites/{site}/members/{subject}": {"DELETE": SITE},
    "/sites": {"GET": SITE},
    "/sites/new": {"GET": SITE, "POST": SITE},
    "/sites/{site}/settings": {"GET": SITE, "POST": SITE},
    "/sites/{site}/settings/{part}": {"POST": SITE},
    "/sites/{site}/settings/{part}/{id}": {"POST": SITE},
    "/shared/{token}": {"GET": LINK, "POST": LINK},
    "/sites/{site}": {"GET": ASK},
    "/sites/{site}/panels/{panel}": {"GET": ASK},
    "/sites/{site}/panels/{panel}.csv": {"GET": ASK},
    "/sites/{site}/export.json": {"GET": ASK},
    "/v1/sites/{site}/stats": {"GET": ASK},
    "/v1/sites/{site}/breakdown": {"GET": ASK},
    "/v1/sites/{site}/series": {"GET": ASK},
    "/v1/sites/{site}/live": {"GET": ASK},
    "/v1/sites/{site}/imported": {"GET": ASK, "DELETE": SITE},
    "/v1/sites/{site}/imports": {"GET": SITE},
    "/v1/sites/{site}/imports/{id}": {"DELETE": SITE},
    "/epidemic": {"GET": REPORTS},
    "/epidemic/compare": {"GET": REPORTS},
    "/epidemic/ranks": {"GET": REPORTS},
    "/epidemic/sources": {"GET": REPORTS},
    "/epidemic/search": {"GET": REPORTS},
    "/epidemic/download.csv": {"GET": REPORTS},
    "/epidemic/download.parquet": {"GET": REPORTS},
    "/epidemic/embed/regions/{region}": {"GET": REPORTS},
    "/v1/epidemic/search": {"GET": REPORTS},
    "/epidemic/regions/{region}": {"GET": REPORTS},
    "/v1/epidemic/weeks": {"GET": REPORTS},
    "/collect/{site}": {"POST": COLLECT},
    "/api/event": {"POST": COLLECT},
    "/healthz": {"GET": PUBLIC},
    "/readyz": {"GET": LOOKED},
    "/metrics": {"GET": SEES_ALL},
    "/js/script.js": {"GET": PUBLIC},
    "/v1/sites/{site}/reports": {"GET": SITE, "POST": SITE, "DELETE": SITE},
    "/v1/sites/{site}/reports/{id}": {"DELETE": SITE},
    "/sites/{site}/reports": {"GET": SITE, "POST": SITE},
    "/sites/{site}/reports/{id}": {"POST": SITE},
    "/reports/unsubscribe/{token}": {"GET": LINK, "POST": LINK},
    "/login": {"GET": LOOKED, "POST": LOOKED},
    "/logout": {"POST": LOG_OUT},
    "/first": {"GET": LOOKED, "POST": LOOKED},
    "/invitation/{token}": {"GET": LINK, "POST": LINK},
    "/account": {"GET": SIGNED_IN},
    "/account/password": {"POST": SIGNED_IN},
    "/account/sessions": {"POST": SIGNED_IN},
    "/account/keys": {"POST": SIGNED_IN},
    "/account/keys/{key}": {"GET": SIGNED_IN},
    "/account/keys/{key}/rotate": {"POST": SIGNED_IN},
    "/account/keys/{key}/revoke": {"POST": SIGNED_IN},
    "/see-as/stop": {"POST": LOG_OUT},
    "/admin": {"GET": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "/admin/users/{user}": {"GET": ADMINISTRATOR, "POST": OF_USER},
    "/admin/users/{user}/link": {"POST": OF_USER},
    "/admin/users/{user}/sessions": {"POST": OF_USER},
    "/admin/users/{user}/see-as": {"POST": OF_USER},
    "/admin/grants": {"GET": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "/admin/grants/{grant}": {"GET": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "/admin/keys": {"GET": ADMINISTRATOR},
    "/admin/keys/{key}": {"GET": ADMINISTRATOR, "POST": OF_USER},
    "/admin/why": {"GET": ADMINISTRATOR},
}
"""Path of a route → method → rule. HEAD is as GET; what no method of a route is (405, OPTIONS) tells nothing."""


_OF_NOBODY_ELSE = frozenset(
    {
        "/login",
        "/logout",
        "/v1/sessions",
        "/v1/sessions/current",
        "/v1/see-as",
        "/see-as/stop",
        "/admin/users/{user}/see-as",
        "/admin/users/{user}/link",
        "/v1/users/{user}/invitation",
    }
)
"""Paths at which nothing changes of what is known of others; whoever logs out forgets its own session itself."""


def guarded(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The routes, each behind its row of the table."""
    return [_guarded(route) if isinstance(route, Route) else route for route in routes]


def _guarded(route: Route) -> Route:
    rules, handler = GUARDS.get(route.path, {}), route.endpoint

    async def admit(request: Request) -> Response:
        rule = rules.get("GET" if request.method == "HEAD" else request.method)
        if rule is None:
            raise ProblemError("not-found", "Not Found")
        await check(request, rule)
        response: Response = await handler(request)
        if response.status_code < 400 and route.path not in _OF_NOBODY_ELSE:
            _forget(request, rule)
        response.headers.update(doors_of(request).headers(request))
        return response

    return Route(route.path, admit, methods=[*(route.methods or ())], name=route.name)


def _forget(request: Request, rule: Rule) -> None:
    """What was changed here bites here at once; elsewhere, and what others change, in a few seconds."""
    if not rule.changes(request):
        return
    identities = service_of(request).identities
    if rule.who is Who.ADMINISTRATOR:
        identities.forget_all()
    elif rule.who is Who.LOOKED:
        identities.forget(WHILE_EMPTY)
    else:
        identities.forget(user=asker_of(request).name)


async def check(request: Request, rule: Rule) -> None:
    """Raises ProblemError unless who asks may."""
    if rule.who is Who.ANYBODY:
        return
    try:
        asker = await _asker(request, rule)
        _check_rule(asker, rule)
        if request.method not in SAFE:
            await check_origin(request, reads=rule.reads, files=rule.files)
            _check_seeing(asker, rule)
    except ProblemError as error:
        if error.problem.status not in (401, 403):
            raise
        did = Did.ASK if rule.reads or request.method in SAFE else Did.SEND
        # Whoever is unknown can ask as often as the line is wide: one line a second says that it was so.
        if error.problem.status == 401 and not service_of(request).allowances.may_note(client_of(request)):
            count(request, did, Outcome.REFUSED)
        else:
            note(request, did, Outcome.REFUSED, what=request.scope["route"].path)
        raise


async def _asker(request: Request, rule: Rule) -> Asker:
    if rule.who in (Who.PUBLIC, Who.LOOKED) and (rule.counted or request.method not in SAFE):
        service_of(request).allowances.enter(client_of(request))
    match rule.who:
        case Who.PUBLIC:
            return NOBODY
        case Who.LOOKED:
            return await doors_of(request).look(request, anew=rule.changes(request))
    public = rule.who is Who.REPORTS and service_of(request).settings.epidemic_public
    unknown = READER if public else NOBODY
    by_form = rule.who is Who.FORM
    return await doors_of(request).admit(request, anew=rule.changes(request), unknown=unknown, by_form=by_form)


def _check_rule(asker: Asker, rule: Rule) -> None:
    if rule.who in (Who.PUBLIC, Who.LOOKED):
        return
    if asker.door is Door.NOBODY and not asker.grants:
        raise ProblemError("unauthorized", WHO, (), CHALLENGE)
    if asker.door is Door.LINK and not _opened_by_link(rule):
        raise ProblemError("forbidden", "A shared link shows the numbers of one site, and nothing else.")
    if rule.who is Who.SEES_ALL and not asker.sees_all:
        raise ProblemError("forbidden", "This is for those who administer every stream.")
    if rule.who is Who.ADMINISTRATOR and not asker.administrator:
        raise ProblemError("forbidden", "This is for administrators.")
    if rule.of_user and asker.door is Door.OPEN:
        raise ProblemError("forbidden", "There are no users yet; make the first administrator first.")


def _opened_by_link(rule: Rule) -> bool:
    """Whether what it opens is for `visible_of` to say."""
    return (rule.who is Who.STREAM and rule.reads) or rule.who is Who.FORM or rule.ends_seeing


def _check_seeing(asker: Asker, rule: Rule) -> None:
    if asker.seen_by and not (rule.reads or rule.ends_seeing):
        raise ProblemError("forbidden", f"You see as {asker.name}, and can change nothing meanwhile.")
