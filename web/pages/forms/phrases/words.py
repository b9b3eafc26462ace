"""What the page of a form says by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Those of one language. `{}` has one thing at most: a number, a bound, a time."""

    language: str
    page: str
    page_of: str
    optional: str
    choose: str
    yes: str
    no: str
    in_utc: str
    go_on: str
    back: str
    send: str
    review: str
    had_answered: str
    look_at: str
    not_sent: str
    kept: str
    sent: str
    thanks: str
    number: str
    another: str
    results: str
    records: str
    opens: str
    closed: str
    already: str
    being_sent: str
    own_link: str
    change: str
    what_was_sent: str
    on_the_way: str
    changed_meanwhile: str
    change_it: str
    why: str
    same: str
    version: str
    by: str
    reason: str
    first_sent: str
    by_link: str
    missing: str
    a_number: str
    whole_number: str
    yes_or_no: str
    a_time: str
    one_offered: str
    bad_text: str
    not_taken: str
    at_least: str
    at_most: str
    more_than: str
    less_than: str
    longer: str
    shorter: str
