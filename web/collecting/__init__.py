"""Events of web sites, taken in from anybody's browser: apart from all other routes, for there are so many of them."""

__all__: list[str] = []
