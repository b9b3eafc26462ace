"""The form of a grant: what was typed, as a grant or as what is wrong with it."""

from __future__ import annotations

import pytest

from access.errors import InvalidAccessError
from access.grants import Action, Grant, Subject, SubjectKind
from tests.definitions import HEALTH
from web.page.posted import Posted
from web.pages.admin.grant_form import FIELDS, read_grant, read_names, read_rows

DEFINITIONS = {"health": HEALTH}
TYPED = {"subject": ["user:ann"], "stream": ["health"], "can": ["ask"], "where": [""], "hide": [""]}


def grant(**typed: list[str]) -> Grant:
    return read_grant(Posted({**TYPED, **typed}), DEFINITIONS)


def test_grant_is_read() -> None:
    read = grant(
        subject=[" Group:shops "],
        can=["ask", "send"],
        where=["service=cart\n\n service = checkout "],
        hide=["disk, RAM.Free"],
    )
    assert read == Grant(
        Subject(SubjectKind.GROUP, "shops"),
        "health",
        frozenset([Action.ASK, Action.SEND]),
        (("service", ("cart", "checkout")),),
        frozenset(["disk", "RAM.Free"]),
    )


def test_every_stream_takes_any_names() -> None:
    assert grant(stream=["*"], where=["site=a"], hide=["visitor"]).where == (("site", ("a",)),)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"subject": [""]}, "subject"),
        ({"subject": ["ann"]}, "subject"),
        ({"subject": ["user:Ann Lee"]}, "subject"),
        ({"stream": ["nope"]}, "stream"),
        ({"stream": ["<b>"]}, "stream"),
        ({"can": []}, "can"),
        ({"can": ["fly"]}, "can"),
        ({"where": ["service"]}, "where"),
        ({"where": ["=cart"]}, "where"),
        ({"where": ["site=a"]}, "where"),
        ({"hide": ["nope"]}, "hide"),
        ({"hide": ["x" * 300]}, "hide"),
    ],
)
def test_wrong_field_is_named(typed: dict[str, list[str]], field: str) -> None:
    with pytest.raises(InvalidAccessError) as error:
        grant(**typed)
    assert error.value.field == field
    assert field in FIELDS


def test_rows_and_names_are_read() -> None:
    assert read_rows("a=1\na=x=y\nb=") == {"a": ["1", "x=y"], "b": [""]}
    assert read_names(" a,b\n\nc ,") == ["a", "b", "c"]
