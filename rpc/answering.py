"""Around every call: who asks, its errors as statuses, one line in the log, and the end of what nobody waits for."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import unquote

import grpc
import structlog
from grpc.aio import ServicerContext

from rpc.handlers import METHODS
from rpc.metrics import serve_metrics
from rpc.problems import DETAILS, code_of, status_of
from streams.errors import WindowpaneError
from streams.logs import log_json
from web.access.away import problem_for
from web.access.calls import Calls, Request, admit
from web.edge.problems import problem_of
from web.service import Service
from web.settings import WebSettings
from windowpane_client.v1.windowpane_pb2 import DESCRIPTOR

_NAME = DESCRIPTOR.services_by_name["Windowpane"].full_name
_SWITCH_SECONDS = 0.0005
"""As in the web service: an answer's exchanges with Trino wait for no longer than that."""

log = structlog.get_logger("rpc")


class Answering:
    """Answers calls of every method. `close` it."""

    def __init__(self, service: Service) -> None:
        self._service, self._calls = service, Calls(service)

    @classmethod
    async def begin(cls) -> Answering:
        """As the environment sets it up; whether or not the engines are there."""
        log_json()
        sys.setswitchinterval(_SWITCH_SECONDS)
        service = Service.make(WebSettings())
        with suppress(WindowpaneError):  # the first call finds streams, if the lake is there
            await asyncio.to_thread(service.queries.refresh)
        await service.start(looking=False)
        return cls(service)

    async def close(self) -> None:
        """Send what is pending, then stop."""
        await self._service.close()

    async def serve_metrics(self, listener: socket.socket) -> None:
        """To whoever asks there, until it is cancelled."""
        await serve_metrics(self._service, listener)

    async def answer(self, method: str, asked: Any, context: ServicerContext[Any, Any]) -> Any:
        """What a call is answered with."""
        async with self._around(method, context) as request:
            await admit(request, METHODS[method].rule)
            return await METHODS[method].handle(request, asked)

    async def answers(self, method: str, asked: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        """All that a call is answered with, one after the other."""
        async with self._around(method, context) as request:
            await admit(request, METHODS[method].rule)
            async for part in METHODS[method].handle(request, asked):
                yield part

    @asynccontextmanager
    async def _around(self, method: str, context: ServicerContext[Any, Any]) -> AsyncIterator[Request]:
        """While one is answered. What fails in it aborts the call."""
        begun, problem, code = time.perf_counter(), None, grpc.StatusCode.OK
        request = self._request(method, context)
        try:
            yield request
        except WindowpaneError as error:
            problem = problem_for(request, error)
        except (asyncio.CancelledError, GeneratorExit):
            code = grpc.StatusCode.CANCELLED
            raise
        except Exception as error:
            log.exception("unexpected error", method=method)
            problem = problem_of(error)
        finally:
            code = code if problem is None else code_of(problem)
            seconds = time.perf_counter() - begun
            log.info("call", method=method, code=code.name, ms=round(seconds * 1000, 1))
            self._service.metrics.calls.labels(method, code.name).inc()
            self._service.metrics.call_seconds.labels(method).observe(seconds)
        if problem is not None:
            trailing = ((DETAILS, status_of(problem).SerializeToString()),)
            await context.abort(code_of(problem), problem.detail, trailing)

    def _request(self, method: str, context: ServicerContext[Any, Any]) -> Request:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex)
        given = [(name, value) for name, value in context.invocation_metadata() or () if isinstance(value, str)]
        return self._calls.request(f"/{_NAME}/{method}", given, peer_address(context.peer()))


def peer_address(peer: str) -> str:
    """The address in what gRPC says of a peer: `ipv4:127.0.0.1:50412`, `ipv6:[::1]:50412`; empty if there is none."""
    kind, _, rest = unquote(peer).partition(":")
    return rest.rpartition(":")[0].strip("[]") if kind in ("ipv4", "ipv6") else ""
