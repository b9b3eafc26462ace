"""`python -m rpc.server --host H --port P --metrics-port M`: the data-access service over gRPC, health and reflection.

It listens at once and takes little; what answers calls is loaded with the first of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from rpc.scraping import Scraping
from windowpane_client.v1.windowpane_pb2 import DESCRIPTOR

SERVICE = DESCRIPTOR.services_by_name["Windowpane"]
STOP_SECONDS = 5.0
_LARGEST = 64 << 20
"""Bytes of a call's message; what may be sent is bounded as a body is, and told in words."""

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)


class Opened:
    """What answers calls, loaded and begun by the first that comes."""

    def __init__(self) -> None:
        self._beginning: asyncio.Task[Any] | None = None

    async def answering(self) -> Any:
        """An `rpc.answering.Answering`."""
        if self._beginning is None or (self._beginning.done() and self._beginning.exception()):
            self._beginning = asyncio.create_task(_begun())
        return await asyncio.shield(self._beginning)  # a caller that gives up ends its own call alone

    async def close(self) -> None:
        """If it was begun."""
        if self._beginning is not None:
            with suppress(Exception):  # of its beginning: calls were told
                answering = await self._beginning
                await answering.close()

    def handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        """One of each method that the schema has."""
        return {method.name: self._handler(method) for method in SERVICE.methods}

    def _handler(self, method: Any) -> grpc.RpcMethodHandler:
        async def one(asked: Any, context: Any) -> Any:
            return await (await self.answering()).answer(method.name, asked, context)

        async def many(asked: Any, context: Any) -> AsyncIterator[Any]:
            async for answer in (await self.answering()).answers(method.name, asked, context):
                yield answer

        read, write = method.input_type._concrete_class.FromString, method.output_type._concrete_class.SerializeToString
        if method.client_streaming:
            return grpc.stream_stream_rpc_method_handler(many, read, write)
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(many, read, write)
        return grpc.unary_unary_rpc_method_handler(one, read, write)


async def _begun() -> Any:
    loaded = await asyncio.to_thread(import_module, "rpc.answering")
    return await loaded.Answering.begin()


async def begin(
    address: str, credentials: grpc.ServerCredentials | None, opened: Opened
) -> tuple[grpc.aio.Server, int]:
    """A server that listens, and its port. Raises OSError for an address that cannot be had."""
    options = [("grpc.max_receive_message_length", _LARGEST), ("grpc.so_reuseport", 0)]
    server = grpc.aio.server(options=options)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE.full_name, opened.handlers()),))
    standing = health.aio.HealthServicer()
    for name in ("", SERVICE.full_name):
        await standing.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(standing, server)
    reflection.enable_server_reflection((SERVICE.full_name, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    try:
        port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(f"cannot listen at {address}: {error}") from None
    await server.start()
    return server, port


def credentials_of(certificate: Path | None) -> grpc.ServerCredentials | None:
    """Of the PEM of a key and its certificate; without one, calls come in plain."""
    if certificate is None:
        return None
    pem = certificate.read_bytes()
    chain = b"".join(_CERTIFICATE.findall(pem))
    return grpc.ssl_server_credentials([(_CERTIFICATE.sub(b"", pem), chain)])


async def serve(address: str, credentials: grpc.ServerCredentials | None, metrics_port: int) -> None:
    """Serve until told to stop; calls under way have some seconds to end. Raises OSError, as `begin` does."""
    stop, loop, opened = asyncio.Event(), asyncio.get_running_loop(), Opened()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server, _ = await begin(address, credentials, opened)
    scraping = Scraping(opened.answering, metrics_port)
    await stop.wait()
    await scraping.close()
    await server.stop(STOP_SECONDS)
    await opened.close()


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--metrics-port", type=int, required=True)
    asked = parser.parse_args()
    os.environ["WINDOWPANE_HOST"] = asked.host  # whether it may be open rests on where it listens
    os.environ["WINDOWPANE_WARM_UP_SECONDS"] = "0"  # the web service asks Trino made questions already
    certificate = os.environ.get("WINDOWPANE_RPC_CERTIFICATE")
    host = f"[{asked.host}]" if ":" in asked.host else asked.host
    try:
        credentials = credentials_of(Path(certificate) if certificate else None)
        asyncio.run(serve(f"{host}:{asked.port}", credentials, asked.metrics_port))
    except OSError as error:
        sys.exit(f"rpc: {error}")


if __name__ == "__main__":
    main()
