"""Objects between the store and a backup's folder: many at once, in chunks, and only those that are not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pyarrow import NativeFile
from pyarrow.fs import FileSelector, FileType, S3FileSystem

from iceberg.backup.manifest import local_path, private
from iceberg.errors import BackupError, translated
from iceberg.settings import LakeSettings

THREADS = 8
CHUNK = 8 << 20
"""Bytes of an object that a thread holds."""


class Gauge(Protocol):
    """Is told how much there is to do and how much is done, in bytes, from several threads."""

    def expect(self, size: int) -> None:
        """So much more is to be done."""

    def advance(self, size: int) -> None:
        """So much more is done."""


class ObjectCopies:
    """The copies of a store's objects below a backup's folder."""

    def __init__(self, settings: LakeSettings, folder: Path, gauge: Gauge) -> None:
        endpoint = urlsplit(settings.s3_endpoint)
        self._folder, self._gauge = folder, gauge
        self._places = (settings.warehouse, settings.kept)
        self._store = S3FileSystem(
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key.get_secret_value(),
            endpoint_override=endpoint.netloc,
            scheme=endpoint.scheme,
            region=settings.s3_region,
        )

    def fetch(self, objects: Mapping[str, int | None]) -> dict[str, int]:
        """Copy objects (location → size, None where it is not known) into the folder; location → size.

        Raises BackupError for one that is gone or of another size, LakeAwayError when the store does not answer.
        """
        self._gauge.expect(sum(size or 0 for size in objects.values()))
        with ThreadPoolExecutor(THREADS) as pool:
            return dict(zip(objects, pool.map(self._fetch, objects, objects.values()), strict=True))

    def put(self, sizes: Mapping[str, int]) -> None:
        """Copy objects from the folder into the store, and see that all are there with their sizes."""
        there = self._sizes()
        missing = [location for location, size in sizes.items() if there.get(location) != size]
        self._gauge.expect(sum(sizes[location] for location in missing))
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(self._put, missing))
        there = self._sizes()
        wrong = next((location for location, size in sizes.items() if there.get(location) != size), None)
        if wrong:
            raise BackupError(f"the object store does not hold {wrong} as it was sent; run it again")

    def _fetch(self, location: str, size: int | None) -> int:
        target = local_path(self._folder, location)
        if size is not None and target.exists() and target.stat().st_size == size:
            self._gauge.advance(size)
            return size
        with self._opened(location) as source:
            actual = int(source.size())
            if size not in (None, actual):
                raise BackupError(f"{location} has {actual} bytes, not the {size} that its table says")
            self._gauge.expect(actual if size is None else 0)
            if target.exists() and target.stat().st_size == actual:
                self._gauge.advance(actual)
            else:
                self._save(source, target)
        return actual

    def _opened(self, location: str) -> NativeFile:
        with translated():
            try:
                return self._store.open_input_file(_key(location))
            except FileNotFoundError:
                reason = "is gone from the object store, though PostgreSQL refers to it"
                raise BackupError(f"{location} {reason}; if a table was dropped meanwhile, run it again") from None

    def _save(self, source: NativeFile, target: Path) -> None:
        """A copy has its name only when it is whole."""
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        with private(part).open("wb") as file:
            while chunk := _read(source):
                file.write(chunk)
                self._gauge.advance(len(chunk))
        part.replace(target)

    def _put(self, location: str) -> None:
        with local_path(self._folder, location).open("rb") as source:
            with translated():
                target = self._store.open_output_stream(_key(location))
            while chunk := source.read(CHUNK):
                with translated():
                    target.write(chunk)
                self._gauge.advance(len(chunk))
            with translated():
                target.close()

    def _sizes(self) -> dict[str, int]:
        """Location → size of all that the store holds in the warehouse, and of sources."""
        selectors = [FileSelector(_key(place), recursive=True, allow_not_found=True) for place in self._places]
        with translated():
            files = [info for selector in selectors for info in self._store.get_file_info(selector)]
        return {f"s3://{info.path}": int(info.size) for info in files if info.type == FileType.File}


def _key(location: str) -> str:
    return location.removeprefix("s3://")


def _read(source: NativeFile) -> bytes:
    with translated():
        return bytes(source.read(CHUNK))
