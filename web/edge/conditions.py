"""Conditional requests (RFC 9110, section 13): whether a client has the answer already."""

from __future__ import annotations

import re

from starlette.datastructures import Headers

__all__ = ["matches"]

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def matches(headers: Headers, tag: str) -> bool:
    """Whether `If-None-Match` names the tag; compared weakly, as that header is."""
    said = ", ".join(headers.getlist("if-none-match"))
    return said.strip() == "*" or tag in _TAG.findall(said)
