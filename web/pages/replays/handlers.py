"""`GET /replays` and `GET /replays/{id}`: what was processed again, what that changes, and what was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from database.replays import Publication, Replay, ReplayState
from query.difference import Difference, GrainDifference, compared_definition
from query.errors import EngineAwayError, InvalidRequestError
from query.parameters import read_comparison
from query.replay_records import ReplayRecord
from query.replay_reports import ReplayReport
from query.requests import Filters
from query.visible import Visible
from streams.breakdowns import breakdowns
from streams.definition import Definition
from web.access.away import problem_for
from web.access.scopes import visible_streams
from web.asking.replay_reads import find_replay, list_history, list_replays, report_in_thread, stream_asked
from web.edge.problems import Problem
from web.page.filters import FILTER
from web.page.form_times import UTC_ZONE
from web.page.table import Table, sorted_groups, table_of
from web.page.templating import inert_json, page_response
from web.page.times import Detail
from web.pages.replays.difference_chart import difference_chart
from web.pages.replays.difference_table import ChangeRow, change_rows, changes_heading, group_columns

BADGES = {
    ReplayState.RUNNING: "",
    ReplayState.STAGED: "warn",
    ReplayState.PUBLISHING: "warn",
    ReplayState.PUBLISHED: "good",
    ReplayState.ROLLING_BACK: "warn",
    ReplayState.ROLLED_BACK: "",
    ReplayState.DROPPED: "",
}
"""State → how its badge looks."""


@dataclass(frozen=True)
class Address:
    """The question of a replay's page; `url` gives the address of the same with some of it changed."""

    number: int
    where: Filters
    sort: str
    page: int
    by: tuple[str, ...] | None = None

    def url(self, **changes: Any) -> str:
        """The page's own address."""
        asked = {"where": self.where, "sort": self.sort, "page": self.page, "by": self.by, **changes}
        pairs = [(FILTER + name, value) for name, values in asked["where"] for value in values]
        pairs += [("sort", asked["sort"])] if asked["sort"] else []
        pairs += [("page", str(asked["page"]))] if asked["page"] > 1 else []
        pairs += [] if asked["by"] is None else [("by", ",".join(asked["by"]))]
        return f"/replays/{self.number}" + (f"?{urlencode(pairs)}" if pairs else "")

    def only(self, name: str, value: str) -> str:
        """The page with charts of one value of a dimension; those of other dimensions stay."""
        return self.url(where=(*(each for each in self.where if each[0] != name), (name, (value,))))

    @property
    def api_url(self) -> str:
        """The same question to the API."""
        pairs = [(name, value) for name, values in self.where for value in values]
        pairs += [] if self.by is None else [("by", ",".join(self.by))]
        return f"/v1/replays/{self.number}" + (f"?{urlencode(pairs)}" if pairs else "")


@dataclass(frozen=True)
class Outcome:
    """A difference made ready for the template. `changes`: pairs of a grain and the rows of its largest changes."""

    difference: Difference
    table: Table
    changes: list[tuple[GrainDifference, list[ChangeRow]]]
    heading: list[str]
    chart: str
    drawn: bool


async def replays_page(request: Request) -> Response:
    """All replays and what was published, or those of `stream`."""
    stream = stream_asked(request)
    replays, history = await list_replays(request, stream), await list_history(request, stream)
    return page_response(
        "pages/replays/replays.html",
        title="Replays",
        titles={name: each.shown.title for name, each in visible_streams(request, Action.REPLAY).items()},
        stream=stream,
        replays=replays,
        history=history,
        badges=BADGES,
    )


async def replay_page(request: Request) -> Response:
    """One replay and its difference; 422 says what is wrong with the address, 503 which engine is away."""
    replay, visible = await find_replay(request)
    address, problem = _address(replay, visible, request)
    published = await list_history(request, replay.stream)
    report, away = None, None
    try:
        report = None if problem else await report_in_thread(request, replay, address.where, visible, address.by)
    except InvalidRequestError as error:
        problem = str(error)
    except EngineAwayError as error:
        away = problem_for(request, error)
    published = [each for each in published if each.replay == replay.id]
    return _page(replay, visible, address, problem, report, away, published)


def _address(replay: Replay, visible: Visible, request: Request) -> tuple[Address, str]:
    """What the address asks, and what is wrong with it, if anything."""
    params = request.query_params.multi_items()
    filters = [(name.removeprefix(FILTER), value) for name, value in params if name.startswith(FILTER) and value]
    where: Filters = ()
    by: tuple[str, ...] | None = None
    problem = ""
    try:
        where, by = read_comparison(visible, [*filters, *(pair for pair in params if pair[0] == "by")])
    except InvalidRequestError as error:
        problem = str(error)
    text = request.query_params.get("page", "")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return Address(replay.id, where, request.query_params.get("sort", "")[:200], max(1, page), by), problem


def _page(
    replay: Replay,
    visible: Visible,
    address: Address,
    problem: str,
    report: ReplayReport | None,
    away: Problem | None,
    published: list[Publication],
) -> Response:
    return page_response(
        "pages/replays/replay.html",
        422 if problem else away.status if away else 200,
        away.headers if away else None,
        title=f"Replay {replay.id}",
        replay=ReplayRecord.of(replay, visible.scope),
        definition=visible.shown,
        breakdowns=breakdowns(visible.shown),
        address=address,
        problem=problem,
        away=away,
        report=report,
        outcome=_outcome(visible.shown, address, report) if report else None,
        published=published,
        badges=BADGES,
    )


def _outcome(definition: Definition, address: Address, report: ReplayReport) -> Outcome | None:
    difference, points = report.difference, report.points
    if difference is None or points is None:
        return None
    definition = compared_definition(definition, difference)
    columns = group_columns(definition)
    groups = sorted_groups(difference.groups, columns, address.sort)
    return Outcome(
        difference=difference,
        table=table_of(groups, columns, address.page, 100, UTC_ZONE, Detail.DAY),
        changes=[(grain, change_rows(definition, grain.changes)) for grain in difference.grains if grain.changes],
        heading=changes_heading(definition),
        chart=inert_json(difference_chart(definition, points)),
        drawn=bool(points.points),
    )
