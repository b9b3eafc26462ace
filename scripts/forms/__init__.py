"""Forms on the command line."""

__all__: list[str] = []
