"""The pages for people: a folder each, with its routes, its templates and its own static files."""

__all__: list[str] = []
