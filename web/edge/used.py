"""Which keys and sessions were used: written down now and then, by no request."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import anyio.to_thread

from access.identities import Identities
from access.store import AccessStore
from database.errors import LakeError

_EVERY_SECONDS = 30.0
_TIDIED_EVERY = 120


class Used:
    """Writes from `start` to `close`, and removes what of access is past its time. What PostgreSQL misses is lost."""

    def __init__(self, identities: Identities, store: AccessStore) -> None:
        self._identities, self._store = identities, store
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Write what there is, and stop."""
        if self._task is not None:
            self._task.cancel()
        await anyio.to_thread.run_sync(self._write)

    async def _run(self) -> None:
        times = 0
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            times += 1
            await anyio.to_thread.run_sync(self._write)
            if times % _TIDIED_EVERY == 0:
                await anyio.to_thread.run_sync(self._tidy)

    def _write(self) -> None:
        keys, sessions = self._identities.take_used()
        if keys or sessions:
            with suppress(LakeError):
                self._store.askers.note_used(keys, sessions)

    def _tidy(self) -> None:
        with suppress(LakeError):
            self._store.tidy()
