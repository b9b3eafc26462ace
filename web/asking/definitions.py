"""Definitions of streams as they are told to who asks. Pure."""

from __future__ import annotations

from typing import Any

from query.visible import Visible
from streams.breakdowns import breakdowns
from streams.definition import Definition


def definition_json(visible: Visible) -> dict[str, Any]:
    """The definition without the keys that it leaves unset, and the digest that tells two versions apart.

    How a stream is kept is for those alone who see all of it.
    """
    shown = visible.shown
    left_out: dict[str, Any] = {"demo": True}
    if not visible.scope.whole:
        left_out |= dict.fromkeys(("topic", "partitions", "events", "retention"), True)
    if not shown.event_time.field:
        left_out["event_time"] = {"field"}
    return {
        **shown.model_dump(mode="json", exclude_none=True, exclude=left_out),
        "breakdowns": breakdowns_json(shown),
        "digest": shown.digest,
    }


def breakdowns_json(definition: Definition) -> dict[str, Any]:
    """The breakdowns that there are, also where the definition names none, and the grains that each has."""
    return {each.name: {"by": each.dimensions, "grains": each.grains} for each in breakdowns(definition)}
