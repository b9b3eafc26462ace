"""What commands say while they work: on stderr, so that stdout holds only results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from compose.embedded.jar_cache import Advance

console = Console(stderr=True, highlight=False, soft_wrap=True)

Counted = Callable[[int], None]
"""Tells a progress bar that so many messages more are done."""


def say(line: str) -> None:
    """One line to the person."""
    console.print(line, markup=False)


@contextmanager
def download_progress(files: int, size: int) -> Iterator[Advance]:
    """A progress bar over all downloads; a line before and after where there is no terminal."""
    if not console.is_terminal:
        say(f"Fetching {files} files, {size / 1e6:.0f} MB")
        yield lambda _bytes: None
        say("Fetched all")
        return
    with _bytes_progress() as progress:
        task = progress.add_task(f"Fetching {files} files", total=size)
        yield lambda count: progress.update(task, advance=count)


class CopyGauge:
    """A progress bar whose end becomes known as the work goes on. Safe to share between threads."""

    def __init__(self, progress: Progress, description: str) -> None:
        self._progress, self._lock, self._total = progress, Lock(), 0
        self._task = progress.add_task(description, total=0)

    def expect(self, size: int) -> None:
        """So many bytes more are to be done."""
        with self._lock:
            self._total += size
            self._progress.update(self._task, total=self._total)

    def advance(self, size: int) -> None:
        """So many bytes more are done."""
        self._progress.update(self._task, advance=size)


@contextmanager
def copy_progress(description: str) -> Iterator[CopyGauge]:
    """A progress bar over bytes; silent where there is no terminal."""
    with _bytes_progress() as progress:
        yield CopyGauge(progress, description)


def _bytes_progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


@contextmanager
def message_progress(text: str, total: int | None) -> Iterator[Counted]:
    """A progress bar over messages, with rate and time left, on a terminal only."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(text, total=total, rate="")

        def counted(messages: int) -> None:
            speed = bar.tasks[task].speed
            bar.update(task, advance=messages, rate=f"{speed:,.0f}/s" if speed else "")

        yield counted
