"""How the engines, the streams and the disk stand."""

__all__: list[str] = []
