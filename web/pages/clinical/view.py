"""What a clinical page is asked for, and the addresses of it with something changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from query.requests import Step
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS, Asked, choices
from web.page.form_times import FormTimes, read_times

ADDRESSES: Mapping[str, str] = {ADMISSIONS: "/clinical/admissions", LAB_RESULTS: "/clinical/lab-results"}
"""Stream → its page."""

TITLES: Mapping[str, str] = {"site": "Site", "ward": "Ward", "kind": "Kind", "test": "Test", "unit": "Unit"}
RANGES = ("24h", "3d", "7d", "30d", "90d", "12mo")
USUAL = "7d"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class View:
    """One page: its stream, times, site (all, if it is empty), and what was chosen of fields."""

    stream: str
    form: FormTimes
    site: str = ""
    chosen: tuple[tuple[str, str], ...] = ()

    @property
    def step(self) -> Step:
        """The step of its chart, of which there are at most 130 or so."""
        start, end = self.form.bounds
        for step, longest in ((Step.HOUR, 3), (Step.DAY, 120), (Step.WEEK, 800)):
            if end - start <= timedelta(days=longest, hours=1):
                return step
        return Step.MONTH

    @property
    def asked(self) -> Asked:
        """The question."""
        start, end = self.form.bounds
        sites = (self.site,) if self.site else ()
        return Asked(start, end, self.step, self.form.zone, sites, self.chosen)

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """All that narrows it: field → value."""
        return ((("site", self.site),) if self.site else ()) + self.chosen

    def url(self, stream: str = "", *, without: str = "", **changes: Any) -> str:
        """The address of this page, or of the other stream's with the same times and site.

        `changes`: values of filters, or other moments of `start` and `end`.
        """
        to = stream or self.stream
        moments = {name: changes.pop(name) for name in ("start", "end") if name in changes}
        form = replace(self.form, range="", **moments) if moments else self.form
        values = {name: value for name, value in (*self.filters, *changes.items()) if name != without}
        if without == "test":
            values.pop("unit", None)
        known = ("site", *choices(to))
        pairs = [*form.pairs(), *((name, str(values[name])) for name in known if name in values)]
        return f"{ADDRESSES[to]}?{urlencode(pairs)}"

    def in_range(self, key: str) -> str:
        """The same of a range that follows the clock."""
        return replace(self, form=replace(self.form, range=key)).url()


def read_view(stream: str, pairs: Sequence[tuple[str, str]], now: datetime, zone: ZoneInfo) -> View:
    """From the parameters of an address; what is not known of them is left out."""
    given = {name: value[:_LONGEST].replace("\0", "") for name, value in reversed(pairs)}
    form = read_times(given, now, USUAL, zone)
    chosen = tuple((name, given[name]) for name in choices(stream) if given.get(name))
    return View(stream, form, given.get("site", ""), chosen)
