"""Epidemic surveillance: how many fell ill, where and of what, as many sources tell it, and who is vulnerable."""

__all__: list[str] = []
