"""The first administrator, and the one-time links that let others in."""

__all__: list[str] = []
