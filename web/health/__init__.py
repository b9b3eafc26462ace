"""How engines, streams, jobs and the disk stand, each looked at by itself."""

__all__: list[str] = []
