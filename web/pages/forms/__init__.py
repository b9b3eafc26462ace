"""Forms: pages of questions whose answers are messages of a stream."""

__all__: list[str] = []
