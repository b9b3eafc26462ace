"""Commands about access: users, keys and grants, changed as whoever operates this home."""

__all__: list[str] = []
