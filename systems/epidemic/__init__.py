"""Epidemic surveillance: reports of cases by region, day and variant, and what is made of them."""

__all__: list[str] = []
