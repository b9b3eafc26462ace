"""How the engines run together: `embedded` on one machine without containers; other ways live beside it."""

__all__: list[str] = []
