"""XLSForms as definitions: what is understood holds by every rule of a definition, and all else is named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sources.xlsforms.expressions import NotUnderstoodError, condition_of, constraint_of
from sources.xlsforms.survey import imported
from sources.xlsforms.workbook import XlsFormError, read_workbook
from streams.conditions import condition
from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.definition_sense import nonsense
from streams.form_draft import draft_text

HEAD = ["type", "name", "label::English", "label::Português (pt)", "hint", "required", "relevant", "constraint"]
SURVEY: list[list[Any]] = [
    ["start", "start", None, None, None, None, None, None],
    ["note", "hello", "Olá", "Olá", None, None, None, None],
    ["select_one yn", "smokes", "Do you smoke?", "Fuma?", "Honestly", "yes", None, None],
    ["integer", "daily", "How many a day?", "Quantos?", None, "yes", "${smokes} = 'yes'", ". > 0 and . <= 100"],
    ["begin group", "more", "More", "Mais", None, None, None, None],
    ["select_multiple food", "eats", "What do you eat?", "O que come?", None, None, None, None],
    ["text", "which meat", "Which?", "Qual?", None, None, "selected(${eats}, 'meat') and not(${daily} >= 20)", None],
    ["geopoint", "where", "Where?", "Onde?", None, None, None, None],
    ["end group", None, None, None, None, None, None, None],
    ["begin_repeat", "children", "Children", "Filhos", None, None, None, None],
    ["text", "child", "Name", "Nome", None, None, None, None],
    ["end_repeat", None, None, None, None, None, None, None],
    ["decimal", "class", "Weight", "Peso", None, None, "${daily} > ${smokes}", "regex(., 'x')"],
    ["dateTime", "offset", "When?", "Quando?", None, "true()", None, None],
    ["range", "mood", "Mood", "Humor", None, None, None, None],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::English", "label::Português (pt)"],
    ["yn", "yes", "Yes", "Sim"],
    ["yn", "no", "No", "Não"],
    ["food", "meat", "Meat", "Carne"],
    ["food", "fish", "Fish", "Peixe"],
]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def defined(path: Path) -> tuple[Definition, tuple[str, ...]]:
    made = imported(read_workbook(path), "health_survey")
    raw = {"name": "health_survey", **tomllib.loads(draft_text(made.draft))}
    definition = parse_definition(raw, "health_survey.toml")
    assert [*nonsense(definition, "health_survey.toml")] == []
    return definition, made.unread


def test_what_is_common_becomes_a_definition(tmp_path: Path) -> None:
    settings = [["form_title", "default_language"], ["Health", "English"]]
    file = workbook(tmp_path / "s.xlsx", survey=[HEAD, *SURVEY], choices=CHOICES, settings=settings)
    definition, _ = defined(file)
    assert definition.form is not None
    assert definition.title == "Health"
    assert [(page.title, [each.field for each in page.questions]) for page in definition.form.pages] == [
        ("Health", ["smokes"]),
        ("Health", ["daily"]),
        ("More", ["eats_meat", "eats_fish"]),
        ("More", ["which_meat"]),
        ("Health", ["q_class", "q_offset", "mood"]),
    ]
    smokes, daily = definition.form.questions[:2]
    assert (smokes.label, smokes.help, smokes.choices) == ("Do you smoke?", "Honestly", {"yes": "Yes", "no": "No"})
    assert definition.form.pages[0].intro == "Olá"
    assert definition.form.languages == {"en": "English", "pt": "Português"}
    assert smokes.translations["pt"].model_dump() == {
        "label": "Fuma?",
        "help": "Honestly",
        "choices": {"yes": "Sim", "no": "Não"},
    }
    portuguese = definition.form.said_in("pt")
    assert [page.title for page in portuguese.pages] == ["Health", "Health", "Mais", "Mais", "Health"]
    assert portuguese.questions[2].label == "O que come? Carne"
    assert daily.when == 'smokes == "yes"'
    assert definition.form.questions[4].when == "eats_meat and not (daily >= 20)"
    rules = definition.fields
    assert (rules["smokes"].required, rules["smokes"].values) == (True, ("yes", "no"))
    assert (rules["daily"].above, rules["daily"].max, rules["daily"].required) == (0, 100, False)
    assert (rules["q_offset"].type, rules["q_offset"].required) == ("time", True)
    assert {name: each.field for name, each in definition.dimensions.items()} == {"smokes": "smokes"}


def test_what_is_not_understood_is_named_in_a_line_each(tmp_path: Path) -> None:
    file = workbook(tmp_path / "s.xlsx", survey=[HEAD, *SURVEY], choices=CHOICES)
    _, unread = defined(file)
    assert [line.partition(": ")[0] for line in unread] == [
        "survey 2", "survey 5", "survey 8", "survey 9", "survey 11", "survey 14", "survey 14", "survey 14", "survey 15",
        "languages",
    ]  # fmt: skip
    assert all("\n" not in line for line in unread)
    assert "compared with another answer" in unread[5] or "compared with another answer" in "".join(unread)
    assert unread[-1] == "languages: not said in Português, so it is as in English: hint of smokes"


@pytest.mark.parametrize(
    ("columns", "settings", "languages", "first", "says"),
    [
        (["label", "label::Deutsch (de)"], "English", {"en": "English", "de": "Deutsch"}, "A", ""),
        (["label :: English", "label:: Deutsch (de)"], "Deutsch (de)", {"de": "Deutsch", "en": "English"}, "B", ""),
        (["label::English", "label::Klingon"], "", {}, "A", "left out: Klingon"),
        (["label::Klingon", "label::English"], "", {}, "A", "left out: English"),
        (["label::English (en)", "label::Englisch (en)"], "", {}, "A", "left out: Englisch (en)"),
    ],
)
def test_languages_are_told_by_their_columns(
    tmp_path: Path, columns: list[str], settings: str, languages: dict[str, str], first: str, says: str
) -> None:
    rows = [["type", "name", *columns], ["text", "why", "A", "B"]]
    told = [["default_language"], [settings]] if settings else [["form_id"], ["x"]]
    definition, unread = defined(workbook(tmp_path / "s.xlsx", survey=rows, settings=told))
    assert definition.form is not None
    assert definition.form.languages == languages
    assert [*definition.form.languages] == [*languages]
    assert definition.form.questions[0].label == first
    assert says in " ".join(unread)
    assert bool(unread) is bool(says)


def test_a_survey_without_choices_has_a_dimension_all_the_same(tmp_path: Path) -> None:
    rows = [["type", "name", "label"], ["text", "why", "Why?"]]
    definition, unread = defined(workbook(tmp_path / "s.xlsx", survey=rows))
    assert unread == ()
    assert definition.dimensions["form"].field == "form"


@pytest.mark.parametrize(
    ("sheets", "says"),
    [
        ({"other": [["a"]]}, "has no sheet 'survey'"),
        ({"survey": [["a", "b"], ["1", "2"]]}, "no columns type and name"),
        ({"survey": [["type", "name"], ["geopoint", "x"]]}, "no question that a form here can ask"),
    ],
)
def test_what_is_no_xlsform_says_so(tmp_path: Path, sheets: dict[str, list[list[Any]]], says: str) -> None:
    with pytest.raises(XlsFormError, match=says):
        defined(workbook(tmp_path / "s.xlsx", **sheets))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"type,name\ntext,x\n", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook_says_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.xlsx"
    file.write_bytes(content)
    with pytest.raises(XlsFormError, match="is no XLSForm"):
        read_workbook(file)
    with pytest.raises(XlsFormError, match="cannot be read"):
        read_workbook(tmp_path / "none.xlsx")


KINDS = {"a": "string", "n": "integer", "b": "boolean"}
NAMED = {name: name for name in KINDS}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("${a} = 'x'", 'a == "x"'),
        ("${a}='1' or ${n}>=-2 and ${b} = 'no'", 'a == "1" or n >= -2 and b == false'),
        ("(${a}='1' or ${n}>2) and not(selected(${a}, \"y\"))", '(a == "1" or n > 2) and not (a == "y")'),
        ("${n} = '3'", "n == 3"),
    ],
)
def test_relevants_become_conditions(text: str, becomes: str) -> None:
    made = condition_of(text, KINDS, NAMED, {})
    assert made == becomes
    assert condition(made)


@pytest.mark.parametrize(
    "text",
    ["", "${a}", "${a} = ", "${gone} = 1", "${a} = ${n}", "${a} != ''", "${n} = 'x'", "count(${a}) > 1", "${a} = 'x' )",
     "(" * 5000, "1 + 1 = 2", "${n} * 2 > 1", "selected(${a})", "${b} = 3", "${a} = 'unended"],
)  # fmt: skip
def test_other_relevants_are_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        condition_of(text, KINDS, NAMED, {})


def test_constraints_become_bounds() -> None:
    assert constraint_of(". >= 18 and .<99", "integer") == {"min": 18, "below": 99.0}
    assert constraint_of("string-length(.) <= 5", "string") == {"max_length": 5}
    with pytest.raises(NotUnderstoodError):
        constraint_of(". > 5", "string")
