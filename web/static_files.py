"""Style sheets, scripts and fonts under `/static/{version}/`, where the version is a hash of all of them."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["STATIC", "VersionedFiles", "static_version"]

STATIC = Path(__file__).resolve().parent / "static"


@functools.cache
def static_version() -> str:
    """Ten hex digits that change whenever a file under `static/` does."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


class VersionedFiles(StaticFiles):
    """Files that may be kept for ever under their current version, and never under another."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its cache headers."""
        response = await super().get_response(path, scope)
        current = scope["path_params"]["version"] == static_version()
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
