"""A form as somebody opened it: in a language, with what that one may do, and its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.visible import Visible
from streams.form import Form
from web.access.doors import FORM_KEY
from web.access.scopes import visible_of
from web.edge.problems import ProblemError
from web.page.templating import page_response
from web.pages.forms.filling import Filling
from web.pages.forms.languages import Language, direction, language
from web.pages.forms.person import person_of
from web.pages.forms.phrases import Phrases

REVIEW, THANKS = "review", "thanks"
"""The places after the last page: all answers once more, and where they were sent."""

PREFIX = "a."
"""Before a field's name, in what its answer is sent as."""

Place: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Opened:
    """`form`: in `language`, which is one of those that it has. `title`: of the stream, in `titled_in`.

    `person`: who fills it in, empty if nobody is told from others. `key`: of the link that was opened; empty without.
    `submission`: the one that is changed; empty for a new one. `carried`: what else each step brings along, by name.
    """

    visible: Visible
    form: Form
    language: Language
    title: str
    titled_in: str
    person: str
    key: str
    submission: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> Phrases:
        """What the page says by itself."""
        return self.language.phrases

    def filling(self, id_: str, texts: Mapping[str, str]) -> Filling:
        """What was answered so far."""
        return Filling(self.visible.definition, self.form, id_, texts, self.words)

    @property
    def stream(self) -> str:
        """Its name."""
        return self.visible.definition.name

    def address(self, lang: str = "") -> str:
        """Where it is filled in, or changed, in a language."""
        path = f"/forms/{self.stream}" + (f"/answers/{self.submission}" if self.submission else "")
        return _with(path, key=self.key, lang=lang)

    def answers_address(self, submission: str, key: str) -> str:
        """Where what was sent is looked at, by its own key."""
        return _with(f"/forms/{self.stream}/answers/{submission}", key=key, lang=self.language.tag)

    def page(
        self,
        filling: Filling | None,
        place: Place,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        problems: Mapping[str, str] | None = None,
        away: str = "",
        closed: str = "",
        notice: str = "",
        change: str = "",
    ) -> Response:
        """One of its pages, or none: `closed` says why. `away`: why it was not sent; `notice`: what else there is.

        `change`: where what was sent can be looked at and changed.
        """
        page = self.form.pages[place] if isinstance(place, int) else None
        questions = filling.shown(page) if filling and page else []
        here = {question.field for question in questions}
        told = {"Content-Language": self.language.tag} if self.language.tag else {}
        return page_response(
            "pages/forms/form.html",
            status,
            {**(headers or {}), **told, "Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"},
            title=self.title,
            titled_in=self.titled_in,
            stream=self.stream,
            address=self.address,
            fields=self.visible.definition.fields,
            form=self.form,
            language=self.language,
            direction=direction,
            plain=filling is None or not filling.texts,
            words=self.words,
            filling=filling,
            place=place,
            page=page,
            questions=questions,
            elsewhere={name: text for name, text in filling.texts.items() if name not in here} if filling else {},
            labels={question.field: question.label for question in self.form.questions},
            problems=problems or {},
            away=away,
            closed=closed,
            notice=notice,
            change=change,
            submission=self.submission,
            carried=self.carried,
            prefix=PREFIX,
            may_see=Action.DETAIL in self.visible.scope.actions and self.visible.definition.records is not None,
        )


def _with(path: str, **pairs: str) -> str:
    query = urlencode({name: text for name, text in pairs.items() if text})
    return path + (f"?{query}" if query else "")


def opened(request: Request, asked: str = "", submission: str = "") -> Opened:
    """The form of an address, in the language that was asked for, there or in `lang`, or that the browser accepts.

    `submission`: the one that is changed.
    """
    visible = visible_of(request, request.path_params["stream"], Action.SEND)
    form = visible.definition.form
    if form is None:
        raise ProblemError("not-found", f"{visible.definition.title} has no form.")
    lang = language(form, asked or request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
    texts = form.translations.get(lang.tag)
    first = next(iter(form.languages), "")
    title, titled_in = (texts.title, lang.tag) if texts and texts.title else (visible.definition.title, first)
    person, key = "" if submission else person_of(request), request.query_params.get(FORM_KEY, "")
    return Opened(visible, form.said_in(lang.tag), lang, title, titled_in, person, key, submission)
