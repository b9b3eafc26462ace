"""Where files and pages are fetched from: folders and buckets, HTTP APIs. Nothing here reads what is in a file."""

__all__: list[str] = []
