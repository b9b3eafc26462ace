"""What is kept in PostgreSQL: locks, and records of replays and publications. Of the lake's tables it knows nothing."""

__all__: list[str] = []
