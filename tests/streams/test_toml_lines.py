"""Errors name keys; whoever edits a text is shown their lines."""

from __future__ import annotations

import pytest

from streams.toml_lines import line_in, line_of

TEXT = '''title = "A"
[fields]
id = { type = "string" }
"RAM.Total" = { type = "number" }
[clean]
id = [
    { rule = "trim" },
]
[form]
intro = """
title = "not a key"
[[form.pages]]
"""
[[form.pages]]
title = "One"
[[form.pages.questions]]
field = "id"
translations.de = { label = "x" }
[[form.pages]]
title = "Two"
[[form.pages.questions]]  # the first
field = "a"
[[form.pages.questions]]
field = "b"
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("title", 1), ("fields.id", 3), ("fields.id.type", 3), ("fields.RAM.Total", 4), ("clean.id.0.rule", 6),
        ("form", 9), ("form.intro", 10), ("form.pages.0.title", 15), ("form.pages.0.questions.0.field", 17),
        ("form.pages.0.questions.0.translations.de.label", 18), ("form.pages.1.title", 20),
        ("form.pages.1.questions.0.field", 22), ("form.pages.1.questions.1.field", 24),
        ("form.pages.1.questions.1.label", 23), ("form.pages.7.title", 9), ("nothing", None), ("", None),
    ],
)  # fmt: skip
def test_keys_have_lines(key: str, line: int | None) -> None:
    assert line_of(TEXT, key) == line


def test_words_of_a_parser_have_lines() -> None:
    assert line_in("Expected '=' after a key (at line 3, column 5)") == 3
    assert line_in("deep") is None
