"""The window page rendered without engines: as known at a moment, with changes since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from database.replays import Action, Publication
from query.answers import Source, WindowAnswer
from query.changes import changes_between
from query.groups import Group
from query.requests import WindowRequest
from query.visible import Visible
from streams.arrivals import Arrivals
from tests.definitions import HEALTH
from tests.query.lake_views import covered
from web.page.table import sorted_groups
from web.pages.window.answer import WindowResult
from web.pages.window.columns import Shown, columns_of
from web.pages.window.compared import COMPARISONS, Compared, beside, compared_span
from web.pages.window.form import WindowForm, read_form
from web.pages.window.handlers import _page, outcome_of
from web.pages.window.known import known_at, stops_of

NOW = datetime(2026, 3, 9, 10, 17, 30, tzinfo=UTC)
BEGAN = datetime(2026, 3, 1, 22, 40, tzinfo=UTC)


def _publication(generation: int, action: Action, at: datetime, reason: str) -> Publication:
    arrivals = Arrivals(BEGAN, at - timedelta(hours=2))
    return Publication(
        generation, 7, "health", action, arrivals, HEALTH.digest, at, "somebody", reason, {}, completed=True
    )


PUBLISHED = (
    _publication(2, Action.ROLL_BACK, datetime(2026, 3, 6, 15, 0, 4, tzinfo=UTC), ""),
    _publication(1, Action.PUBLISH, datetime(2026, 3, 5, 14, 3, 17, 300_000, tzinfo=UTC), "RAM was <b>wrong</b>"),
)
"""The newest first."""


def group(service: str, messages: int, mean: float) -> Group:
    """A group of the health stream whose measures are alike."""
    part = {
        "count": messages,
        "mean": mean,
        "min": 0.0,
        "max": 0.97,
        "max_at": datetime(2026, 3, 4, 10, 3, 11, 250_000, tzinfo=UTC),
        "quantiles": {"0.5": mean, "0.95": 0.9, "0.99": 0.95},
    }
    return Group((service,), messages, {"cpu": part, "ram": part, "disk": part})


def form_of(**asked: str) -> WindowForm:
    """The form of a window of two days."""
    return read_form(HEALTH, list({"start": "2026-03-03T10:00", "end": "2026-03-05T12:00", **asked}.items()), NOW)


def window_page(
    then: Sequence[Group],
    now: Sequence[Group],
    until: datetime | None = None,
    published: Sequence[Publication] = PUBLISHED,
    per_page: int = 100,
    **asked: str,
) -> str:
    """The page's HTML, with the groups of then and of now (or of the time compared with).

    `until`: the moment answered for, if it is another.
    """
    form = form_of(**asked)
    known, shown = None, [Shown(group) for group in then]
    if form.known is not None:
        changes = changes_between(then, now)
        known = known_at(
            form.known.astimezone(form.zone), until or form.known.astimezone(form.zone), published, len(then), changes
        )
        shown = [Shown(group, changes.changed.get(group.key)) for group in then]
    columns = columns_of(HEALTH, form.by, every=True, since=known is not None, compared=bool(form.compare))
    source = Source("view", "query", 731283947192, NOW)
    asked_for = WindowRequest(Visible(HEALTH), *form.bounds, form.by)
    answer = WindowAnswer(asked_for, source, covered(asked_for), tuple(then))
    compared = None
    if form.compare:
        span = compared_span(form.compare, *form.bounds, NOW, form.zone)
        shown, gone = beside(shown, now)
        compared = Compared(COMPARISONS[form.compare], *span, now, gone)
    result = WindowResult(answer, sorted_groups(shown, columns, form.sort), columns, known, compared, False, 0.012)
    outcome = outcome_of(HEALTH, form, result, per_page, NOW)
    stops = stops_of(BEGAN, published, NOW, form.zone, form.known)
    titles, visible = {"health": HEALTH.title}, Visible(HEALTH)
    page = _page(visible, titles, form, dict(form.problems), None, None, outcome, published, stops, NOW)
    return bytes(page.body).decode()
