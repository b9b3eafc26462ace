"""`/sites/{site}/settings`: what can be changed of a site, by tabs; each form is sent to an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.errors import InvalidAccessError
from access.grants import Subject
from systems.merchants.currencies import CURRENCIES
from systems.merchants.errors import InvalidSiteError, UnknownSiteError
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import Site
from systems.merchants.snippet import snippet
from systems.merchants.store import SiteStore
from web.access.cookies import own_address
from web.access.scopes import asker_of
from web.access.sites import own_site, own_sites
from web.asking.sites import in_secret_sites, in_sites, site_changed
from web.edge.problems import ProblemError
from web.page.lifetimes import KEY_LIFETIMES, key_end
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.page.times import zones
from web.pages.sites.forms import (
    exclusions_form,
    general_form,
    noted,
    read_annotation,
    read_exclusions,
    read_funnel,
    read_general,
    read_goal,
    read_member,
)

TABS = {
    "general": "General",
    "goals": "Goals",
    "sharing": "Sharing",
    "exclusions": "Exclusions",
    "notes": "Notes",
    "imports": "Imports",
}
_TAB_OF = {
    "": "general",
    "deletion": "general",
    "goals": "goals",
    "funnels": "goals",
    "links": "sharing",
    "members": "sharing",
    "exclusions": "exclusions",
    "annotations": "notes",
    "imports": "imports",
}
"""Part of a site, of which there is a form → the tab on which it is."""

_DONE = {
    "added": "The site is there, and collects. Put the snippet into its pages.",
    "saved": "Saved. The site collects by it within ten seconds.",
    "made": "Added.",
    "ended": "Removed.",
    "deleted": "The site is deleted: nothing is collected any more.",
    "restored": "The site collects again.",
}
_WITH_RIGHTS = ("links", "members")


@dataclass(frozen=True, slots=True)
class OfSite:
    """A site, and what its tab shows."""

    site: Site
    parts: Mapping[str, Any] = field(default_factory=dict)


async def settings_page(request: Request) -> Response:
    """One tab."""
    return await _page(request, request.query_params.get("tab", ""), {})


async def save_general(request: Request) -> Response:
    """What the site is."""
    return await _save(request, "", lambda form, name: read_general(form, name))


async def add_part(request: Request) -> Response:
    """Something more of a part, or of the exclusions what they are; or the end of the whole site."""
    part = request.path_params["part"]
    if part == "exclusions":
        return await _save(request, part, read_exclusions)
    if part == "deletion":
        return await _end_or_restore(request)
    if part == "links":
        return await _make_link(request)
    if part not in _ADD:
        raise ProblemError("not-found", "There is no such address.")
    name, scope, form, by = own_site(request), own_sites(request), await posted(request), asker_of(request).name
    try:
        add = _ADD[part](form, by)
        await in_sites(request, lambda store: add(store, scope, name))
    except InvalidSiteError as error:
        return await _page(request, _TAB_OF[part], {part: noted(form, error, part)})
    site_changed(request, name, rights=part in _WITH_RIGHTS)
    return _back(name, part, "made")


async def remove_part(request: Request) -> Response:
    """Something of a part less; removed already is as good."""
    name, scope = own_site(request), own_sites(request)
    part, which = request.path_params["part"], request.path_params["id"]
    if part not in _REMOVE:
        raise ProblemError("not-found", "There is no such address.")
    try:
        await in_sites(request, lambda store: _REMOVE[part](store, scope, name, which))
    except UnknownSiteError as error:
        if error.kind == "site":
            raise
    site_changed(request, name, rights=part in _WITH_RIGHTS)
    return _back(name, part, "ended")


_Add = Callable[[SiteStore, SiteScope, str], object]


def _goal(form: Posted, _: str) -> _Add:
    goal = read_goal(form)
    return lambda store, scope, name: store.goals.add(scope, name, goal)


def _funnel(form: Posted, _: str) -> _Add:
    funnel = read_funnel(form)
    return lambda store, scope, name: store.funnels.add(scope, name, funnel)


def _annotation(form: Posted, by: str) -> _Add:
    annotation = read_annotation(form, by=by)
    return lambda store, scope, name: store.annotations.add(scope, name, annotation)


def _member(form: Posted, by: str) -> _Add:
    member = read_member(form)
    return lambda store, scope, name: store.members.put(scope, name, member, by=by)


_ADD: Mapping[str, Callable[[Posted, str], _Add]] = {
    "goals": _goal,
    "funnels": _funnel,
    "annotations": _annotation,
    "members": _member,
}


def _remove_member(store: SiteStore, scope: SiteScope, name: str, which: str) -> None:
    try:
        subject = Subject.parse(which)
    except InvalidAccessError:
        raise UnknownSiteError("member") from None
    store.members.remove(scope, name, subject)


_REMOVE: Mapping[str, Callable[[SiteStore, SiteScope, str, str], object]] = {
    "goals": lambda store, scope, name, which: store.goals.remove(scope, name, _number(which)),
    "funnels": lambda store, scope, name, which: store.funnels.remove(scope, name, _number(which)),
    "annotations": lambda store, scope, name, which: store.annotations.remove(scope, name, _number(which)),
    "imports": lambda store, scope, name, which: store.imported.forget(scope, name, _number(which)),
    "links": lambda store, scope, name, which: store.links.revoke(scope, name, which.replace("\0", "")),
    "members": _remove_member,
}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


async def _save(request: Request, part: str, read: Callable[[Posted, str], Any]) -> Response:
    name, scope, form = own_site(request), own_sites(request), await posted(request)
    try:
        change = read(form, name)
        await in_sites(request, lambda store: store.sites.change(scope, change))
    except InvalidSiteError as error:
        return await _page(request, _TAB_OF[part], {part: noted(form, error)})
    site_changed(request, name)
    return _back(name, part, "saved")


async def _make_link(request: Request) -> Response:
    """The link is the answer itself: only its hash is kept, so no other page could show it."""
    name, scope, form, by = own_site(request), own_sites(request), await posted(request), asker_of(request).name
    try:
        expires_at = key_end(form.text("lifetime"), datetime.now(UTC))
    except ValueError:
        return await _page(request, "sharing", {"links": form.wrong("lifetime", "is not one that is offered")})
    title, password = form.text("link"), form.secret("password") or None
    try:
        link, secret = await in_secret_sites(
            request, lambda store: store.links.make(scope, name, title, by=by, password=password, expires_at=expires_at)
        )
    except InvalidSiteError as error:
        return await _page(request, "sharing", {"links": noted(form, error, "links")})
    site_changed(request, name)
    return page_response(
        "pages/sites/link.html",
        201,
        {"Cache-Control": "no-store"},
        title=f"Link of {name}",
        name=name,
        link=link,
        address=own_address(request, f"/shared/{secret}"),
    )


async def _end_or_restore(request: Request) -> Response:
    """Delete it, if its name was typed; or collect again."""
    name, scope, form = own_site(request), own_sites(request), await posted(request)
    if form.given("restore"):
        await in_sites(request, lambda store: store.sites.restore(scope, name))
    elif form.text("confirmation").lower() != name:
        return await _page(request, "general", {"deletion": form.wrong("confirmation", f"type {name}")})
    else:
        await in_sites(request, lambda store: store.sites.delete(scope, name))
    site_changed(request, name, rights=True)  # of its shared links
    return _back(name, "", "restored" if form.given("restore") else "deleted")


def _back(name: str, part: str, done: str) -> Response:
    return RedirectResponse(f"/sites/{name}/settings?tab={_TAB_OF[part]}&done={done}", 303)


async def _page(request: Request, tab: str, forms: Mapping[str, Posted]) -> Response:
    name, scope = own_site(request), own_sites(request)
    tab = tab if tab in TABS else "general"
    it = await in_sites(request, lambda store: _read(store, scope, name, tab))
    usual = {"": general_form(it.site), "exclusions": exclusions_form(it.site)}
    return page_response(
        f"pages/sites/settings_{tab}.html",
        422 if forms else 200,
        {"Cache-Control": "no-store"},
        title=f"Settings of {name}",
        it=it,
        site=it.site,
        tab=tab,
        tabs=TABS,
        forms={part: forms.get(part, usual.get(part, Posted())) for part in _TAB_OF},
        done=_DONE.get(request.query_params.get("done", ""), "") if not forms else "",
        zones=zones(),
        currencies=sorted(CURRENCIES),
        lifetimes=KEY_LIFETIMES,
        snippet=snippet(own_address(request, ""), it.site),
    )


def _read(store: SiteStore, scope: SiteScope, name: str, tab: str) -> OfSite:
    shown = [part for part, of in _TAB_OF.items() if of == tab and part in _LISTED]
    return OfSite(store.sites.get(scope, name), {part: _LISTED[part](store, scope, name) for part in shown})


_LISTED: Mapping[str, Callable[[SiteStore, SiteScope, str], Any]] = {
    "goals": lambda store, scope, name: store.goals.of(scope, name),
    "funnels": lambda store, scope, name: store.funnels.of(scope, name),
    "links": lambda store, scope, name: store.links.of(scope, name),
    "members": lambda store, scope, name: store.members.of(scope, name),
    "annotations": lambda store, scope, name: store.annotations.of(scope, name)[::-1],
    "imports": lambda store, scope, name: store.imported.imports(scope, name),
}
