"""`/admin/grants`: all grants, a new one, and the removal of one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.errors import InvalidAccessError, UnknownSubjectError
from access.events import Did, Outcome
from access.grants import EVERY_STREAM, Action, Grant
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.admin.grant_form import FIELDS, read_grant
from web.service import service_of

_PER_PAGE = 50
_EVERY = "every stream, also later ones"
_NO_SUCH_GRANT = "There is no such grant, or no more."
_DONE = {
    "added": "The grant is made. It bites within ten seconds.",
    "removed": "The grant is removed, for all within ten seconds.",
}


async def grants_page(request: Request) -> Response:
    """The grants, in the order in which they were made, in pages."""
    return await _grants_page(request, Posted())


async def add_grant(request: Request) -> Response:
    """A new grant; or the form again."""
    form, by, definitions = await posted(request), asker_of(request).name, service_of(request).definitions
    try:
        grant = read_grant(form, definitions)
        await in_store(request, lambda store: store.grants.add(grant, by=by))
    except InvalidAccessError as error:
        return await _grants_page(request, form.wrong(error.field if error.field in FIELDS else "", error.reason))
    except UnknownSubjectError as error:
        return await _grants_page(request, form.wrong("subject", f"there is no {error.kind} of that name"))
    note(request, Did.CHANGE_GRANT, Outcome.DONE, stream=grant.stream, what=str(grant.subject))
    return RedirectResponse("/admin/grants?done=added", 303)


async def grant_page(request: Request) -> Response:
    """One grant, and whether to remove it."""
    grant = await _grant_of(request)
    return page_response(
        "pages/admin/grant.html", 200, {"Cache-Control": "no-store"}, title=f"Grant {grant.id}", grant=grant
    )


async def remove_grant(request: Request) -> Response:
    """Remove it; removed already is as good."""
    grant = await _grant_of(request)
    try:
        await in_store(request, lambda store: store.grants.remove(grant.id))
    except UnknownSubjectError:
        raise ProblemError("not-found", _NO_SUCH_GRANT) from None
    note(request, Did.CHANGE_GRANT, Outcome.DONE, stream=grant.stream, what=str(grant.subject))
    return RedirectResponse("/admin/grants?done=removed", 303)


async def _grant_of(request: Request) -> Grant:
    text = request.path_params["grant"]
    try:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise UnknownSubjectError("grant", text)
        return await in_store(request, lambda store: store.grants.get(int(text)))
    except UnknownSubjectError:
        raise ProblemError("not-found", _NO_SUCH_GRANT) from None


async def _grants_page(request: Request, form: Posted) -> Response:
    asked = request.query_params
    search, after = asked.get("search", "").replace("\0", "")[:100], asked.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    found = await in_store(
        request, lambda store: store.grants.page(search=search.strip(), after=number, limit=_PER_PAGE + 1)
    )
    return page_response(
        "pages/admin/grants.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title="Grants",
        grants=found[:_PER_PAGE],
        more=found[_PER_PAGE - 1].id if len(found) > _PER_PAGE else "",
        search=search,
        after=number,
        form=form if form.values else _prefilled(request),
        streams=[*((each, each) for each in sorted(service_of(request).definitions)), (EVERY_STREAM, _EVERY)],
        actions=[*Action],
        done=_DONE.get(asked.get("done", ""), ""),
    )


def _prefilled(request: Request) -> Posted:
    """The form for a subject that the address names."""
    subject = request.query_params.get("subject", "")[:200]
    return Posted({"subject": [subject]} if subject else {})
