"""The editor: the form that a text makes, what is wrong on which line, and a file that is taken."""

from __future__ import annotations

import html
import tomllib
from dataclasses import dataclass

import httpx
import pytest

from streams.definition_files import parse_definition
from streams.form_draft import draft_text, first_draft
from tests.definitions import ON_DEMAND
from tests.web.pages.forms.sent.conftest import Forms

DRAFT = draft_text(first_draft("visitors", "Visitors"))


@dataclass(frozen=True)
class Editor:
    """The page, for users."""

    client: httpx.Client
    headers: dict[str, dict[str, str]]

    def open(self, stream: str = "", user: str = "ann") -> httpx.Response:
        return self.client.get("/form-editor", params={"stream": stream}, headers=self.headers[user])

    def look(self, toml: str, name: str = "visitors", **more: str) -> httpx.Response:
        data = {"name": name, "toml": toml, "go": "look", **more}
        return self.client.post("/form-editor", data=data, headers=self.headers["ann"])


@pytest.fixture(scope="module")
def editor(forms: Forms) -> Editor:
    return Editor(forms.client, forms.headers)


def test_a_draft_is_shown_as_the_form_that_it_makes(editor: Editor) -> None:
    page = editor.open()
    assert page.status_code == 200
    assert html.escape('field = "group"', quote=True).replace("&quot;", "&#34;") in page.text
    assert "Which group are you in?" in page.text
    assert 'value="second"' in page.text
    assert "Asked if <code>age &gt;= 10</code>" in page.text


def test_what_is_typed_is_shown(editor: Editor) -> None:
    page = editor.look(DRAFT.replace("How old are you?", "<b>Age</b>"))
    assert page.status_code == 200
    assert "<bdi>&lt;b&gt;Age&lt;/b&gt;</bdi>" in page.text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('key = "id"', "key = ", "no TOML"),
        ('key = "id"', 'keys = "id"', "did you mean key"),
        ('field = "age"', 'field = "aeg"', "names no field"),
        ('when = "age >= 10"', 'when = "age >="', "is no condition"),
        ('type = "integer"', 'type = "whole"', "fields.age.type"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(editor: Editor, old: str, new: str, says: str) -> None:
    assert old in DRAFT
    page = editor.look(DRAFT.replace(old, new))
    assert page.status_code == 422
    text = html.unescape(page.text)
    assert says in text
    assert f'data-line="{DRAFT[: DRAFT.index(old)].count(chr(10)) + 1}"' in text, text.partition('id="problems"')[2]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("", "event_time"),
        ("a = " + "[" * 3000, "TOML"),
        (DRAFT.partition("[form]")[0], "There is no [form]"),
        ("x = 1\n" * 2, "no TOML"),
    ],
)
def test_what_is_no_form_says_so(editor: Editor, toml: str, says: str) -> None:
    page = editor.look(toml)
    assert page.status_code == 422
    assert says in html.unescape(page.text)


def test_a_name_that_no_stream_has_is_refused(editor: Editor) -> None:
    assert editor.look(DRAFT, name="../etc").status_code == 422
    assert editor.look(DRAFT, name="../etc", go="download").headers["content-type"].startswith("text/html")


def test_a_file_to_keep_is_what_was_typed(editor: Editor) -> None:
    taken = editor.look(DRAFT.replace("\n", "\r\n"), go="download")
    assert taken.headers["content-disposition"] == 'attachment; filename="visitors.toml"'
    assert taken.text == DRAFT
    parse_definition({"name": "visitors", **tomllib.loads(taken.text)}, "visitors.toml")


def test_a_form_in_two_languages_is_shown_in_both(editor: Editor) -> None:
    text = editor.open("student_answers", "olga").text
    assert ">Deutsch</button>" in text
    written = html.unescape(text.partition('id="toml"')[2].partition(">\n")[2].partition("</textarea>")[0])
    german = editor.look(written, "student_answers", to="de")
    assert "Auf welche Schule gehst du?" in german.text.partition('id="preview"')[2]


def test_files_are_for_those_who_administer(editor: Editor) -> None:
    assert editor.open("student_answers").status_code == 403
    assert editor.open("health").status_code == 404
    assert "student_answers" in ON_DEMAND
