"""Statistics of what a stream answered. Pure: numbers in, numbers with what they cannot say out."""

__all__: list[str] = []
