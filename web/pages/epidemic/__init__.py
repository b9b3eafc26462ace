"""Pages of epidemic surveillance: where it spreads, one region, comparisons, ranks, sources, search and downloads."""

__all__: list[str] = []
