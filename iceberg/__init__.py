"""Where panes live: table schemas, the catalog, apply, and how far each table is complete."""

__all__: list[str] = []
