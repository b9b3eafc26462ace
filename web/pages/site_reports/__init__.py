"""Reports of a site by e-mail: who gets them, and how one ends them."""

__all__: list[str] = []
