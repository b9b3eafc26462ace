"""Commands that ask: window, series, rejected."""

__all__: list[str] = []
