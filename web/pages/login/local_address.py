"""Where a login leads: to an address of this service, whatever the link to it says."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")
"""From the root, in printable ASCII without backslashes: browsers read those as slashes, and skip tabs and newlines."""

_ELSEWHERE = re.compile(r"/(?:login|logout|first|invitation)(?:[/?#]|$)")


def local_address(asked: str) -> str:
    """The address itself if it is one to go to after a login, else the first page's."""
    return asked if _LOCAL.fullmatch(asked) and not _ELSEWHERE.match(asked) else "/"
