"""When a form takes answers. Pure."""

from __future__ import annotations

from datetime import datetime

from streams.form import Form
from streams.time_text import event_millis


def closed(form: Form, now: datetime) -> str:
    """Why it takes none at a moment; empty if it does."""
    at = now.timestamp() * 1000
    if form.opens is not None and at < int(event_millis(form.opens)):
        return f"This form opens at {form.opens}."
    if form.closes is not None and at >= int(event_millis(form.closes)):
        return f"This form closed at {form.closes}. Nothing can be sent any more."
    return ""
