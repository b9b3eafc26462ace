"""`GET /v1/replays`, `/v1/replays/{id}` and `/v1/history`: replays, what they change, what was published."""

from __future__ import annotations

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from query.parameters import read_comparison
from query.replay_records import publication_json
from web.asking.replay_reads import find_replay, list_history, list_replays, report_in_thread, stream_asked
from web.edge.responses import json_response


async def replays(request: Request) -> Response:
    """All replays of streams whose replays the asker may see, or those of `stream`, the newest first."""
    return json_response({"replays": [each.as_json() for each in await list_replays(request, stream_asked(request))]})


async def history(request: Request) -> Response:
    """What was published and rolled back, of all streams or of `stream`, the newest first."""
    history = await list_history(request, stream_asked(request))
    return json_response({"history": [publication_json(each) for each in history]})


async def replay(request: Request) -> Response:
    """One replay with its difference, by dimensions that are asked, and a series for values of some."""
    replay, visible = await find_replay(request)
    where, by = read_comparison(visible, request.query_params.multi_items())
    report = await report_in_thread(request, replay, where, visible, by)
    return json_response(await anyio.to_thread.run_sync(report.as_json))
