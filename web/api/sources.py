"""`/v1/sources`: where messages come from that nobody sends, how each source stands, and what can be done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from sources.files import FileState, SourceFile
from sources.rejected_rows import RowOfFile, rejected_rows
from sources.store import SourceStore
from streams.time_text import timestamp
from web.access.scopes import asker_of
from web.access.sources import SourceScope
from web.api.objects import invalid, page_of, read_members
from web.asking.source_acts import ACTS, act_on
from web.asking.sources import (
    SeenSource,
    in_sources,
    keep_upload,
    own_source,
    seen_source,
    seen_sources,
    standings_of_sources,
)
from web.asking.uploads import received
from web.edge.problems import ProblemError
from web.edge.responses import json_response
from web.service import service_of

_RUNS_SHOWN, _REJECTED_SHOWN = 20, 100

Handler = Callable[[Request], Awaitable[Response]]


async def sources(request: Request) -> Response:
    """Those that the asker may know, by name."""
    listed = seen_sources(request, await standings_of_sources(request))
    return json_response({"sources": [source_json(each) for each in listed]})


async def source(request: Request) -> Response:
    """One with its newest runs and files; `state` leaves out files of other states, `after` those newer."""
    page, seen = page_of(request, ("state",)), await seen_source(request)
    before, state = _before(page.after), _state(request.query_params.get("state", ""))
    if not seen.scope.counts:
        return json_response({**source_json(seen), "runs": [], "files": [], "next": None, "rejected_rows": []})

    def read(store: SourceStore) -> dict[str, Any]:
        files = store.files.page(seen.name, before=before, state=state, most=page.one_more)
        shown = files[: page.limit]
        return {
            "runs": [run_json(each, seen.scope) for each in store.states.runs(seen.name, _RUNS_SHOWN)],
            "files": [file_json(each, seen.scope) for each in shown],
            "next": str(shown[-1].id) if len(files) > page.limit else None,
            "rejected_rows": [_row_json(each) for each in _rejected(store, seen)],
        }

    return json_response({**source_json(seen), **await in_sources(request, read)})


async def add_file(request: Request) -> Response:
    """Keep a file, which is taken soon; answered once the object store has it."""
    seen = await own_source(request, Action.SEND)
    async with received(request, service_of(request).settings.web_upload_bytes) as given:
        if given.upload is None:
            invalid("file", "is missing: send a form with a file, or the file itself with ?name=")
        landed = await keep_upload(request, seen, given.upload)
        told = {"name": given.upload.name, "size": given.upload.size, "digest": given.upload.digest}
    if landed is None:
        return json_response({"id": None, **told, "state": "known", "known": True}, 202)
    return json_response({"id": landed.id, **told, "state": str(landed.state), "known": False}, 202)


def _acting(name: str) -> Handler:

    async def handle(request: Request) -> Response:
        seen = await own_source(request, Action.ADMINISTER)
        given = await read_members(request, ACTS[name].members, optional=True)
        flags = {member: bool(given.flag(member)) for member in ACTS[name].members}
        done = await act_on(request, seen, name, flags, by=asker_of(request).name)
        return json_response(done, 202)

    return handle


run, pause, resume, redrive = map(_acting, ("run", "pause", "resume", "redrive"))
"""Each answers 202 with what was asked for; it bites within seconds."""


def source_json(seen: SeenSource) -> dict[str, Any]:
    """As lists have it. Counts are null where they are not for the asker."""
    source, standing, scope = seen.source, seen.standing, seen.scope
    state = standing.state
    told: dict[str, Any] = {
        "name": seen.name,
        "title": source.title,
        "stream": source.stream,
        "description": source.description,
        "licence": source.licence,
        "attribution": source.attribution,
        "homepage": source.homepage,
        "format": source.format.type,
        "state": seen.label,
        "paused": state is not None and state.paused,
        "last_success": timestamp(state.succeeded_at if state else None),
        "last_run": timestamp(state.ran_at if state else None),
        "next_run": timestamp(state.next_at if state else None),
        "lag_seconds": seen.lag_seconds,
        "held": seen.held,
        "rejected": seen.rejected,
        "sent": standing.sent if scope.counts else None,
        "may": scope.may,
    }
    if scope.administer:
        told["from"] = source.origin.model_dump(mode="json")
        told["problem"] = state.problem if state else ""
        told["failures"] = state.failures if state else 0
    return told


def file_json(file: SourceFile, scope: SourceScope) -> dict[str, Any]:
    """A file; what quotes it is for those who see single messages."""
    told: dict[str, Any] = {
        "id": file.id,
        "name": file.name,
        "state": str(file.state),
        "size": file.size,
        "digest": file.digest,
        "kind": str(file.kind),
        "licence": file.licence,
        "came": timestamp(file.kept_at),
        "done": timestamp(file.done_at),
        "counts": dict(file.counts),
        "messages": file.waiting,
        "sent": file.sent,
    }
    if scope.detail:
        told |= {"reason": file.reason, "drift": file.drift}
    if scope.administer:
        told |= {"place": file.place, "by": file.kept_by, "attempt": file.attempt}
    return told


def run_json(run: Mapping[str, Any], scope: SourceScope) -> dict[str, Any]:
    """A run; who began it, and why it failed, is for those who administer."""
    told = {
        "id": run["id"],
        "begun": timestamp(run["begun_at"]),
        "ended": timestamp(run["ended_at"]),
        "failed": bool(run["problem"]),
        "counts": dict(run["counts"]),
    }
    return {**told, "by": run["begun_by"], "problem": run["problem"]} if scope.administer else told


def _row_json(each: RowOfFile) -> dict[str, Any]:
    row = each.row
    told = {"file": each.file, "name": each.name, "line": row.line, "field": row.field}
    return {**told, "reason": row.reason, "text": row.text}


def _rejected(store: SourceStore, seen: SeenSource) -> list[RowOfFile]:
    return rejected_rows(store.records, seen.name, _REJECTED_SHOWN) if seen.scope.detail else []


def _before(after: str) -> int | None:
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        invalid("after", "is the `next` of the page before")
    return int(after) if after else None


def _state(text: str) -> FileState | None:
    if text and text not in {*FileState}:
        raise ProblemError("invalid-values", f"state: is one of {', '.join(FileState)}")
    return FileState(text) if text else None
