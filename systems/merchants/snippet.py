"""What a site's pages have in them so that they are counted. Pure."""

from __future__ import annotations

from html import escape

SCRIPT = "/js/script.js"
"""Where the tracking script is."""


def snippet(address: str, site: str) -> str:
    """One line of HTML. `address`: of this service, as visitors' browsers reach it."""
    return f'<script defer data-site="{escape(site)}" src="{escape(address.rstrip("/"))}{SCRIPT}"></script>'
