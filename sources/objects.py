"""Objects of sources in the object store: whole or not there, whatever is killed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from urllib.parse import urlsplit

from pyarrow.fs import FileSelector, FileSystem, FileType, LocalFileSystem, S3FileSystem

from database.errors import LakeAwayError
from sources.errors import SourceError
from streams.settings import StoreSettings

_CHUNK = 4 << 20


class Objects:
    """Objects below one place. Every method raises LakeAwayError when the store does not answer."""

    def __init__(self, store: FileSystem, place: str) -> None:
        self._store, self._place = store, place.removeprefix("s3://").rstrip("/")

    @classmethod
    def open(cls, settings: StoreSettings, place: str) -> Objects:
        """Those below `s3://bucket/…` of the object store that the settings name."""
        return cls(object_store(settings), place)

    def put(self, key: str, file: Path) -> None:
        """Keep a file as an object, in place of any that has the key."""
        at = f"{self._place}/{key}"
        local = isinstance(self._store, LocalFileSystem)
        target = f"{at}.{secrets.token_hex(4)}.part" if local else at
        with _translated():
            if local:
                self._store.create_dir(at.rpartition("/")[0], recursive=True)
            with file.open("rb") as source, self._store.open_output_stream(target) as sink:
                copyfileobj(source, sink, _CHUNK)
            if local:
                self._store.move(target, at)

    def fetch(self, key: str, file: Path) -> None:
        """Write an object to a file. Raises SourceError when it is gone."""
        at = f"{self._place}/{key}"
        with _translated():
            try:
                source = self._store.open_input_stream(at)
            except FileNotFoundError:
                raise SourceError(f"{at} is gone from the object store; restore it from a backup") from None
            with source, file.open("wb") as sink:
                copyfileobj(source, sink, _CHUNK)

    def size(self, key: str) -> int | None:
        """Bytes of an object; None if it is not there."""
        with _translated():
            info = self._store.get_file_info(f"{self._place}/{key}")
        return int(info.size) if info.type is FileType.File else None

    def remove(self, key: str) -> None:
        """Take an object away; none is no error."""
        with _translated(), suppress(FileNotFoundError):
            self._store.delete_file(f"{self._place}/{key}")

    def older(self, folder: str, before: datetime) -> list[str]:
        """Keys of objects in and below a folder that were put before then."""
        selector = FileSelector(f"{self._place}/{folder}", recursive=True, allow_not_found=True)
        with _translated():
            found = self._store.get_file_info(selector)
        cut = len(self._place) + 1
        return [info.path[cut:] for info in found if info.type is FileType.File and info.mtime < before]


def object_store(settings: StoreSettings) -> FileSystem:
    """The object store as pyarrow reaches it."""
    endpoint = urlsplit(settings.s3_endpoint)
    return S3FileSystem(
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        endpoint_override=endpoint.netloc,
        scheme=endpoint.scheme,
        region=settings.s3_region,
        connect_timeout=10,
        request_timeout=60,
        allow_delayed_open=True,  # a small object is one request, not three
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        detail = (str(error).splitlines() or [type(error).__name__])[0]
        raise LakeAwayError(f"The object store does not answer. Run: windowpane status ({detail[:300]})") from error
