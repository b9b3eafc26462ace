"""Sources: how each stands, what came and what became of it, and a sample tried before there is a source."""

__all__: list[str] = []
