"""The doors: by what an asker is known. The first that a request shows decides, and none falls back to another.

A secret in `Authorization: Bearer`: of the home's operator, a key, or a token of the configured issuer. Else the cookie
of a session; a key in the address of a form; the cookie of a shared link. Else, while there are no users and this
machine alone can ask, everybody. Else none.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import TypeVar, cast

import anyio
import anyio.to_thread
import structlog
from starlette.requests import Request

from access.asker import NOBODY, Asker, Door
from access.errors import IssuerAwayError
from access.grants import Action, Grant, Subject, SubjectKind
from access.identities import MISSING
from access.key_text import SecretKind, is_secret
from database.errors import LakeError
from systems.epidemic.asked import STREAM as REPORTS
from web.access.arrival import client_of, is_for_this_machine, is_forwarded, peer_of
from web.access.cookies import link_shown, session_token
from web.access.reach import Reach
from web.access.seeing import seen_name
from web.edge.identifying import WHILE_EMPTY, at_form, seen_as
from web.edge.problems import CATALOG_AWAY, ProblemError
from web.service import Service

T = TypeVar("T")

OPERATOR_PREFIX = "wpo_"
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/=-]{1,16384})")
_PERSON = re.compile(r"[A-Za-z0-9._@+-]{1,64}")

_THREADS, _MOST_WAITING = 4, 256
_WAIT_SECONDS = 5.0

SEEN = "X-Seen-As"
"""Header of answers to an administrator who sees as another."""

READER = Asker(Door.NOBODY, grants=(Grant(Subject(SubjectKind.LINK, "public"), REPORTS, frozenset({Action.ASK})),))
"""Whoever is not known, where the pages of epidemics are public; it goes through no other guard."""

FORM_KEY = "key"
"""The parameter of a form's address that has its key."""

CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Doors:
    """Finds who asks. Answers that are known are given at once, others come from a thread."""

    def __init__(self, service: Service, reach: Reach) -> None:
        self._service, self._reach = service, reach
        self._operator = service.settings.operator_key.get_secret_value().encode()
        self._threads = anyio.CapacityLimiter(_THREADS)
        self._waiting = 0

    async def admit(
        self, request: Request, *, anew: bool = False, unknown: Asker = NOBODY, by_form: bool = False
    ) -> Asker:
        """Whoever asks, counted; noted with the request. `anew`: that there are no users is looked up again.

        `unknown`: as whom somebody who is not known is admitted. `by_form`: a key in the address opens it. Raises
        ProblemError for a secret that opens nothing.
        """
        asker = await self._asker(request, anew=anew, by_form=by_form)
        asker = request.state.asker = unknown if asker.door is Door.NOBODY else asker
        self._service.allowances.take(asker, client_of(request))
        return asker

    async def look(self, request: Request, *, anew: bool = False) -> Asker:
        """As `admit`, but nobody in place of an error, and uncounted."""
        try:
            asker = await self._asker(request, anew=anew)
        except ProblemError:
            asker = NOBODY
        request.state.asker = asker
        return asker

    def headers(self, request: Request) -> dict[str, str]:
        """What an answer says of its asker: what is left to it, and as whom it was seen."""
        asker: Asker = getattr(request.state, "asker", NOBODY)
        seen = {SEEN: asker.name} if asker.seen_by else {}
        return {**self._service.allowances.headers(asker), **seen}

    async def _asker(self, request: Request, *, anew: bool, by_form: bool = False) -> Asker:
        given = request.headers.getlist("authorization")
        if given:
            return await self._by_secret(request, given)
        session = session_token(request)
        if session is not None:
            return await self._by_session(request, session)
        if by_form and (key := request.query_params.get(FORM_KEY)):
            return await self._by_form(request, key)
        shown = link_shown(request)
        if shown is not None:
            return await self._by_link(request, shown)
        return await self._open(request, anew=anew)

    async def _by_secret(self, request: Request, given: list[str]) -> Asker:
        if len(given) > 1:
            raise ProblemError("unparseable", "The request has several headers Authorization; send one.")
        shown = _BEARER.fullmatch(given[0])
        if shown is None:
            self._count_failure(request)
            raise refused("Send Authorization: Bearer and a key.")
        secret = shown[1]
        if secret.startswith(OPERATOR_PREFIX):
            asker = self._operating(request, secret)
        elif is_secret(SecretKind.SESSION, secret):
            asker = None  # a session's is the cookie's alone
        else:
            asker = await self._found(request, secret)
        if asker is None:
            self._count_failure(request)
            raise refused("This key or token opens nothing, or no more.")
        return asker

    def _operating(self, request: Request, secret: str) -> Asker | None:
        if not self._operator or not hmac.compare_digest(secret.encode(), self._operator):
            return None
        person = request.headers.get("x-windowpane-operator", "")
        name = person if _PERSON.fullmatch(person) else "unknown"
        return Asker(Door.OPERATOR, f"operator:{name}", administrator=True)

    async def _by_session(self, request: Request, session: str) -> Asker:
        asker = await self._found(request, session) if session else None
        if asker is None:
            self._count_failure(request)
            request.state.session_ended = True
            raise ProblemError("unauthorized", "The session has ended; log in again.", (), CHALLENGE)
        other = seen_name(request, asker) if asker.administrator else ""
        if not other:
            return asker
        # One who was disabled meanwhile sees nothing; the administrator's own rights come back when it stops.
        gone = Asker(Door.SESSION, other, session=asker.session, seen_by=asker.name)
        return await self._kept(seen_as(other, asker)) or gone

    async def _by_link(self, request: Request, shown: str) -> Asker:
        asker = await self._found(request, shown) if shown else None
        if asker is None:
            self._count_failure(request)
            request.state.link_ended = True
            raise ProblemError("unauthorized", "The link that you opened shows nothing any more.", (), CHALLENGE)
        return asker

    async def _by_form(self, request: Request, key: str) -> Asker:
        stream = request.path_params["stream"]
        plain = "\n" not in stream + key and "\0" not in stream + key
        asker = await self._found(request, at_form(stream, key)) if plain else None
        if asker is None:
            self._count_failure(request)
            raise ProblemError("unauthorized", "This link opens no form, or no more.", (), CHALLENGE)
        return asker

    async def _open(self, request: Request, *, anew: bool) -> Asker:
        peer = peer_of(request)
        if not (is_for_this_machine(request) and self._reach.may_be_open(peer, forwarded=is_forwarded(request))):
            return NOBODY
        if anew and self._service.identities.known(WHILE_EMPTY):
            # The first user may have been made a moment ago, elsewhere.
            self._service.identities.forget(WHILE_EMPTY)
        return await self._kept(WHILE_EMPTY) or NOBODY

    async def _found(self, request: Request, secret: str) -> Asker | None:
        """Whose secret it is. What never was anybody's is bounded by the address, or guesses would be for nothing."""
        identities = self._service.identities
        asker = identities.known(secret)
        if asker is not MISSING:
            return asker
        if not identities.was_good(secret):  # one that guesses keeps no others of its address out
            self._service.allowances.check_unknown(client_of(request))
        return await self._in_thread(lambda: identities.find(secret))

    def _count_failure(self, request: Request) -> None:
        """Of an address, whatever it was that opened nothing. Raises ProblemError while there were too many."""
        allowances, address = self._service.allowances, client_of(request)
        allowances.check_unknown(address)
        allowances.fail(address)

    async def _kept(self, question: str) -> Asker | None:
        asker = self._service.identities.known(question)
        if asker is not MISSING:
            return asker
        return await self._in_thread(lambda: self._service.identities.find(question))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Raises ProblemError: 503 while PostgreSQL is away, or too many wait for it."""
        if self._waiting >= _MOST_WAITING:
            raise ProblemError("engine-away", "Too many wait to be known; ask again in a few seconds.")
        self._waiting += 1
        try:
            with anyio.fail_after(_WAIT_SECONDS):
                return await anyio.to_thread.run_sync(work, limiter=self._threads, abandon_on_cancel=True)
        except TimeoutError:
            raise ProblemError("engine-away", "The catalog (PostgreSQL) has not said in time who asks.") from None
        except LakeError as error:
            structlog.contextvars.bind_contextvars(wrong=str(error))
            raise ProblemError("engine-away", CATALOG_AWAY) from error
        except IssuerAwayError as error:
            raise ProblemError("engine-away", str(error)) from error
        finally:
            self._waiting -= 1


def refused(why: str) -> ProblemError:
    """401, with what to send instead."""
    return ProblemError("unauthorized", why, (), CHALLENGE)


def doors_of(request: Request) -> Doors:
    """The doors of the application."""
    return cast("Doors", request.app.state.doors)
