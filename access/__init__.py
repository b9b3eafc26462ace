"""Who may ask, send and see what: users, keys, grants, sessions, and the scope that they give a request."""

__all__: list[str] = []
