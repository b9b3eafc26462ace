"""What the routes share: the query service, the decoders, the producer and the counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import anyio.to_thread
from starlette.requests import Request

from query.replays import ReplayService
from query.service import QueryService
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from streams import Definition, read_definitions
from streams.decoder import Decoder
from streams.plan import decoding_plan
from streams.problems import noted_problems
from streams.producer import Producer
from web.intake import Intake
from web.metrics import Metrics
from web.problems import ProblemError
from web.settings import WebSettings
from web.standing import Standing

__all__ = ["Service", "service_of"]


@dataclass(frozen=True)
class Service:
    """Everything a request needs. Made once, by `Service.make`; `start` and `close` are called by the lifespan."""

    settings: WebSettings
    queries: QueryService
    replays: ReplayService
    producer: Producer
    metrics: Metrics
    intake: Intake
    standing: Standing
    decoders: dict[str, Decoder] = field(default_factory=dict)

    @classmethod
    def make(cls, settings: WebSettings) -> Service:
        """Build it from the environment; needs no engine yet."""
        asked = QuerySettings()
        definitions, _ = read_definitions(settings.streams)
        queries = QueryService(asked, definitions)
        return cls(
            settings=settings,
            queries=queries,
            replays=ReplayService(asked),
            producer=Producer(settings.kafka),
            metrics=Metrics.make(queries),
            intake=Intake(settings.web_pending_bytes),
            standing=Standing(TrinoClient(asked), settings.kafka),
        )

    async def start(self) -> None:
        """Start the background work of the query service."""
        await anyio.to_thread.run_sync(self.queries.start)

    async def close(self) -> None:
        """Send what is pending, then stop."""
        await self.producer.close()
        await anyio.to_thread.run_sync(self.queries.close)

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """Every stream by name, as it is applied now."""
        return self.queries.definitions

    @property
    def declared(self) -> list[str]:
        """The streams that have a definition file now; /readyz answers for these, not for one that was taken away."""
        return [name for name in self.definitions if (self.settings.streams / f"{name}.toml").exists()]

    def problems(self) -> dict[str, str]:
        """Stream → what keeps it from being as it should be, whether or not its answers are fresh. Reads files."""
        noted = {name: problem.reason for name, problem in noted_problems(self.settings.home).items()}
        unreadable = {name: str(error) for name, error in read_definitions(self.settings.streams)[1].items()}
        return {**noted, **self.queries.problems(), **unreadable}

    def definition(self, stream: str) -> Definition:
        """The definition of a stream, or 404 that names the known ones."""
        definitions = self.definitions
        found = definitions.get(stream)
        if found is None:
            known = ", ".join(definitions)
            raise ProblemError("unknown-stream", f"There is no stream of that name; known: {known}.")
        return found

    def decoder(self, definition: Definition) -> Decoder:
        """The decoder of a definition, made when it is first needed."""
        found = self.decoders.get(definition.digest)
        if found is None:
            found = self.decoders[definition.digest] = Decoder(decoding_plan(definition))
        return found


def service_of(request: Request) -> Service:
    """The service behind a request."""
    return cast("Service", request.app.state.service)
