"""`GET /admin/why`: why somebody may see a stream, or that nothing says so."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from access.errors import UnknownSubjectError
from access.grants import Grant
from access.store import AccessStore, User
from web.asking.access import in_store
from web.page.posted import Posted
from web.page.templating import page_response
from web.service import service_of


@dataclass(frozen=True, slots=True)
class Why:
    """What says that a user may see a stream: `grants`, beside being an administrator."""

    user: User
    stream: str
    grants: list[Grant]


async def why_page(request: Request) -> Response:
    """The form, and what it was asked."""
    asked, definitions = request.query_params, service_of(request).definitions
    name, stream = asked.get("user", "").strip().lower()[:100].replace("\0", ""), asked.get("stream", "")
    form, answer = Posted({"user": [name], "stream": [stream]}), None
    if "user" in asked:

        def find(store: AccessStore) -> Why:
            return Why(store.users.get(name), stream, store.grants.that_apply(name, stream))

        if stream not in definitions:
            form = form.wrong("stream", "is not one that there is")
        try:
            answer = None if form.problems else await in_store(request, find)
        except UnknownSubjectError:
            form = form.wrong("user", "there is no user of that name")
    return page_response(
        "pages/admin/why.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title="Why",
        form=form,
        why=answer,
        streams=[(each, each) for each in sorted(definitions)],
    )
