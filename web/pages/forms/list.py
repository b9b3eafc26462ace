"""`/forms`: the forms that one may fill in, or whose answers one may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from web.access.scopes import visible_streams
from web.page.templating import page_response
from web.pages.forms.opening import closed

_ACTIONS = (Action.ASK, Action.SEND, Action.DETAIL, Action.ADMINISTER)


@dataclass(frozen=True, slots=True)
class Card:
    """One form. `closed`: why it takes no answers now; `sends`, `sees`, `knows`, `edits`: what its reader may do."""

    name: str
    title: str
    description: str
    closed: str
    pages: int
    questions: int
    sends: bool
    sees: bool
    knows: bool
    edits: bool


async def forms_page(request: Request) -> Response:
    """Every form that the asker knows."""
    cards = [*_cards(request)]
    return page_response("pages/forms/list.html", headers={"Vary": "Cookie"}, title="Forms", cards=cards)


def _cards(request: Request) -> Iterator[Card]:
    by = {action: visible_streams(request, action) for action in _ACTIONS}
    now = datetime.now(UTC)
    for name in sorted({*by[Action.SEND], *by[Action.DETAIL]}):
        visible = by[Action.SEND].get(name) or by[Action.DETAIL][name]
        form, shown = visible.definition.form, visible.shown
        if form is None:
            continue
        yield Card(
            name,
            shown.title,
            shown.description,
            closed(form, now),
            len(form.pages),
            len(form.questions),
            sends=name in by[Action.SEND],
            sees=name in by[Action.DETAIL] and shown.records is not None,
            knows=name in by[Action.ASK],
            edits=name in by[Action.ADMINISTER],
        )
