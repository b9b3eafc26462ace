from __future__ import annotations

import json
from pathlib import Path

import pytest

from sources.limits import Limits
from sources.reading import Refused, Unreadable
from tests.sources.reading.files import read_all, rows_of

CASES = """<?xml version="1.0"?>
<report xmlns="urn:x" xmlns:y="urn:y"><meta><made>2020</made></meta>
  <case id="1" y:kind="probable"><region code="DE">Germany</region><n>12</n><n>13</n><empty/><!-- no --></case>
  <case>just text<b>1</b> and more</case><case/>
  <case><case><deep>1</deep></case></case>
</report>"""


def test_each_element_is_a_record(tmp_path: Path) -> None:
    columns, outcomes = read_all(tmp_path, CASES, type="xml", records="case")
    assert columns == ("doc",)
    assert [(line, json.loads(values[0] or "")) for line, values in rows_of(outcomes)] == [
        (1, {"@id": "1", "@kind": "probable", "region": {"@code": "DE", "#text": "Germany"}, "n": ["12", "13"],
             "empty": None}),
        (2, {"b": "1", "#text": "just text and more"}),
        (3, {"#text": None}),
        (4, {"case": {"deep": "1"}}),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_xml_states_its_own_encoding(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><case>Île</case></r>'
    assert rows_of(read_all(tmp_path, text.encode(encoding), type="xml", records="case")[1]) == [
        (1, ('{"#text":"Île"}',))
    ]


BOMB = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<r><case>&b;</case></r>"""
FETCHED = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><case>&x;</case></r>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "declares a DTD or entities, which are not read"),
        (FETCHED, "declares a DTD or entities, which are not read"),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r><case/></r>', "declares a DTD"),
        ("<r><case>1</case>", "is not XML: no element found"),
        ("<r><case>1</wrong></r>", "is not XML: mismatched tag"),
        ("<r><case>&unknown;</case></r>", "is not XML: undefined entity"),
        ("<r><case>\0</case></r>", "is not XML"),
        ("", "is not XML"),
        ("<r><row/></r>", "has no element case; set records to the name"),
        ('<?xml version="1.0" encoding="rot13"?><r><case/></r>', "is not XML: unknown|states an encoding"),
        ("<r><case>" + "x" * 200_000 + "</case></r>", "has an element of more than 1,000 bytes"),
        ("<r><case" + ' a="1"' * 100_000 + "/></r>", "has an element of more than 1,000 bytes|is not XML"),
        ("<r>" + "<a>" * 100_000, "has an element of more than 1,000 bytes"),
        ("%PDF-1.4", "is a PDF"),
    ],
)
def test_what_is_no_such_document_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, text, Limits(line_bytes=1000), type="xml", records="case")


def test_deep_records_are_told(tmp_path: Path) -> None:
    text = "<r><case>1</case><case>" + "<a>" * 50_000 + "</a>" * 50_000 + "</case><case>2</case></r>"
    _, outcomes = read_all(tmp_path, text, type="xml", records="case")
    assert outcomes[1] == Unreadable(2, "nested too deeply", "<case>")
    assert [outcome.line for outcome in outcomes] == [1, 2, 3]


def test_memory_stays_flat(tmp_path: Path) -> None:
    """What is complete is let go of: as much text again as one element may have, in many."""
    text = "<r>" + "<other>x</other>" * 5000 + "<case>1</case>" * 5000 + "</r>"
    assert len(read_all(tmp_path, text, Limits(line_bytes=1000), type="xml", records="case")[1]) == 5000
