"""Filters of dimensions in the address of a page."""

from __future__ import annotations

FILTER = "where."
"""Prefix of a filter's parameter: `where.service=checkout`; so no dimension's name can clash with the form's own."""
