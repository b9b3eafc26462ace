"""An XLSForm as the draft of a stream with a form; what it says beyond that is named, a line each. Pure."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sources.xlsforms.expressions import NotUnderstoodError, condition_of, constraint_of
from sources.xlsforms.tongues import Said, Tongues, joined
from sources.xlsforms.workbook import SheetRow, Workbook, XlsFormError
from streams.form_draft import OWN, Draft, DraftPage, DraftQuestion
from streams.records import TAKEN

_TYPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string", "max_length": 2000},
    "barcode": {"type": "string", "max_length": 200},
    "date": {"type": "string", "min_length": 10, "max_length": 10},
    "time": {"type": "string", "min_length": 5, "max_length": 5},
    "integer": {"type": "integer"},
    "int": {"type": "integer"},
    "range": {"type": "number"},
    "decimal": {"type": "number"},
    "datetime": {"type": "time"},
    "acknowledge": {"type": "boolean"},
    "trigger": {"type": "boolean"},
}
_HELP = {"date": "Like 2026-03-01", "time": "Like 17:30"}
_READ = {"type", "name", "label", "hint", "required", "relevant", "constraint", "parameters", "constraint_message"}
_SILENT = {"appearance", "note", "required_message", "disabled", "body", "bind"}
"""Columns that change nothing of what is asked, or how it is judged."""

_TRUE = ("yes", "true", "true()", "1")
_TAKEN = {*TAKEN, *OWN, "true", "false"}
_GROUP = re.compile(r"(begin|end)[ _](group|repeat)")
_SELECT = re.compile(r"select(_one|_multiple| one| multiple)\s+(\S+)(\s+or_other)?")


@dataclass
class _Page:
    """A page that is being filled. `fields`: what is asked on it, which its own conditions cannot look at."""

    title: Said
    when: str | None = None
    intro: list[Said] = field(default_factory=list)
    questions: list[DraftQuestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a question says."""

    label: Said
    help: Said
    choices: Mapping[str, Said]

    def asked(self, name: str, rule: Mapping[str, Any], when: str | None) -> DraftQuestion:
        """The question, in all languages."""
        others = {tag: self._texts(tag) for tag in self.label if tag}
        return DraftQuestion(name, rule=rule, when=when, translations=others, **self._texts(""))

    def _texts(self, tag: str) -> dict[str, Any]:
        choices = {value: words[tag] for value, words in self.choices.items()}
        texts = {"label": self.label[tag][:1000], "help": self.help[tag][:2000], "choices": choices}
        return {name: text for name, text in texts.items() if text}


@dataclass(frozen=True, slots=True)
class Imported:
    """`unread`: what of the XLSForm has no place in the draft, in its order."""

    draft: Draft
    unread: tuple[str, ...]


def imported(book: Workbook, name: str) -> Imported:
    """The draft of a stream of that name. Raises XlsFormError where no question is left."""
    survey = _Survey(book)
    for row in book.survey:
        survey.take(row)
    pages = [*map(_drafted, survey.filled())]
    if not pages:
        raise XlsFormError("it has no question that a form here can ask: " + "; ".join(survey.unread[:5]))
    title = book.settings.get("form_title") or name
    draft = Draft(name, title, pages, languages=survey.tongues.names)
    return Imported(draft, (*survey.unread, *survey.tongues.unread()))


def _drafted(page: _Page) -> DraftPage:
    intro = joined(page.intro, "\n", 5_000)
    others = {
        tag: {"title": title[:300], **({"intro": intro[tag]} if intro.get(tag) else {})}
        for tag, title in page.title.items()
        if tag
    }
    return DraftPage(page.title[""][:300], page.questions, intro[""], page.when, others)


class _Survey:
    """Takes the rows of the sheet survey one by one."""

    def __init__(self, book: Workbook) -> None:
        self.unread: list[str] = []
        self.tongues = Tongues(book.languages)
        self._choices: dict[str, dict[str, Said]] = {}
        for row in book.choices:
            listed = row.text("list_name") or row.text("list name")
            if listed and row.text("name"):
                said = self.tongues.said(row, "label", row.text("name"))
                self._choices.setdefault(listed, {})[row.text("name")] = said
        self._title = self.tongues.same(book.settings.get("form_title", "") or "Questions")
        self._pages: list[_Page] = []
        self._groups: list[tuple[Said, str | None]] = []
        self._skipping = 0
        self._kinds: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._chosen: dict[tuple[str, str], str] = {}

    def filled(self) -> Iterator[_Page]:
        """The pages that ask something. What a note says on its own is said where something is asked next."""
        waiting: list[Said] = []
        for page in self._pages:
            page.intro = [*waiting, *page.intro]
            waiting = [] if page.questions else page.intro
            if page.questions:
                yield page
        if waiting:
            self.unread.append("notes after the last question are left out")

    def take(self, row: SheetRow) -> None:
        """One row; what has no place is named."""
        kind = " ".join(row.text("type").split())
        if not kind:
            return
        if group := _GROUP.fullmatch(kind.lower()):
            self._group(row, *group.groups())
        elif self._skipping:
            return
        elif kind.lower() == "note":
            self._page_for(None).intro.append(self.tongues.said(row, "label"))
        elif not row.text("name"):
            self._tell(row, f"{kind} has no name")
        else:
            self._question(row, kind)

    def _group(self, row: SheetRow, what: str, kind: str) -> None:
        if kind == "repeat" or self._skipping:
            if what == "begin" and not self._skipping:
                self._tell(row, f"{row.text('name')} repeats its questions, which no form here does; they are left out")
            self._skipping += 1 if what == "begin" else -1
            return
        if what == "begin":
            self._groups.append((self.tongues.said(row, "label", row.text("name")), self._relevant(row)))
        elif self._groups:
            self._groups.pop()
        self._pages.append(self._new_page())

    def _new_page(self) -> _Page:
        title = next((title for title, _ in reversed(self._groups) if title[""]), self._title)
        conditions = [when for _, when in self._groups if when]
        joined = " and ".join(f"({when})" if len(conditions) > 1 else when for when in conditions)
        return _Page(title, joined or None)

    def _page_for(self, when: str | None) -> _Page:
        """The page that the next question is on: another one, where its condition looks at an answer of this one."""
        if not self._pages:
            self._pages.append(self._new_page())
        here = {question.field for question in self._pages[-1].questions}
        if when is not None and here & {*re.findall(r"[A-Za-z_]\w*", re.sub(r'"(?:[^"\\]|\\.)*"', "", when))}:
            self._pages.append(self._new_page())
        return self._pages[-1]

    def _question(self, row: SheetRow, kind: str) -> None:
        read = self._rule(row, kind)
        if read is None:
            return
        rule, choices = read
        when = self._relevant(row)
        page = self._page_for(when)
        required = row.text("required").lower() in _TRUE
        if when or page.when:
            if required:
                self._tell(row, f"{row.text('name')} is not always asked, so it can be left empty where it is")
            required = False
        rule |= {} if required else {"required": False}
        rule |= self._constraint(row, str(rule["type"]))
        label = self.tongues.said(row, "label", row.text("name"))
        said = _Said(label, self.tongues.said(row, "hint", _HELP.get(kind.lower(), "")), choices)
        if kind.startswith(("select_multiple", "select multiple")):
            page.questions += self._several(row, said, when)
        else:
            name = self._field(row, row.text("name"))
            self._kinds[name], self._named[row.text("name")] = str(rule["type"]), name
            page.questions.append(said.asked(name, rule, when))
        for column in row.texts.keys() - _READ - _SILENT:
            if "::" not in column:
                self._tell(row, f"{row.text('name')}: {column} is not understood, and left out")

    def _several(self, row: SheetRow, said: _Said, when: str | None) -> Iterator[DraftQuestion]:
        """Of a choice among several: a question, yes or no, for each."""
        if row.text("required").lower() in _TRUE:
            self._tell(row, f"{row.text('name')}: that one of several is chosen cannot be required")
        for value, words in said.choices.items():
            name = self._field(row, f"{row.text('name')}_{value}")
            self._kinds[name] = "boolean"
            self._chosen[row.text("name"), value] = name
            rule = {"type": "boolean", "required": False}
            yield _Said(joined([said.label, words], " ", 1_000), said.help, {}).asked(name, rule, when)

    def _rule(self, row: SheetRow, kind: str) -> tuple[dict[str, Any], Mapping[str, Said]] | None:
        if found := _SELECT.fullmatch(kind):
            several, listed, other = found.groups()
            choices = self._choices.get(listed)
            if not choices:
                self._tell(row, f"{row.text('name')}: there is no list of choices {listed}; it is left out")
                return None
            if other:
                self._tell(row, f"{row.text('name')}: or_other is not understood; only the list's choices are offered")
            values = {"values": [*choices]} if several.endswith("one") else {}
            return {"type": "string", **values}, choices
        if kind.lower() not in _TYPES:
            self._tell(row, f"{row.text('name')}: {kind} is not understood, and left out")
            return None
        rule = dict(_TYPES[kind.lower()])
        if kind.lower() == "range":
            ends = dict(re.findall(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)", row.text("parameters")))
            rule |= {"min": float(ends.get("start", 0)), "max": float(ends.get("end", 10))}
            if float(ends.get("step", 1)).is_integer() and rule["min"].is_integer():
                rule |= {"type": "integer", "min": int(rule["min"]), "max": int(rule["max"])}
        return rule, {}

    def _relevant(self, row: SheetRow) -> str | None:
        if not row.text("relevant"):
            return None
        try:
            return condition_of(row.text("relevant"), self._kinds, self._named, self._chosen)
        except NotUnderstoodError as error:
            self._tell(row, f"{row.text('name')}: relevant: {error}; it is asked of all")
            return None

    def _constraint(self, row: SheetRow, kind: str) -> dict[str, Any]:
        if not row.text("constraint"):
            return {}
        try:
            return constraint_of(row.text("constraint"), kind)
        except NotUnderstoodError as error:
            self._tell(row, f"{row.text('name')}: constraint: {error}; it is left out")
            return {}

    def _field(self, row: SheetRow, wanted: str) -> str:
        """A name that fields, conditions and records may have."""
        name = re.sub(r"\W", "_", wanted, flags=re.ASCII)
        if not name[0].isalpha() or keyword.iskeyword(name) or name.lower() in _TAKEN:
            name = f"q_{name}"
        taken = {each.lower() for each in self._kinds}
        name = next(each for each in (name, *(f"{name}_{n}" for n in range(2, 10_000))) if each.lower() not in taken)
        if name != wanted:
            self._tell(row, f"{wanted} is called {name}")
        return name

    def _tell(self, row: SheetRow, what: str) -> None:
        self.unread.append(f"survey {row.line}: {what}")
