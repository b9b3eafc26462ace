"""One machine, no containers: PostgreSQL, an object store, Kafka, Flink and Trino as supervised processes on loopback.

`stack.Stack` is the way in. Everything installed is shared between checkouts in the user's cache;
everything that belongs to one stack lives under its home.
"""

__all__: list[str] = []
