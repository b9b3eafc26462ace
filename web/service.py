"""What the routes share: the query service, the decoders, the producer and the counters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from typing import Any, cast

import anyio
import anyio.to_thread
import orjson
from cachetools import TTLCache, cached
from pydantic import SecretStr
from starlette.requests import HTTPConnection

from access.asker import Asker
from access.identities import Identities
from access.log import AccessLog, KafkaSender
from access.settings import AccessSettings
from access.store import AccessStore
from access.tokens import Tokens
from iceberg.reading import Reading
from processing.definition_files import Declared, declared_processes
from processing.store import ProcessStore
from query.replay_reports import ReplayService
from query.service import QueryService
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from sources.objects import Objects
from sources.settings import SourceSettings, source_folders
from sources.store import SourceStore
from streams import Definition, definition_files, read_definitions
from streams.decoder import Decoder
from streams.decoding_plan import decoding_plan
from streams.definition import BENCH_PREFIX
from streams.problems import file_gone, noted_problems
from streams.producer import Producer
from streams.settings import StoreSettings
from systems.merchants.known_sites import KnownSites
from systems.merchants.store import SiteStore
from web.edge.allowances import Allowances
from web.edge.identifying import Identifying
from web.edge.intake import Intake
from web.edge.kept import Kept, Renewed
from web.edge.lanes import Lane
from web.edge.metrics import AccessLogStanding, Metrics
from web.edge.open_exports import OpenExports
from web.edge.problems import NO_SUCH_STREAM, ProblemError
from web.edge.refused_samples import Refusals
from web.edge.renewals import Renewals
from web.edge.turns import Turns
from web.edge.used import Used
from web.health.declared_sources import DeclaredSources
from web.health.lookout import Lookout
from web.health.source_metrics import SourceMetrics
from web.health.source_standings import SourceLook, SourceStandings
from web.health.standing import Standing
from web.settings import WebSettings


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
    lookout: Lookout
    questions: Lane
    refusals: Refusals
    turns: Turns
    judging: anyio.CapacityLimiter
    access: AccessStore
    identities: Identities
    used: Used
    allowances: Allowances
    access_log: AccessLog
    sites: SiteStore
    known_sites: KnownSites
    sources: SourceStore
    declared_sources: DeclaredSources
    source_look: SourceLook
    objects: Objects
    processes: ProcessStore
    declared_processes: Callable[[], Declared]
    changes: Lane = field(default_factory=lambda: Lane(threads=4, waiting=64))
    bulk: Lane = field(default_factory=lambda: Lane(threads=1, waiting=8))
    submissions: Lane = field(default_factory=lambda: Lane(threads=4, waiting=2_000))
    logins: Lane = field(default_factory=lambda: Lane(threads=2, waiting=32))
    replay_reads: Lane = field(default_factory=lambda: Lane(threads=4, waiting=32))
    comparisons: Lane = field(default_factory=lambda: Lane(threads=4, waiting=8))
    standings: Lane = field(default_factory=lambda: Lane(threads=1, waiting=8))
    trials: Lane = field(default_factory=lambda: Lane(threads=2, waiting=8))
    keeping: Lane = field(default_factory=lambda: Lane(threads=2, waiting=8))
    uploads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(4))
    exports: OpenExports = field(default_factory=OpenExports)
    source_reads: Kept[SourceStandings] = field(default_factory=lambda: Kept(0.0))
    readiness: Kept[tuple[bool, dict[str, Any]]] = field(default_factory=lambda: Kept(1.0))
    renewals: Renewals = field(default_factory=Renewals)
    reported: TTLCache[Any, Any] = field(default_factory=lambda: TTLCache(1000, 30.0))
    searched: TTLCache[Any, Renewed[Any]] = field(default_factory=lambda: TTLCache(20, 24 * 3600.0))
    decoders: dict[str, Decoder] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, settings: WebSettings, access: AccessStore | None = None, objects: Objects | None = None) -> Service:
        """Build it from the environment; needs no engine yet. `objects`: where what came of sources is kept."""
        asked = QuerySettings()
        definitions, _ = read_definitions(settings.streams)
        queries = QueryService(asked, definitions)
        producer, metrics = Producer(settings.kafka), Metrics(queries)
        access = access or AccessStore.open(StoreSettings().catalog_uri.get_secret_value())
        sites = SiteStore(access.records)
        kept_of_sources = SourceSettings()
        sources = SourceStore.open(kept_of_sources.catalog_uri.get_secret_value(), SecretStr(""))
        declared = DeclaredSources(source_folders(settings.streams, settings.sources))
        look = SourceLook(sources, declared)
        metrics.registry.register(SourceMetrics(look))
        identities = Identities(Identifying(access, Tokens.of(AccessSettings()), sites.links).ask)
        return cls(
            settings=settings,
            queries=queries,
            replays=ReplayService(asked),
            producer=producer,
            metrics=metrics,
            intake=Intake(settings.web_pending_bytes),
            standing=Standing(TrinoClient(asked), settings.kafka),
            lookout=Lookout(queries, settings.kafka),
            questions=Lane(settings.web_questions, settings.web_questions_waiting),
            refusals=Refusals(producer, settings.web_refusals_per_second),
            turns=Turns(),
            judging=anyio.CapacityLimiter(1),
            access=access,
            identities=identities,
            used=Used(identities, access),
            allowances=Allowances.of(settings),
            access_log=_access_log(settings, queries, access, metrics),
            sites=sites,
            known_sites=KnownSites(sites.sites.changed),
            sources=sources,
            declared_sources=declared,
            source_look=look,
            objects=objects or Objects.open(kept_of_sources, kept_of_sources.kept),
            processes=ProcessStore.open(StoreSettings().catalog_uri.get_secret_value()),
            declared_processes=_kept(partial(declared_processes, settings.streams)),
        )

    async def start(self, *, looking: bool = True) -> None:
        """Start the background work of the query service, and to look at the engines if somebody is told of them."""
        await anyio.to_thread.run_sync(self.queries.start)
        if looking:
            self.lookout.start()
        self.used.start()
        self.access_log.start()

    async def close(self) -> None:
        """Send what is pending, then stop."""
        self.lookout.close()
        await self.used.close()
        await self.producer.close()
        await anyio.to_thread.run_sync(self.queries.close)
        await anyio.to_thread.run_sync(self.access_log.close)
        await anyio.to_thread.run_sync(self.sources.close)
        await anyio.to_thread.run_sync(self.processes.close)
        await anyio.to_thread.run_sync(self.access.close)

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """Every stream for people by name, as it is applied now, those that we send ourselves last.

        A benchmark's is not among them.
        """
        of_people = [each for name, each in self.queries.definitions.items() if not name.startswith(BENCH_PREFIX)]
        return {each.name: each for each in sorted(of_people, key=lambda each: (each.sent_by is not None, each.name))}

    @property
    def declared(self) -> list[str]:
        """The streams that have a definition file now; /readyz answers for these, not for one that was taken away."""
        files = definition_files(self.settings.streams)
        return [name for name in self.definitions if name in files]

    @property
    def readings(self) -> dict[str, Reading | None]:
        """What the ledger of each stream counts the offsets of."""
        return {name: view.reading for name, view in self.queries.views().items()}

    def problems(self) -> dict[str, str]:
        """Stream → what keeps it from being as it should be, whether or not its answers are fresh. Reads files."""
        noted = {name: problem.reason for name, problem in noted_problems(self.settings.home).items()}
        unreadable = {name: str(error) for name, error in read_definitions(self.settings.streams)[1].items()}
        return {**self._without_file(), **noted, **self.queries.problems(), **unreadable}

    def refuse_retired(self, stream: str) -> None:
        """410 for a stream that takes no more messages."""
        views = self.queries.views()
        since = views[stream].retired if stream in views else None
        if since is not None:
            moment = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            raise ProblemError("retired", f"{stream} takes no more messages since {moment}; nothing was taken.")

    def refuse_unsendable(self, asker: Asker, definition: Definition) -> None:
        """What may not be sent by anybody, or by this asker now: to our own streams, retired ones, beyond what it may.

        Raises ProblemError.
        """
        self.refuse_forged(definition)
        self.refuse_retired(definition.name)
        self.allowances.check_messages(asker)

    def refuse_forged(self, definition: Definition) -> None:
        """403 for a stream whose messages we send ourselves, by whatever name its topic goes."""
        ours = {each.topic for each in self.queries.definitions.values() if each.sent_by is not None}
        if definition.topic in ours:
            raise ProblemError("forbidden", f"{definition.name} takes messages of Windowpane itself alone.")

    def _without_file(self) -> dict[str, str]:
        views = self.queries.views()
        gone = self.definitions.keys() - {*self.declared}
        return {name: file_gone(name) for name in gone if name not in views or views[name].retired is None}

    def definition(self, stream: str) -> Definition:
        """The definition of a stream, or 404 that says nothing of others."""
        definition = self.queries.definitions.get(stream)
        if definition is None:
            raise ProblemError("unknown-stream", NO_SUCH_STREAM)
        return definition

    def decoder(self, definition: Definition) -> Decoder:
        """The decoder of a definition, made when it is first needed."""
        decoder = self.decoders.get(definition.digest)
        if decoder is None:
            decoder = self.decoders[definition.digest] = Decoder(decoding_plan(definition))
        return decoder

    def plan_text(self, definition: Definition) -> str:
        """The decoding plan of a definition as JSON text."""
        plan = self.plans.get(definition.digest)
        if plan is None:
            plan = self.plans[definition.digest] = orjson.dumps(decoding_plan(definition)).decode()
        return plan


def service_of(request: HTTPConnection) -> Service:
    """The service behind a request."""
    return cast("Service", request.app.state.service)


def _kept(read: Callable[[], Declared]) -> Callable[[], Declared]:
    """What is declared, read from files every few seconds; they are few and small."""
    return cached(TTLCache[Any, Declared](1, 5.0), lock=threading.Lock())(read)


def _access_log(settings: WebSettings, queries: QueryService, access: AccessStore, metrics: Metrics) -> AccessLog:
    sender = KafkaSender(settings.kafka)
    log = AccessLog(sender, is_user=access.users.known, is_stream=lambda name: name in queries.definitions)
    metrics.registry.register(AccessLogStanding(log))
    return log
