"""Commands that keep the lake right, small and safe: audit, maintain, backup, restore."""

__all__: list[str] = []
