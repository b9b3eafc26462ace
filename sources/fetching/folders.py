"""Files of folders and buckets: which there are, which of them are new, and whether somebody is still writing one."""

from __future__ import annotations

import glob
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import takewhile
from pathlib import Path, PurePath, PurePosixPath
from shutil import copyfileobj
from stat import S_ISREG
from typing import IO

from pyarrow.fs import FileInfo, FileSelector, FileSystem, FileType

from sources.fetching.errors import FetchError

MOST_FILES = 100_000
_CHUNK = 4 << 20
_WRITTEN = (".part", ".tmp", ".filepart", ".crdownload", "~")
"""Ends of names that programs give to what they are still writing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a folder or bucket. `mark`: the same while its size and time of change are."""

    name: str
    place: str
    size: int
    mark: str
    changed_at: float


class Folder:
    """A place with a pattern: `landing/reports/*.csv`, or `s3://bucket/reports/*.csv` by the object store.

    `beside`: what a relative folder is in. `settled_seconds`: a file is let alone until it is unchanged for so long.
    `optional`: whether there may be no such folder yet.
    """

    def __init__(
        self,
        pattern: str,
        beside: Path,
        store: Callable[[], FileSystem],
        settled_seconds: float,
        now: Callable[[], float] = time.time,
        *,
        optional: bool = False,
    ) -> None:
        self._pattern, self._beside, self._store = pattern, beside, store
        self._settled, self._now, self._optional = settled_seconds, now, optional
        self._in_bucket = pattern.startswith("s3://")

    def new(self, known: Mapping[str, str | None]) -> list[Found]:
        """Files that are settled and not `known` (name → mark), in order of their names. Raises FetchError."""
        try:
            found = [each for each in self._all() if known.get(each.name) != each.mark]
        except OSError as error:
            raise FetchError(f"{self._pattern} cannot be looked into: {_told(error)}") from error
        return sorted((each for each in found if self._is_settled(each)), key=lambda each: each.name)

    def waits(self, known: Mapping[str, str | None]) -> bool:
        """Whether a new file is there that somebody may be writing still."""
        return any(known.get(each.name) != each.mark and not self._is_settled(each) for each in self._all())

    def copy(self, found: Found, file: Path) -> bool:
        """Copy one to a file; False if it changed meanwhile, and is to be taken another time. Raises FetchError."""
        try:
            with self._opened(found.place) as source, file.open("wb") as target:
                copyfileobj(source, target, _CHUNK)
            after = self._look(found.place)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise FetchError(f"{found.place} cannot be read: {_told(error)}") from error
        return after is not None and after.mark == found.mark and file.stat().st_size == found.size

    def _opened(self, place: str) -> IO[bytes]:
        if self._in_bucket:
            stream: IO[bytes] = self._store().open_input_stream(place.removeprefix("s3://"))
            return stream
        return Path(place).open("rb")

    def _is_settled(self, found: Found) -> bool:
        """Of a bucket each is: an object is there once it is whole."""
        return self._in_bucket or not -3600 < self._now() - found.changed_at < self._settled

    def _all(self) -> Iterator[Found]:
        names: set[str] = set()
        for found in self._bucket() if self._in_bucket else self._folder():
            if found.name.endswith(_WRITTEN) or PurePosixPath(found.name).name.startswith("."):
                continue
            names.add(found.name)
            if len(names) > MOST_FILES:
                raise FetchError(f"{self._pattern} has more than {MOST_FILES:,} files; divide it into several sources")
            yield found

    def _folder(self) -> Iterator[Found]:
        pattern = self._beside / Path(self._pattern).expanduser()
        if not Path(self._top).is_dir():
            if self._optional:
                return
            raise FetchError(f"there is no folder {self._top}; make it, or correct files of the source")
        for place in glob.iglob(str(pattern), recursive=True):  # noqa: PTH207 - an absolute pattern
            if (found := self._look(place)) is not None:
                yield found

    def _bucket(self) -> Iterator[Found]:
        pattern = self._pattern.removeprefix("s3://")
        depth = pattern.count("/")
        for info in self._store().get_file_info(FileSelector(str(self._top), recursive=True, allow_not_found=True)):
            deep = "**" in pattern or info.path.count("/") == depth
            if info.type is FileType.File and deep and fnmatchcase(info.path, pattern):
                yield self._of_bucket(info)

    def _look(self, place: str) -> Found | None:
        if self._in_bucket:
            info = self._store().get_file_info(place.removeprefix("s3://"))
            return self._of_bucket(info) if info.type is FileType.File else None
        path = Path(place)
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        if not S_ISREG(status.st_mode):
            return None
        name = str(path.relative_to(self._top))
        return Found(name, place, status.st_size, f"{status.st_size} {status.st_mtime_ns}", status.st_mtime)

    def _of_bucket(self, info: FileInfo) -> Found:
        name = str(PurePosixPath(info.path).relative_to(self._top))
        return Found(name, f"s3://{info.path}", int(info.size), f"{info.size} {info.mtime_ns}", info.mtime_ns / 1e9)

    @cached_property
    def _top(self) -> PurePath:
        """The folder above the pattern's first sign that stands for others."""
        if self._in_bucket:
            pattern: PurePath = PurePosixPath(self._pattern.removeprefix("s3://"))
        else:
            pattern = self._beside / Path(self._pattern).expanduser()
        parts = takewhile(lambda part: not glob.has_magic(part), pattern.parts[:-1])
        return type(pattern)(*parts)


def _told(error: OSError) -> str:
    return (error.strerror or str(error)).splitlines()[0][:300]
