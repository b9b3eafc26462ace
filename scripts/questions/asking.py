"""Questions of the command line: the running web service answers them; while it is away, this process does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote, urlencode

from services.operator import operator_headers
from services.settings import ServiceSettings
from streams import Definition
from streams.errors import WindowpaneError

_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 240.0
"""Longer than the service itself waits for an engine."""


class RefusedError(WindowpaneError):
    """The web service does not answer a question, and says why. Carries the problem's kind and its status."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.kind, self.status = str(problem.get("type", "")).rpartition("/")[2], int(problem["status"])
        wrong = "; ".join(f"{error['field']}: {error['reason']}" for error in problem.get("errors", ()))
        super().__init__(wrong or str(problem.get("detail") or problem.get("title")))


def ask(stream: str, kind: str, params: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The answer to `window`, `series`, `rejected` or `records`, as the API gives it.

    Raises:
        WindowpaneError: the question breaks a rule, or what the answer needs does not answer.
    """
    settings = ServiceSettings()
    try:
        answer = get(settings, _path(stream, kind, params))
    except RefusedError as error:
        if error.status == 404:
            _known(stream)  # It knows a name that is nearly the same.
        raise
    if answer is not None:
        return answer
    return _answer_of(_known(stream), kind, params)


def _answer_of(definition: Definition, kind: str, params: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the service would answer, asked of the engines themselves. Raises QueryError, LakeError."""
    # The engines' clients take seconds to load: only where the service does not answer.
    from iceberg.settings import LakeSettings
    from query.answer_json import answer_json
    from query.parameters import Parameters, read_records, read_rejected, read_series, read_window
    from query.record_requests import Question
    from query.service import QueryService
    from query.settings import QuerySettings
    from query.visible import Visible

    readers: dict[str, Callable[[Visible, Parameters], Question]]
    readers = {"window": read_window, "series": read_series, "rejected": read_rejected, "records": read_records}
    question = readers[kind](Visible(definition), params)
    service = QueryService(QuerySettings(), {definition.name: definition}, LakeSettings())
    service.refresh()
    return answer_json(service.answer(question, service.limits()).answer)


def download(
    stream: str,
    kind: str,
    params: Sequence[tuple[str, str]],
    media: str,
    write: Callable[[bytes], object],
    tell: Callable[[int], None],
) -> int:
    """Write what the API gives as a file of a media type, piece by piece; its size. `tell` is told the bytes so far.

    Raises WindowpaneError also where the file broke off.
    """
    size = 0
    try:
        with _answered(ServiceSettings(), _path(stream, kind, params), media) as response:
            if response.headers.get_content_type() == "application/problem+json":
                raise RefusedError(json.loads(response.read()))
            while piece := response.read(1 << 16):
                write(piece)
                tell(size := size + len(piece))
    except (OSError, HTTPException, ValueError) as error:
        what = "the file broke off" if size else "the web service does not answer, and it alone makes files"
        raise DownloadError(f"{what} ({type(error).__name__}); look at: windowpane status") from error
    return size


class DownloadError(WindowpaneError):
    """A file could not be had, or not all of it."""


def _known(stream: str) -> Definition:
    # It loads the lake's client: only where the service does not answer.
    from scripts.streams.known_streams import known_definition

    return known_definition(stream)


def get(settings: ServiceSettings, path: str) -> dict[str, Any] | None:
    """What the web service of this stack says at a path, to the operator; None when it does not answer, or does not
    know the operator. Raises RefusedError."""
    try:
        with _answered(settings, path, "application/json") as response:
            content = json.loads(response.read())
    except (OSError, HTTPException, ValueError):
        return None
    if response.status == 401:  # it is not the service of this home, or was started with another secret
        return None
    if response.status < 400 and isinstance(content, dict):
        return content
    if response.headers.get_content_type() == "application/problem+json":
        raise RefusedError(content)
    return None


def post(settings: ServiceSettings, path: str, body: bytes, media: str) -> dict[str, Any]:
    """What the web service of this stack answers to what the operator sends. Raises WindowpaneError."""
    try:
        with _answered(settings, path, "application/json", body, media) as response:
            content = json.loads(response.read())
    except (OSError, HTTPException, ValueError) as error:
        said = f"the web service does not answer ({type(error).__name__}); look at: windowpane status"
        raise WindowpaneError(said) from error
    if response.status >= 400:
        raise RefusedError(content)
    answer: dict[str, Any] = content
    return answer


def _path(stream: str, kind: str, params: Sequence[tuple[str, str]]) -> str:
    return f"/v1/streams/{quote(stream, safe='')}/{kind}?{urlencode(params)}"


@contextmanager
def _answered(
    settings: ServiceSettings, path: str, media: str, body: bytes | None = None, sent: str = ""
) -> Iterator[HTTPResponse]:
    """What the web service of this stack gives the operator; `sent`: the media type of a body. Raises OSError or
    HTTPException."""
    connection = HTTPConnection(settings.address, timeout=_CONNECT_SECONDS)
    try:
        connection.connect()
        connection.sock.settimeout(_ANSWER_SECONDS)
        told = operator_headers(settings, connection.sock)
        headers = {"Accept": media, **told} | ({"Content-Type": sent} if sent else {})
        connection.request("GET" if body is None else "POST", path, body, headers)
        yield connection.getresponse()
    finally:
        connection.close()
