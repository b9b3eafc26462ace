"""Pages from templates: one environment, autoescaped, where an undefined name is an error.

A template is named by its path in `web/`, such as `pages/window/window.html`.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import orjson
from starlette.responses import HTMLResponse

from streams.time_text import rfc3339
from web.page.browsers import browser_in_words
from web.page.frame import frame
from web.page.granted import actions_in_words, rows_in_words, stream_in_words
from web.page.static_files import static_version
from web.page.times import day, end_moment, exact_moment, local_input, long_moment, minute, offset_name, utc_moment
from web.page.units import count, more_messages, quantity, spoken_name


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        actions_in_words=actions_in_words,
        browser=browser_in_words,
        count=count,
        day=day,
        end_moment=end_moment,
        exact=exact_moment,
        json=json.dumps,
        local_input=local_input,
        long_moment=long_moment,
        minute=minute,
        more_messages=more_messages,
        name=spoken_name,
        offset_name=offset_name,
        path=partial(quote, safe=""),
        quantity=quantity,
        rfc3339=rfc3339,
        rows_in_words=rows_in_words,
        stream_in_words=stream_in_words,
        utc=utc_moment,
    )
    environment.globals["frame"] = frame
    environment.globals["static"] = lambda path: f"/static/{static_version()}/{path}"
    return environment


_ENVIRONMENT = _environment()
_OWN_ADDRESS = re.compile(r'(\b(?:href|src|action)=")(?=/(?!/))')


def inert_json(value: Any) -> str:
    """JSON that cannot end the script element it is put into, whatever it holds."""
    return orjson.dumps(value).decode().replace("<", "\\u003c")


def below(root: str, html: str) -> str:
    """A page whose own addresses begin at the path that the service is offered under.

    What is shown has no quotation marks of its own: they are escaped.
    """
    return _OWN_ADDRESS.sub(lambda found: found[1] + root, html) if root else html


def page_response(
    template: str, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """Render a page; browsers ask again each time, so the back button never shows an old answer as a new one."""
    text = below(frame().root, _ENVIRONMENT.get_template(template).render(context))
    return HTMLResponse(text, status, {"Cache-Control": "private, no-cache", **(headers or {})})
