"""`GET /v1/replays`, `/v1/replays/{id}` and `/v1/history`: replays, what they change, what was published."""

from __future__ import annotations

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from query.parameters import read_filters
from query.replay_reports import publication_json, replay_json
from web.asking.replay_reads import find_replay, read_replays, report_in_thread, stream_asked
from web.edge.responses import json_response


async def replays(request: Request) -> Response:
    """All replays, or those of `stream`, the newest first."""
    stream = stream_asked(request)
    replays = await read_replays(request, ("all", stream), lambda reports: reports.all(stream))
    return json_response({"replays": [replay_json(each) for each in replays]})


async def history(request: Request) -> Response:
    """What was published and rolled back, of all streams or of `stream`, the newest first."""
    stream = stream_asked(request)
    history = await read_replays(request, ("history", stream), lambda reports: reports.history(stream))
    return json_response({"history": [publication_json(each) for each in history]})


async def replay(request: Request) -> Response:
    """One replay with its difference, and a series for the values of dimensions that are asked."""
    replay = await find_replay(request)
    where = read_filters(replay.definition, request.query_params.multi_items())
    report = await report_in_thread(request, replay, where)
    return json_response(await anyio.to_thread.run_sync(report.as_json))
