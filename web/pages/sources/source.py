"""`/sources/{source}`: what came, what became of it, what waits for somebody, and a form for more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.grants import Action
from sources.files import FileState, SourceFile
from sources.rejected_rows import RowOfFile, rejected_rows
from sources.store import SourceStore
from web.access.away import problem_for
from web.access.scopes import asker_of
from web.asking.known_streams import known_streams
from web.asking.source_acts import ACTS, act_on
from web.asking.sources import AWAY, SeenSource, in_sources, keep_upload, own_source, seen_source
from web.asking.uploads import received
from web.edge.problems import Problem, ProblemError
from web.page.posted import posted
from web.page.templating import page_response
from web.pages.sources.shown import comes_from, drift_in_words, lag_in_words, run_counts, took
from web.service import service_of

_SHOWN = 50
_DRIFTED = 5

_DONE = {
    "uploaded": "The file is kept, and is taken in its turn.",
    "known": "The file was here already, byte for byte: it is not taken again.",
    "run": "It runs as soon as can be.",
    "pause": "It is paused: nothing of it is fetched or sent until it is resumed.",
    "resume": "It goes on.",
    "redrive": "What was held and rejected is taken again.",
    "nothing": "Nothing is held or was rejected: there is nothing to take again.",
}


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a source, as far as its asker may see it."""

    files: list[SourceFile] = field(default_factory=list)
    held: list[SourceFile] = field(default_factory=list)
    rejected: list[RowOfFile] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)


async def source_page(request: Request) -> Response:
    """One source."""
    return await _page(request, await seen_source(request))


async def upload_file(request: Request) -> Response:
    """Keep the file of the form, and lead back."""
    seen = await own_source(request, Action.SEND)
    try:
        async with received(request, service_of(request).settings.web_upload_bytes) as given:
            if given.upload is None:
                return await _page(request, seen, "Choose a file first.", 422)
            landed = await keep_upload(request, seen, given.upload)
    except ProblemError as error:
        if error.problem.status not in (413, 422, 429):
            raise
        return await _page(request, seen, error.problem.detail, error.problem.status)
    return _back(seen, "known" if landed is None else "uploaded", "#files")


async def do_act(request: Request) -> Response:
    """Run, pause, resume or take again, and lead back."""
    name = request.path_params["act"]
    if name not in ACTS:
        raise ProblemError("not-found", "There is no such address.")
    seen, form = await own_source(request, Action.ADMINISTER), await posted(request)
    flags = {member: form.given(member) for member in ACTS[name].members}
    try:
        done = await act_on(request, seen, name, flags, by=asker_of(request).name)
    except ProblemError as error:
        return await _page(request, seen, error.problem.detail, error.problem.status)
    return _back(seen, "nothing" if done.get("files") == 0 else name)


def _back(seen: SeenSource, done: str, place: str = "") -> Response:
    return RedirectResponse(f"/sources/{seen.name}?done={done}{place}", 303)


async def _page(request: Request, seen: SeenSource, wrong: str = "", status: int = 200) -> Response:
    came, away = Came(), None
    try:
        if seen.scope.counts:
            came = await in_sources(request, lambda store: _came(store, seen))
    except AWAY as error:
        away = problem_for(request, error)
    return page_response(
        "pages/sources/source.html",
        away.status if away else status,
        {"Cache-Control": "no-store", **((away and away.headers) or {})},
        title=seen.source.title,
        **_context(request, seen, came, away),
        wrong=wrong,
    )


def _context(request: Request, seen: SeenSource, came: Came, away: Problem | None) -> dict[str, Any]:
    stream, known = seen.source.stream, known_streams(request)
    return {
        "seen": seen,
        "state": seen.standing.state,
        "stream_title": known[stream].shown.title if stream in known else stream,
        "comes_from": comes_from(seen.source, administers=seen.scope.administer),
        "lag": lag_in_words(seen),
        "came": came,
        "drifted": [file for file in came.files if file.drift][:_DRIFTED],
        "runs": [(run, took(run["begun_at"], run["ended_at"])) for run in came.runs],
        "run_counts": run_counts,
        "drift_in_words": drift_in_words,
        "shown": _SHOWN,
        "most": service_of(request).settings.web_upload_bytes,
        "done": _DONE.get(request.query_params.get("done", ""), "") if request.method != "POST" else "",
        "away": away,
    }


def _came(store: SourceStore, seen: SeenSource) -> Came:
    return Came(
        store.files.page(seen.name, most=_SHOWN),
        store.files.page(seen.name, state=FileState.HELD, most=_SHOWN),
        rejected_rows(store.records, seen.name, _SHOWN) if seen.scope.detail else [],
        store.states.runs(seen.name, _SHOWN),
    )
