"""Merchant analytics: what happens on web sites, for those who own them."""

__all__: list[str] = []
