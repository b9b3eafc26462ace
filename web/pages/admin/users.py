"""`GET|POST /admin`: all users, and a new one, who chooses a password by a one-time link."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Door
from access.errors import InvalidAccessError
from access.events import Did, Outcome
from access.links import INVITATION
from access.store import AccessStore, User
from web.access.cookies import own_address
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.access import in_store
from web.page.posted import Posted, posted
from web.page.templating import page_response

_PER_PAGE = 50
_FIELDS = ("user", "title", "groups")


async def users_page(request: Request) -> Response:
    """The users, by name, in pages; in open mode the way to the first of them."""
    if asker_of(request).door is Door.OPEN:
        return RedirectResponse("/first", 303)
    return await _users_page(request, Posted())


async def add_user(request: Request) -> Response:
    """The new user's link. It is the answer itself: only its hash is kept, so no other page could show it."""
    if asker_of(request).door is Door.OPEN:  # which would end with a user who can let in nobody else
        return RedirectResponse("/first", 303)
    form, by = await posted(request), asker_of(request).name

    def add(store: AccessStore) -> tuple[User, str]:
        user = store.users.add(
            form.text("user"),
            by=by,
            title=form.text("title"),
            administrator=form.given("administrator"),
            groups=form.words("groups"),
        )
        return user, store.links.make(user.name, by=by, lifetime=INVITATION)

    try:
        user, token = await in_store(request, add)
    except InvalidAccessError as error:
        return await _users_page(request, form.wrong(error.field if error.field in _FIELDS else "", error.reason))
    note(request, Did.CHANGE_USER, Outcome.DONE, what=user.name)
    return link_page(request, user, token)


def link_page(request: Request, user: User, token: str) -> Response:
    """A one-time link, shown this once."""
    return page_response(
        "pages/admin/link.html",
        201,
        {"Cache-Control": "no-store"},
        title=f"Link for {user.name}",
        user=user,
        link=own_address(request, f"/invitation/{token}"),
        days=INVITATION.days,
    )


async def _users_page(request: Request, form: Posted) -> Response:
    search, after = request.query_params.get("search", "")[:100], request.query_params.get("after", "")[:100]
    search, after = search.replace("\0", ""), after.replace("\0", "")
    found = await in_store(request, lambda store: store.users.page(search.strip(), after, _PER_PAGE + 1))
    return page_response(
        "pages/admin/users.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title="Users",
        users=found[:_PER_PAGE],
        more=found[_PER_PAGE - 1].name if len(found) > _PER_PAGE else "",
        search=search,
        after=after,
        form=form,
    )
