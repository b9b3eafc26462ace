"""When a form takes answers. Pure."""

from __future__ import annotations

from datetime import datetime

from streams.form import Form
from streams.time_text import event_millis
from web.pages.forms.phrases import ENGLISH, Phrases


def closed(form: Form, now: datetime, words: Phrases = ENGLISH) -> str:
    """Why it takes none at a moment; empty if it does."""
    at = now.timestamp() * 1000
    if form.opens is not None and at < int(event_millis(form.opens)):
        return words.opens.format(form.opens)
    if form.closes is not None and at >= int(event_millis(form.closes)):
        return words.closed.format(form.closes)
    return ""
