"""Search over regions and sources together. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from systems.epidemic.name_search import Entry, Found, best_first, entries_of
from systems.epidemic.places import Places
from systems.epidemic.shipped_sources import SourceText, source_text


def find(query: str, places: Places, sources: Sequence[str], limit: int) -> list[Found]:
    """The regions, and of the sources that report those, that are most like the question; the best first."""
    named = entries_of(_source(source_text(name)) for name in sources)
    found = [*places.search.find(query, limit), *named.find(query, limit)]
    return best_first(found, limit)


def _source(text: SourceText) -> Entry:
    return Entry("source", text.name, text.title, (text.attribution,), text.credit, 0.5)
