"""Users, keys and grants, for administrators."""

__all__: list[str] = []
