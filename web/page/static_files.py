"""Style sheets, scripts and fonts under `/static/{version}/`, where the version is a hash of all of them.

Those that pages share lie beside this module, a page's own in the page's folder; by their addresses they are in one.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_WEB = Path(__file__).resolve().parent.parent
FOLDERS = (_WEB / "page" / "static", *sorted((_WEB / "pages").glob("*/static")))


@functools.cache
def static_version() -> str:
    """Ten hex digits that change whenever a file of a `static/` does."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


class VersionedFiles(StaticFiles):
    """Files that may be kept for ever under their current version, and never under another."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDERS[0])
        self.all_directories = [*FOLDERS]

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its cache headers."""
        response = await super().get_response(path, scope)
        current = scope["path_params"]["version"] == static_version()
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
