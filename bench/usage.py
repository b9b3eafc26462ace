"""What processes use while something is measured: CPU seconds and the most resident memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

_LOOK_SECONDS = 0.2


class Usage:
    """Use as a context manager around what is measured; read the figures afterwards. `descendants`: with all that these
    processes start.

    `peak_rss_bytes` adds up what each process has in memory; `peak_pss_bytes` counts what they share, as those that
    were forked do with each other, once: of descendants only. A process that ends meanwhile counts until the last look
    at it.
    """

    def __init__(self, pids: Iterable[int], *, descendants: bool = False) -> None:
        self._processes, self._descendants = [psutil.Process(pid) for pid in pids], descendants
        self._used: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="usage", daemon=True)
        self.peak_rss_bytes = self.peak_pss_bytes = 0
        self.cpu_seconds = self.seconds = 0.0

    def __enter__(self) -> Self:
        self._before = self._look()
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.monotonic() - self._started
        self._stop.set()
        self._thread.join()
        self.cpu_seconds = self._look() - self._before

    def _look_on(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> float:
        """CPU seconds of all processes so far."""
        resident = proportional = 0
        for process in self._living():
            try:
                self._used[process.pid] = sum(process.cpu_times()[:2])
                resident += process.memory_info().rss
                proportional += process.memory_full_info().pss if self._descendants else 0
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        self.peak_rss_bytes = max(self.peak_rss_bytes, resident)
        self.peak_pss_bytes = max(self.peak_pss_bytes, proportional)
        return sum(self._used.values())

    def _living(self) -> list[psutil.Process]:
        if not self._descendants:
            return self._processes
        with suppress(psutil.NoSuchProcess):
            return [*self._processes, *(child for each in self._processes for child in each.children(recursive=True))]
        return self._processes
