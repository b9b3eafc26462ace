"""What an address means, and that the address of what is shown means the same again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from systems.epidemic.shown import Show
from web.asking.epidemic import Reported
from web.pages.epidemic.view import Chosen, View, read_chosen, usual

FIRST, LAST = date(2020, 1, 1), date(2022, 3, 1)
REPORTED = (
    Reported("jhu", "deaths", FIRST, LAST, 900),
    Reported("jhu", "cases", FIRST, LAST, 800),
    Reported("owid", "tests", FIRST, LAST, 10),
)


@pytest.mark.parametrize(
    ("asked", "source", "metric"),
    [
        ({}, "jhu", "cases"),
        ({"metric": "deaths"}, "jhu", "deaths"),
        ({"source": "owid"}, "owid", "tests"),
        ({"source": "jhu"}, "jhu", "cases"),
    ],
)
def test_what_is_not_said_is_the_usual(asked: dict[str, str], source: str, metric: str) -> None:
    found = usual(read_chosen(asked), REPORTED)
    assert found is not None
    assert (found.source, found.metric) == (source, metric)


@pytest.mark.parametrize("asked", [{"source": "nobody"}, {"source": "owid", "metric": "cases"}])
def test_what_nobody_tells_of_is_nothing(asked: dict[str, str]) -> None:
    assert usual(read_chosen(asked), REPORTED) is None
    assert usual(read_chosen(asked), ()) is None


@pytest.mark.parametrize(
    ("known", "moment"),
    [
        ("2021-01-31", datetime(2021, 2, 1, tzinfo=UTC)),
        ("2021-01-31T10:00:00Z", datetime(2021, 1, 31, 10, tzinfo=UTC)),
        ("2021-01-31T10:00:00+02:00", datetime(2021, 1, 31, 8, tzinfo=UTC)),
    ],
)
def test_a_day_is_known_at_its_end(known: str, moment: datetime) -> None:
    assert read_chosen({"known": known}).known == moment


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "31.1.2021"),
        ("date", "2021-02-30"),
        ("date", "1492-10-12"),
        ("from", "9999-01-01"),
        ("known", "now"),
        ("known", "2021-01-31T10:00:00"),
        ("known", "0000-00-00"),
        ("show", "nothing"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, text: str) -> None:
    chosen = read_chosen({name: text})
    assert [wrong for wrong, _ in chosen.problems] == [name]


def test_addresses_mean_what_is_shown() -> None:
    chosen = Chosen(
        "jhu", "cases", "Delta & <more>", Show.GROWTH, LAST, FIRST, datetime(2021, 1, 31, 10, tzinfo=UTC), ()
    )
    view = View("/epidemic", chosen, REPORTED, "jhu", "cases", LAST)
    assert read_chosen(dict(parse_qsl(urlsplit(view.url()).query))) == chosen
    assert read_chosen(dict(parse_qsl(urlsplit(view.url("/other", known=None)).query))).known is None
    assert View("/epidemic", Chosen(), REPORTED, "jhu", "cases", LAST).url() == "/epidemic"
