from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sources.formats import Format


@pytest.mark.parametrize(
    ("given", "kept"),
    [("latin-1", "iso8859-1"), ("UTF8", "utf-8"), ("UTF-16LE", "utf-16-le"), ("windows-1252", "cp1252")],
)
def test_encodings_have_many_names(given: str, kept: str) -> None:
    assert Format(type="csv", encoding=given).encoding == kept


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"type": "csv", "encoding": "rot13"}, "one of utf-8"),
        ({"type": "csv", "encoding": "unicode_escape"}, "one of utf-8"),
        ({"type": "csv", "encoding": "utf-7"}, "one of utf-8"),
        ({"type": "csv", "encoding": "a\0b"}, "one of utf-8"),
        ({"type": "csv", "delimiter": "\n"}, "pattern"),
        ({"type": "csv", "delimiter": ",,"}, "pattern"),
        ({"type": "csv", "delimiter": ";", "quote": ";"}, "the same sign"),
        ({"type": "csv", "sheet": "Data"}, "sheet says nothing of csv; keys of it: decimal, delimiter"),
        ({"type": "ndjson", "encoding": "utf-16"}, "encoding says nothing of ndjson"),
        ({"type": "xml"}, "records is needed"),
        ({"type": "csv", "skip_rows": -1}, "greater than or equal to 0"),
        ({"type": "xls"}, "'csv', 'ndjson'"),
    ],
)
def test_wrong_formats_are_told(form: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Format(**form)
