"""Files that are sent to the service: written to the disk as they come, within bounds, and gone when they were used."""

from __future__ import annotations

import hashlib
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import anyio.to_thread
from starlette.requests import Request

from web.access.csrf import FIELD, HEADER, check_token, kind_of_body
from web.edge.bodies import paced, too_large
from web.edge.multipart import FILES, Began, FormParts, boundary_of
from web.edge.problems import FieldError, ProblemError
from web.service import service_of

LONGEST_NAME = 200

_AT_ONCE = 1 << 20
"""Bytes that are written in one turn of a thread."""

_LARGEST_FIELD, _LARGEST_FIELDS = 1 << 18, 1 << 19


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, on this machine's disk as long as the request is answered. `digest`: SHA-256 of its bytes, in hex."""

    path: Path
    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Received:
    """What a form was sent with, and its file if there is one with a name."""

    fields: Mapping[str, str]
    upload: Upload | None


@asynccontextmanager
async def received(request: Request, most: int) -> AsyncIterator[Received]:
    """A file of at most so many bytes, as the body itself (then `name` in the address is its name) or in a form.

    Raises ProblemError: 400 for a form that cannot be read, 403 without the token of its session, 408 for what does not
    come, 413 for what is too large, 422 for a name that is none, 429 while others are received.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError("unsupported-type", "A file is sent as it is; one that is packed says so by its name.")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most + _LARGEST_FIELDS:
        raise too_large(most)
    with _turn(request), tempfile.TemporaryDirectory(prefix="upload-", dir=_folder(request)) as folder:
        receiving = _Receiving(request, most, Path(folder) / "file")
        try:
            yield await receiving.all()
        finally:
            receiving.close()


@contextmanager
def _turn(request: Request) -> Iterator[None]:
    """One of the few that are received at the same time."""
    uploads = service_of(request).uploads
    try:
        uploads.acquire_on_behalf_of_nowait(request)
    except anyio.WouldBlock:
        raise ProblemError("busy", "Other files are received just now; send it again in a moment.") from None
    try:
        yield
    finally:
        uploads.release_on_behalf_of(request)


def _folder(request: Request) -> Path:
    folder = service_of(request).settings.home / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@dataclass(slots=True)
class _Receiving:
    request: Request
    most: int
    path: Path
    name: str | None = None
    size: int = 0
    fields: dict[str, bytearray] = field(default_factory=dict)
    held: bytearray = field(default_factory=bytearray)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    file: BinaryIO | None = None

    async def all(self) -> Received:
        """Everything, once it is on the disk."""
        if kind_of_body(self.request) == FILES:
            await self._form()
        else:
            self._begin(self.request.query_params.get("name", ""))
            async for chunk in self._chunks():
                await self._write(chunk)
        await self._flush()
        fields = {name: value.decode("utf-8", "replace").replace("\r\n", "\n") for name, value in self.fields.items()}
        if any("\0" in value for value in fields.values()):
            raise ProblemError("unparseable", "The form has a character that no text has.")
        upload = None
        if self.name is not None:
            upload = Upload(self.path, self.name, self.size, self.digest.hexdigest())
        return Received(fields, upload)

    async def _form(self) -> None:
        parts, into = FormParts(boundary_of(self.request.headers["content-type"])), ""
        checked = HEADER in self.request.headers  # then the guard has looked at it
        async for chunk in self._chunks():
            for event in parts.feed(chunk):
                if isinstance(event, Began):
                    into = "" if event.file is not None else event.name
                    if event.file:
                        self._check_token(checked)
                        self._begin(event.file)
                    elif event.file is None:
                        self.fields[event.name] = bytearray()
                elif into:
                    self._grow(into, event.data)
                elif self.name is not None:
                    await self._write(event.data)
        parts.finish()
        self._check_token(checked)

    def _check_token(self, checked: bool) -> None:
        if not checked:
            check_token(self.request, self.fields.get(FIELD, bytearray()).decode("ascii", "replace"))

    def _chunks(self) -> AsyncIterator[bytes]:
        settings = service_of(self.request).settings
        return paced(self.request.stream(), settings.web_body_idle_seconds, settings.web_body_bytes_per_second)

    def _begin(self, name: str) -> None:
        if self.name is not None:
            raise ProblemError("unparseable", "The form has several files; send one after the other.")
        self.name = file_name(name)
        self.file = self.path.open("xb")

    def _grow(self, name: str, data: bytes) -> None:
        self.fields[name] += data
        if len(self.fields[name]) > _LARGEST_FIELD or sum(map(len, self.fields.values())) > _LARGEST_FIELDS:
            raise ProblemError("too-large", f"A field of the form is larger than {_LARGEST_FIELD >> 10} KiB.")

    async def _write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self.most:
            raise too_large(self.most)
        self.held += data
        if len(self.held) >= _AT_ONCE:
            await self._flush()

    async def _flush(self) -> None:
        if self.file is None:
            return
        data, file, digest = bytes(self.held), self.file, self.digest
        self.held.clear()

        def write() -> None:
            digest.update(data)
            file.write(data)
            file.flush()

        try:
            await anyio.to_thread.run_sync(write)
        except OSError as error:
            raise ProblemError("engine-away", "The disk of this service takes no more; send it later.") from error

    def close(self) -> None:
        """Whatever happened."""
        if self.file is not None:
            self.file.close()


def file_name(given: str) -> str:
    """The last part of what may be a path, as NFC. Raises ProblemError, 422, for what is no name of a file."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2].strip())
    wrong = ""
    if not name:
        wrong = "is missing: the name of the file, such as ?name=2026-03-01.csv"
    elif len(name) > LONGEST_NAME:
        wrong = f"is longer than {LONGEST_NAME} characters"
    elif name.startswith(".") or not name.isprintable():
        wrong = "begins with a full stop, or has a character that cannot be shown"
    if wrong:
        raise ProblemError("invalid-values", f"name: {wrong}", (FieldError("name", wrong),))
    return name
