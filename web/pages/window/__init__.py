"""What happened between two minutes: the question, its answer as numbers, table, charts and CSV."""

__all__: list[str] = []
