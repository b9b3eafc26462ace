"""Reports of sites by e-mail: what was seen in a week or a month, for those who asked for them."""

__all__: list[str] = []
