"""Every stream, and how it stands."""

__all__: list[str] = []
