"""A report as a site of some size has it."""

from __future__ import annotations

from datetime import date

from systems.merchants.reports.periods import Period
from systems.merchants.reports.report import Ranking, Report, Totals

NOW = Totals(1234, 1500, 4321, 0.412, 185.4, {"EUR": 1999.5, "USD": 10.0})
BEFORE = Totals(1000, 1500, 4500, 0.45, 190.0, {"EUR": 2100.0})


def report(**more: object) -> Report:
    """One; `more`: what is otherwise."""
    given = {
        "site": "shop.example.org",
        "title": "The shop",
        "period": Period.WEEK,
        "first_day": date(2026, 3, 2),
        "time_zone": "Europe/Berlin",
        "now": NOW,
        "before": BEFORE,
        "rankings": (
            Ranking("Sources", "visitors", (("Direct or none", 700), ("Google", 400), ("news.example", 134))),
            Ranking("Pages", "visitors", (("/", 900), ("/products/<lamp>", 310))),
            Ranking("Events", "visitors", ()),
        ),
        "address": "https://stats.example.com/sites/shop.example.org?from=2026-03-02&to=2026-03-09",
        "unsubscribe": "https://stats.example.com/reports/unsubscribe/wpu_7_abc",
        **more,
    }
    return Report(**given)  # type: ignore[arg-type]
