"""Samples that somebody tries: kept for an hour, for nobody else, so that a form can be sent again without its file."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request

from web.access.scopes import asker_of
from web.asking.uploads import Upload, file_name
from web.service import service_of

LARGEST = 16 << 20
_KEPT_SECONDS = 3600
_MOST_KEPT = 200
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file on this machine's disk. `token`: by which its asker finds it again."""

    token: str
    name: str
    path: Path


def keep_sample(request: Request, upload: Upload) -> Sample:
    """Keep it, and forget those that are older than an hour. Blocks: call it in a thread."""
    folder = _folder(request)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_old(folder)
    token = secrets.token_hex(16)
    path = _path(request, token)
    shutil.move(upload.path, path)
    return Sample(token, upload.name, path)


def find_sample(request: Request, token: str, name: str) -> Sample | None:
    """The one that the asker kept; None if it was longer ago. Raises ProblemError for a name that is none."""
    if not _TOKEN.fullmatch(token):
        return None
    path = _path(request, token)
    return Sample(token, file_name(name), path) if path.is_file() else None


def _folder(request: Request) -> Path:
    return service_of(request).settings.home / "samples"


def _path(request: Request, token: str) -> Path:
    owner = sha256(asker_of(request).name.encode()).hexdigest()[:16]
    return _folder(request) / f"{owner}-{token}"


def _forget_old(folder: Path) -> None:
    kept = sorted(((path.stat().st_mtime, path) for path in folder.iterdir()), reverse=True)
    oldest = time.time() - _KEPT_SECONDS
    for place, (changed, path) in enumerate(kept):
        if changed < oldest or place >= _MOST_KEPT - 1:
            path.unlink(missing_ok=True)
