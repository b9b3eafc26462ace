"""Pages of systems that the stack was not started with say how they come to be there."""

from __future__ import annotations

import httpx
import pytest

from scripts.stack.systems import KNOWN
from web.access.scopes import SYSTEM_OF


@pytest.mark.parametrize(
    ("path", "system"),
    [
        ("/epidemic", "epidemic"),
        ("/epidemic/regions/DE", "epidemic"),
        ("/epidemic/compare?region=DE", "epidemic"),
        ("/v1/epidemic/weeks", "epidemic"),
        ("/clinical", "clinical"),
        ("/clinical/lab-results", "clinical"),
        ("/forms/student_answers", "students"),
        ("/forms/student_answers/results", "students"),
        ("/epidemics", None),
        ("/v1/streams/case_reports", None),
    ],
)
def test_what_starts_a_system_is_said(client: httpx.Client, path: str, system: str | None) -> None:
    as_html = client.get(path, headers={"accept": "text/html"})
    assert as_html.status_code == 404
    assert (f"./windowpane up --with {system}" in as_html.text) == (system is not None)
    as_json = client.get(path)
    assert (as_json.status_code, as_json.headers["content-type"]) == (404, "application/problem+json")
    assert (f"./windowpane up --with {system}" in as_json.json()["detail"]) == (system is not None)


def test_systems_are_called_as_up_calls_them() -> None:
    assert {*SYSTEM_OF.values()} == {*KNOWN}
