"""What the page of a form's results is asked for, and the addresses of it with something changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from query.form_questions import FormAsked, can_cross
from query.requests import Step
from streams.definition import Definition
from streams.form import Question
from web.page.form_times import FormTimes, read_times
from web.page.record_filters import RecordFilters, read_filters

RANGES = ("24h", "7d", "30d", "90d", "12mo")
_USUAL = "30d"
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class View:
    """One page: its stream, times, filters, the text that is looked for, and two fields that are crossed, or none."""

    stream: str
    form: FormTimes
    filters: RecordFilters
    text: str = ""
    down: str = ""
    across: str = ""

    @property
    def step(self) -> Step:
        """The step of the columns, of which there are at most 130 or so."""
        start, end = self.form.bounds
        for step, longest in ((Step.HOUR, 4), (Step.DAY, 120), (Step.WEEK, 800)):
            if end - start <= timedelta(days=longest, hours=1):
                return step
        return Step.MONTH

    @property
    def asked(self) -> FormAsked:
        """The question."""
        crossed = (self.down, self.across) if self.down and self.across else None
        return FormAsked(*self.form.bounds, self.step, self.form.zone, self.filters.where, self.text, crossed)

    def url(self, **changes: datetime) -> str:
        """The address of this page, or of the same with other moments of `start` and `end`."""
        form = replace(self.form, range="", **changes) if changes else self.form  # type: ignore[arg-type]
        pairs = [*form.pairs(), *(("where", f"{name}={value}") for name, value in self.filters.chosen)]
        pairs += [(name, text) for name, text in self._others if text]
        return f"/forms/{self.stream}/results?{urlencode(pairs)}"

    def export_url(self, suffix: str) -> str:
        """The address of a file with the records that are counted, but for the text."""
        pairs = [*replace(self.form, range="").pairs(), ("format", suffix)]
        pairs += [("where", f"{name}={value}") for name, value in self.filters.chosen]
        return f"/records/{self.stream}/export?{urlencode(pairs)}"

    def in_range(self, key: str) -> str:
        """The same of a range that follows the clock."""
        return replace(self, form=replace(self.form, range=key)).url()

    def only(self, field: str, value: str) -> str:
        """The same of those alone who gave an answer; of all again, if it is of those now."""
        pair, chosen = (field, value), self.filters.chosen
        kept = self.filters.without(pair) if pair in chosen else (*chosen, pair)
        return replace(self, filters=replace(self.filters, chosen=kept)).url()

    def without(self, what: str) -> str:
        """The same without filters (`where`), the text (`text`), or both (``)."""
        filters = self.filters if what == "text" else replace(self.filters, chosen=())
        return replace(self, filters=filters, text=self.text if what == "where" else "").url()

    @property
    def _others(self) -> tuple[tuple[str, str], ...]:
        return (("text", self.text), ("down", self.down), ("across", self.across))


def read_view(
    definition: Definition,
    questions: Sequence[Question],
    pairs: Sequence[tuple[str, str]],
    now: datetime,
    zone: ZoneInfo,
) -> View:
    """From the parameters of an address; of `down` and `across` what cannot be crossed is left out.

    A range that follows the clock ends with the quarter of an hour, so that all who look within one ask the same.
    """
    given = dict(reversed(pairs))
    form = read_times(given, _quarter(now), _USUAL, zone)
    filters = read_filters(definition, pairs)
    names = crossable(definition, questions)
    down, across = (given.get(name, "") if given.get(name) in names else "" for name in ("down", "across"))
    text = given.get("text", "").replace("\0", "").strip()[:_LONGEST_TEXT]
    return View(definition.name, form, filters, text, down, across if across != down else "")


def _quarter(now: datetime) -> datetime:
    """The last minute of a quarter of an hour; none of any zone has midnight in it."""
    return now.replace(minute=now.minute // 15 * 15 + 14)


def crossable(definition: Definition, questions: Sequence[Question]) -> dict[str, str]:
    """Field → label of each question that a table can have at a side."""
    return {each.field: each.label for each in questions if can_cross(definition.fields[each.field], each)}
