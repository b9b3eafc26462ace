"""`/form-editor`: the TOML of a stream with a form at one side, the form that it makes at the other. It saves none."""

from __future__ import annotations

import functools

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from streams import definition_files
from streams.form_draft import draft_text, first_draft
from web.access.scopes import visible_of
from web.asking.trials import in_trial
from web.edge.problems import ProblemError
from web.page.downloads import download
from web.page.posted import posted
from web.page.templating import page_response
from web.pages.forms.drafting import Looked, looked_at
from web.pages.forms.languages import direction, language
from web.pages.forms.opened import PREFIX
from web.service import service_of

_LONGEST_NAME = 63


async def editor_page(request: Request) -> Response:
    """A first draft; with `stream` the file of one, for whoever administers it."""
    name = request.query_params.get("stream", "")
    text = _text_of(request, name) if name else draft_text(first_draft("visitors", "Visitors"))
    return await _page(request, name or "visitors", text)


async def look_at_draft(request: Request) -> Response:
    """The same page of what was typed, or that as a file to keep."""
    given = await posted(request)
    name, text = given.text("name")[:_LONGEST_NAME], given.secret("toml").replace("\r\n", "\n")
    if given.text("go") == "download":
        looked = await in_trial(request, functools.partial(looked_at, text, name))
        if looked.definition is not None:
            return download(text, f"{looked.definition.name}.toml", "application/toml")
    return await _page(request, name, text, given.text("to") or given.text("lang"))


async def _page(request: Request, name: str, text: str, lang: str = "") -> Response:
    looked: Looked = await in_trial(request, functools.partial(looked_at, text, name))
    form = looked.definition.form if looked.definition else None
    shown = language(form, lang, "") if form else None
    return page_response(
        "pages/forms/editor.html",
        422 if looked.problems else 200,
        {"Cache-Control": "no-store", "Vary": "Cookie"},
        title="Draft a form",
        name=name,
        text=text,
        looked=looked,
        form=form.said_in(shown.tag) if form and shown else None,
        fields=looked.definition.fields if looked.definition else {},
        language=shown,
        words=shown.phrases if shown else None,
        direction=direction,
        prefix=PREFIX,
        rows=min(max(text.count("\n") + 2, 24), 60),
    )


def _text_of(request: Request, stream: str) -> str:
    """Of the file that declares a stream. Raises ProblemError."""
    visible_of(request, stream, Action.ADMINISTER)
    files = definition_files(service_of(request).settings.streams).get(stream)
    try:
        text = files[0].read_text("utf-8") if files else None
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None:
        raise ProblemError("not-found", f"The file of {stream} cannot be read here; open it where it lies.")
    return text
