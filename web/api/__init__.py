"""The addresses that answer programs: JSON, metrics, and messages taken in."""

__all__: list[str] = []
