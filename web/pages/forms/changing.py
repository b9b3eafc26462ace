"""`/forms/{stream}/answers/{submission}`: what somebody sent, each version of it, and a change that is sent as another.

It is opened by the submission's own key alone, whoever asks. What was sent is read where it is for all: in records.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Door
from access.claims import Claim, Held
from database.errors import LakeError
from query.errors import NotReadyError, QueryError
from query.form_versions import Version
from streams.errors import TopicError
from streams.reasons import Rejection
from web.access.scopes import asker_of
from web.asking.access import in_submission
from web.asking.sending import send_message
from web.asking.sending_once import claimed, send_once
from web.asking.versions import versions
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.forms.filling import Change, Filling
from web.pages.forms.languages import direction
from web.pages.forms.opened import REVIEW, THANKS, Opened, opened
from web.pages.forms.opening import closed as closed_by
from web.pages.forms.stepping import filled, not_sent, refused, stepped

_LONGEST_REASON = 300
_LOOK_AGAIN = {"Refresh": "10"}


@dataclass(frozen=True, slots=True)
class Told:
    """One version, as it is shown: what it changed as question, before, after."""

    number: int
    arrived: datetime
    by: str
    why: str
    changes: tuple[tuple[str, str, str], ...]


async def answers_page(request: Request) -> Response:
    """All versions, the newest first; with `change=yes` the form with the newest version's answers."""
    form = await _own(request)
    try:
        found = await versions(request, form.visible.definition, form.submission)
    except NotReadyError:
        found = []
    closed = closed_by(form.form, datetime.now(UTC), form.words)
    if not found or closed or request.query_params.get("change") != "yes":
        return _history(form, found, closed)
    filling = _filling(form, found[-1])
    form = replace(form, carried={"edit": str(uuid.uuid4()), "base": str(found[-1].number)})
    return form.page(filling, filling.places[0])


async def step_change(request: Request) -> Response:
    """A step of the form that changes them, or send."""
    given = await posted(request)
    form = await _own(request, given.text("to") or given.text("lang"))
    carried = {"edit": _edit(given), "base": given.text("base"), "why": given.text("why")[:_LONGEST_REASON]}
    form = replace(form, carried=carried)
    filling = filled(form, given, form.submission)
    if closed := closed_by(form.form, datetime.now(UTC), form.words):
        return form.page(filling, REVIEW, 403, closed=closed)
    page = stepped(form, filling, given)
    if page is not None:
        return page
    if not carried["why"]:
        return form.page(filling, REVIEW, 422, problems={"why": form.words.missing})
    try:
        return await _send(request, form, filling)
    except (TopicError, LakeError, QueryError, ProblemError) as error:
        return not_sent(request, form, filling, error)


async def _send(request: Request, form: Opened, filling: Filling) -> Response:
    link = form.answers_address(form.submission, form.key)
    base = _number(form.carried["base"])
    name = f"version {form.submission} {base + 1}"
    if await claimed(request, form.stream, name) == Claim(Held.DONE, form.carried["edit"]):
        return form.page(filling, THANKS, change=link)
    found = await versions(request, form.visible.definition, form.submission)
    newest = found[-1] if found else None
    if newest is None or newest.number != base:
        return form.page(filling, REVIEW, 409, notice=form.words.changed_meanwhile, change=link)
    if _filling(form, newest).answers == filling.answers:
        return form.page(filling, REVIEW, 422, notice=form.words.same, change=link)
    change = Change(newest.number + 1, _who(request), form.carried["why"])
    message = filling.message(round(newest.sent.timestamp() * 1000), change)

    async def send(_: str) -> Rejection | None:
        return await send_message(request, form.visible, message)

    outcome = await send_once(request, form.stream, name, form.carried["edit"], send)
    if outcome is None:
        return form.page(filling, THANKS, change=link)
    if isinstance(outcome, Claim):
        return form.page(filling, REVIEW, 409, notice=form.words.changed_meanwhile, change=link)
    return refused(form, filling, outcome)


async def _own(request: Request, asked: str = "") -> Opened:
    """The form of the submission whose key stands in the address. Raises ProblemError."""
    try:
        submission = str(uuid.UUID(request.path_params["submission"]))
    except ValueError:
        raise ProblemError("not-found", "There are no such answers.") from None
    form = opened(request, asked, submission)
    key = await in_submission(request, lambda store: store.form_keys.read(form.stream, form.key))
    if key is None or key.submission != submission or form.form.edits is None:
        raise ProblemError("not-found", "There are no such answers, or the link is not theirs.")
    return form


def _number(text: str) -> int:
    """Of the version that is changed; 0 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _edit(given: Posted) -> str:
    try:
        return str(uuid.UUID(given.text("edit")))
    except ValueError:
        raise ProblemError("unparseable", "The form has lost its id; load the page again.") from None


def _who(request: Request) -> str:
    """As the version says it; empty for whoever has the link and no name."""
    asker = asker_of(request)
    return "" if asker.door in (Door.LINK, Door.OPEN) else asker.name


def _filling(form: Opened, version: Version) -> Filling:
    """A version's answers, as they are typed."""
    texts = {question.field: _typed(version.values.get(question.field)) for question in form.form.questions}
    return form.filling(form.submission, {name: text for name, text in texts.items() if text})


def _typed(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def _history(form: Opened, found: list[Version], closed: str) -> Response:
    fillings = [_filling(form, each) for each in found]
    before = [None, *fillings[:-1]] if fillings else []
    told = [_told(form, *each) for each in zip(found, fillings, before, strict=True)]
    return page_response(
        "pages/forms/answers.html",
        headers={"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language", **({} if found else _LOOK_AGAIN)},
        title=form.title,
        titled_in=form.titled_in,
        form=form.form,
        language=form.language,
        direction=direction,
        words=form.words,
        address=form.address,
        submission=form.submission,
        filling=fillings[-1] if fillings else None,
        told=[*reversed(told)],
        closed=closed,
    )


def _told(form: Opened, version: Version, filling: Filling, before: Filling | None) -> Told:
    values: Mapping[str, Any] = version.values
    edits = form.form.edits
    changes = (
        ()
        if before is None
        else tuple(
            (question.label, before.said(question), filling.said(question))
            for question in form.form.questions
            if before.answers.get(question.field) != filling.answers.get(question.field)
        )
    )
    by, why = (str(values.get(name) or "") for name in ((edits.by, edits.why) if edits else ()))
    return Told(version.number, version.arrived, by, why, changes)
