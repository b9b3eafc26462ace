"""What it costs to be known: the same page and the same answer by every door in turn, beside open mode.

The answer is one that the service holds, of made history that nobody adds to, so that nothing but the service is
measured. Open mode is asked where there are no users, and the users of the crowd are made and taken away meanwhile.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np

from access.asker import Door
from access.grants import Action
from access.store import AccessStore
from bench.crowd import crowd, name_of, store
from bench.history import append_days, await_messages
from bench.post import web_pid
from bench.report import Metrics, percentiles
from bench.subject import declared, make_anew, remove
from bench.usage import Usage
from compose.embedded.waiting import until
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import day_start

_NAME = "bench_doors"
_DAYS, _KEYS = 2, 20
_PATIENCE = 15.0

Clients = Mapping[str, httpx.Client]
"""Door → a client that comes by it."""


@dataclass(frozen=True)
class Settings:
    """`users` with a grant each. At every door `requests` of the page and as many of the API, `rate` a second.

    `logins` by password, and `scopes`: how often an asker is looked up with all grants, in this process.
    """

    stream: str = "health"
    users: int = 10_000
    requests: int = 150
    rate: int = 40
    logins: int = 40
    scopes: int = 1000
    runs: int = 5
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Each run goes through every door; raises WindowpaneError if one is answered otherwise than the others."""
    script, catalog, access = ServiceSettings(), open_catalog(LakeSettings()), store()
    definition = declared(settings.stream, script).model_copy(update={"name": _NAME, "topic": _NAME})
    end = day_start(datetime.now(UTC))
    start = end - timedelta(days=_DAYS)
    try:
        with crowd(0, _NAME):
            is_open = not access.users.any()
        say("open mode is the measure" if is_open else "there are users: the operator's door is the measure")
        make_anew(catalog, definition)
        append_days(catalog, definition, _KEYS, start, _DAYS)
        with _client(script, operator_headers(script)) as client:
            await_messages(client, _NAME, start, end, _DAYS * _KEYS * 86_400)
        for run in range(settings.runs):
            yield _Run(settings, script, access, definition, (start, end), run).measure(is_open)
    finally:
        remove(catalog, definition)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run. `window`: what is asked."""

    settings: Settings
    script: ServiceSettings
    access: AccessStore
    definition: Definition
    window: tuple[datetime, datetime]
    number: int

    def measure(self, is_open: bool) -> Metrics:
        """Open mode first; then the other doors, each run beginning with another one."""
        figures: dict[str, float] = {}
        if is_open:
            self._await_status(200)
            with _client(self.script) as client:
                figures |= self._through("open", client)
        with crowd(self.settings.users, _NAME):
            self._await_status(401)
            clients = self._clients()
            try:
                for door in self._turns(list(clients)):
                    figures |= self._through(door, clients[door])
            finally:
                for client in clients.values():
                    client.close()
            figures |= percentiles("login", self._logins()) | percentiles("scope", self._scopes())
        return figures | _ratios(figures, "open" if is_open else "operator")

    def _turns(self, doors: list[str]) -> list[str]:
        first = self.number % len(doors)
        return doors[first:] + doors[:first]

    def _clients(self) -> Clients:
        """A client for every door but the open one."""
        user, password = name_of(0), secrets.token_urlsafe(16)
        _, key = self.access.keys.create(user, "bench", expires_at=datetime.now(UTC) + timedelta(hours=1))
        self.access.users.set_password(user, password)
        session = _client(self.script)
        _logged_in(session, user, password)
        return {
            "operator": _client(self.script, operator_headers(self.script)),
            "key": _client(self.script, {"Authorization": f"Bearer {key}"}),
            "session": session,
        }

    def _through(self, door: str, client: httpx.Client) -> dict[str, float]:
        """Latencies of page and answer, in turn, and what both together cost the service."""
        start, end = (at.isoformat() for at in self.window)
        span = {"start": start, "end": end}
        asked = {
            "page": client.build_request("GET", "/", params={"stream": _NAME, "zone": "UTC", **span}),
            "api": client.build_request("GET", f"/v1/streams/{_NAME}/window", params=span),
        }
        for request in itertools.chain(*[asked.values()] * 5):
            _answer(client, request, door)
        taken: dict[str, list[float]] = {name: [] for name in asked}
        begun, number = time.monotonic(), 0
        with Usage([web_pid(self.script)]) as usage:
            for number, (name, request) in enumerate([*asked.items()] * self.settings.requests):
                time.sleep(max(0.0, begun + number / self.settings.rate - time.monotonic()))
                taken[name].append(_answer(client, request, door))
        latencies = [percentiles(f"{door}_{name}", seconds) for name, seconds in taken.items()]
        return {**latencies[0], **latencies[1], f"{door}_cpu_ms": round(usage.cpu_seconds * 1000 / (number + 1), 3)}

    def _logins(self) -> list[float]:
        """Of one user after another, each with a password of its own."""
        seconds = []
        for number in range(1, self.settings.logins + 1):
            password = secrets.token_urlsafe(16)
            self.access.users.set_password(name_of(number), password)
            with _client(self.script) as client:
                seconds.append(_logged_in(client, name_of(number), password))
        return seconds

    def _scopes(self) -> list[float]:
        """Whoever asks is looked up, with all grants, and what they may see of the stream is made of these."""
        rng, seconds = np.random.default_rng(self.settings.seed + self.number), []
        for number in rng.integers(self.settings.users, size=self.settings.scopes):
            begun = time.perf_counter()
            asker = self.access.askers.of_user(name_of(int(number)), door=Door.SESSION)
            scope = asker and asker.scope(self.definition, Action.ASK)
            seconds.append(time.perf_counter() - begun)
            if scope is None:
                raise WindowpaneError(f"{name_of(int(number))} has no grant, though one was made")
        return seconds

    def _await_status(self, status: int) -> None:
        """Until the service has noticed whether there are users. Raises WindowpaneError."""
        with _client(self.script) as client:
            try:
                until(lambda: client.get(f"/v1/streams/{_NAME}").status_code == status, _PATIENCE, every=0.2)
            except TimeoutError:
                raise WindowpaneError(f"the web service did not come to answer {status} to nobody") from None


def _ratios(figures: Mapping[str, float], measure: str) -> dict[str, float]:
    """The median of each door in that of the one that is the measure."""
    ratios = {}
    for metric in ("page_p50_ms", "api_p50_ms", "cpu_ms"):
        for door in ("operator", "key", "session"):
            if door != measure:
                ratios[f"{door}_{metric.removesuffix('_ms')}_ratio"] = round(
                    figures[f"{door}_{metric}"] / figures[f"{measure}_{metric}"], 3
                )
    return ratios


def _client(script: ServiceSettings, headers: Mapping[str, str] | None = None) -> httpx.Client:
    return httpx.Client(base_url=script.url, headers=headers, timeout=60, trust_env=False)


def _logged_in(client: httpx.Client, user: str, password: str) -> float:
    """Log in; the client has the session from now on. How many seconds it took. Raises WindowpaneError."""
    begun = time.perf_counter()
    answer = client.post("/v1/sessions", json={"user": user, "password": password})
    if not answer.is_success:
        raise WindowpaneError(f"a login was answered {answer.status_code}: {answer.text[:200]}")
    return time.perf_counter() - begun


def _answer(client: httpx.Client, request: httpx.Request, door: str) -> float:
    begun = time.perf_counter()
    answer = client.send(request)
    seconds = time.perf_counter() - begun
    if answer.status_code != 200:
        raise WindowpaneError(f"by the door {door} the service answered {answer.status_code}: {answer.text[:200]}")
    return seconds
