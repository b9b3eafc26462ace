"""One run of one source: fetch, keep as it came, map, compare, judge, decide, send, note. A kill is gone on with."""

__all__: list[str] = []
