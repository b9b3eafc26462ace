"""`GET /streams/{stream}`: how a stream is defined, how to send to it, and where its answers are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from streams.breakdowns import breakdowns, view_names
from streams.definition import Definition, FieldRule
from streams.example import example_message
from web.asking.known_streams import known_stream
from web.page.templating import page_response
from web.service import service_of

_EXCLUDED_SHOWN = 10
"""Of the texts that exclude messages, which may be hundreds."""


async def definition_page(request: Request) -> Response:
    """The definition as it is applied now, as far as it is shown to the asker, for people."""
    service = service_of(request)
    visible = known_stream(request, request.path_params["stream"])
    definition = visible.shown
    message = json.dumps(example_message(definition, datetime.now(UTC)), ensure_ascii=False)
    return page_response(
        "pages/reference/definition.html",
        title=definition.title,
        it=definition,
        actions=visible.scope.actions,
        whole=visible.scope.whole,
        rules={name: ", ".join(field_rules(rule)) for name, rule in definition.fields.items()},
        bounds={name: f"{_bound(each.min)} to {_bound(each.max)}" for name, each in definition.measures.items()},
        message=message,
        quoted=message.replace("'", "'\\''"),
        base=str(request.base_url).rstrip("/"),
        kafka=service.settings.kafka,
        kept=[f"{what} for {period}" for what, period in _kept(definition)],
        views=list(view_names(definition)),
        breakdowns=breakdowns(definition) if definition.breakdowns else (),
        declared=definition.name in service.declared,
    )


def _kept(definition: Definition) -> Iterator[tuple[str, str]]:
    """What the lake keeps for a time, and for how long."""
    periods = definition.retention.model_dump(exclude={"kafka"}, exclude_none=True) if definition.retention else {}
    for what, period in periods.items():
        yield (f"panes of {what}" if what in ("minutes", "hours", "days") else what), period


def field_rules(rule: FieldRule) -> Iterator[str]:
    """What a value must be beside its type, in words."""
    if not rule.required:
        yield "may be missing"
    for words, bound in (("at least", rule.min), ("at most", rule.max), ("above", rule.above), ("below", rule.below)):
        if bound is not None:
            yield f"{words} {_bound(bound)}"
    if rule.min_length is not None or rule.max_length is not None:
        yield f"{rule.min_length or 0} to {'any number of' if rule.max_length is None else rule.max_length} characters"
    if rule.values:
        yield f"one of {', '.join(rule.values)}"
    if rule.excluded is True:
        yield "messages that have it do not count"
    elif rule.excluded:
        more = len(rule.excluded) - _EXCLUDED_SHOWN
        shown = ", ".join(rule.excluded[:_EXCLUDED_SHOWN]) + (f" or one of {more} more" if more > 0 else "")
        yield f"messages do not count where it contains {shown}"


def _bound(bound: float | str) -> str:
    return bound if isinstance(bound, str) else f"{bound:,.15g}"
