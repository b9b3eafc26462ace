"""What a site's pages have in them so that they are counted. Pure."""

from __future__ import annotations

from html import escape

from systems.merchants.sites import Site

SCRIPT = "/js/script.js"
"""Where the tracking script is."""


def snippet(address: str, site: Site) -> str:
    """One line of HTML. `address`: of this service, as visitors' browsers reach it."""
    more = "" if site.respect_dnt else " data-everybody"
    source = f"{escape(address.rstrip('/'))}{SCRIPT}"
    return f'<script defer data-site="{escape(site.name)}"{more} src="{source}"></script>'
