"""What a site may send of an event, by our names and by Plausible's, and what is refused of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from systems.merchants.event_format import Event, EventError, event_of, read_event

URL = "https://shop.example.org/cart?utm_source=news&token=secret"
SCRIPT = {
    "id": "m3k1x9abcdef",
    "name": "pageview",
    "url": URL,
    "domain": "shop.example.org",
    "referrer": "https://www.google.com/",
    "title": "Cart",
    "width": 1280,
    "engaging": True,
    "age": 40,
}


def event(**changed: Any) -> Event:
    return event_of({**SCRIPT, **changed})


def test_script_is_understood() -> None:
    read = read_event(json.dumps(SCRIPT).encode())
    assert (read.name, read.address.host, read.address.path) == ("pageview", "shop.example.org", "/cart")
    assert read.address.parameters == {"utm_source": "news"}
    assert (read.id, read.age_ms, read.width, read.title, read.engaging) == ("m3k1x9abcdef", 40, 1280, "Cart", True)
    assert (read.sites, read.revenue, read.props) == (("shop.example.org",), None, "")


@pytest.mark.parametrize(
    "sent",
    [
        {"n": "Buy", "u": URL, "d": "a.example,b.example", "r": None, "p": {"plan": "pro"},
         "$": {"amount": "9.90", "currency": "EUR"}},
        {"name": "Buy", "url": URL, "domain": "a.example,B.example", "props": '{"plan":"pro"}',
         "revenue": {"currency": "eur", "amount": 9.9}},
        {"n": "Buy", "u": URL, "d": " a.example , b.example ", "m": {"plan": "pro"},
         "$": '{"amount": 9.9, "currency": "EUR"}', "h": 0, "i": True},
    ],
    ids=["short", "long", "older"],
)  # fmt: skip
def test_plausibles_formats_are_understood(sent: dict[str, Any]) -> None:
    read = event_of(sent)
    assert (read.name, read.sites, read.props) == ("Buy", ("a.example", "b.example"), '{"plan":"pro"}')
    assert (read.revenue, read.currency) == (9.9, "EUR")


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"name": None}, "name", "missing"),
        ({"name": " "}, "name", "missing"),
        ({"name": 7}, "name", "not a text"),
        ({"name": "x" * 121}, "name", "longer than 120"),
        ({"url": None}, "url", "missing"),
        ({"url": ["https://example.org/"]}, "url", "not a text"),
        ({"url": "javascript:alert(1)"}, "url", "not an address"),
        ({"url": "javascript://example.org/%0aalert(1)"}, "url", "not http or https"),
        ({"url": "data:text/html,x"}, "url", "not an address"),
        ({"url": "file:///etc/passwd"}, "url", "not an address"),
        ({"url": "//example.org/x"}, "url", "not an address"),
        ({"url": "https://example.org/\0"}, "url", "control characters"),
        ({"url": "https://example.org/a\nb"}, "url", "control characters"),
        ({"url": "https://exam ple.org/"}, "url", "no valid host"),
        ({"url": "https://" + "a" * 300 + ".org/"}, "url", "no valid host"),
        ({"id": ""}, "id", "is not 1 to 64"),
        ({"id": "x" * 65}, "id", "is not 1 to 64"),
        ({"id": "a b"}, "id", "is not 1 to 64"),
        ({"id": 7}, "id", "is not 1 to 64"),
        ({"age": "1"}, "age", "not a number"),
        ({"age": True}, "age", "not a number"),
        ({"age": 600_001}, "age", "more than 10 minutes"),
        ({"age": 1e300}, "age", "more than 10 minutes"),
        ({"engaging": "perhaps"}, "engaging", "not true or false"),
        ({"width": -1}, "width", "not a number of pixels"),
        ({"width": "1280"}, "width", "not a number of pixels"),
        ({"revenue": "a lot"}, "revenue", "not a number"),
        ({"revenue": 9_000_001}, "revenue", "not between"),
        ({"revenue": {"currency": "EUR"}}, "revenue", "no amount"),
        ({"revenue": {"amount": 1, "currency": "XXX"}}, "currency", "ISO 4217"),
        ({"revenue": {"amount": 1, "currency": 978}}, "currency", "ISO 4217"),
        ({"revenue": [1]}, "revenue", "not a number"),
        ({"props": [1]}, "props", "not a JSON object"),
        ({"props": "{"}, "props", "not valid JSON"),
        ({"props": {"a": {"b": 1}}}, "props", "no text, number or boolean"),
        ({"props": {"": "x"}}, "props", "name"),
        ({"props": {"x" * 101: "x"}}, "props", "name"),
        ({"props": {str(i): 1 for i in range(10_000)}}, "props", "more than 30"),
        ({"props": {f"{i:>100}": "é" * 500 for i in range(30)}}, "props", "more than 8,192 bytes"),
        ({"domain": ",".join(f"{i}.example" for i in range(6))}, "domain", "more than 5"),
        ({"domain": 7}, "domain", "not a text"),
        ({"referrer": {}}, "referrer", "not a text"),
    ],
)
def test_wrong_is_refused_by_name(changed: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(EventError, match=reason) as caught:
        event(**changed)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[]", b"1", b"null", b'{"name":"\\ud800"}', b'{"age":NaN}', b"[" * 5000]
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(EventError) as caught:
        read_event(body)
    assert caught.value.field is None


def test_what_is_long_or_odd_is_cut() -> None:
    read = event(
        title="x" * 400, referrer="https://a.example/" + "y" * 5000, props={"a": "z" * 900, "b": None, "c": True}
    )
    assert (len(read.title), len(read.referrer)) == (300, 4000)
    assert json.loads(read.props) == {"a": "z" * 500, "c": True}
    assert event(title=" a\0b\n ").title == "a b"
    assert event(name="Sign\tup").name == "Sign up"


def test_clock_that_was_set_back_makes_no_future() -> None:
    assert event(age=-5000).age_ms == 0


def test_end_of_a_look_is_no_act() -> None:
    assert not event_of({"n": "engagement", "u": URL, "d": "a.example", "e": 5000, "sd": 40}).engaging
    assert event_of({"n": "engagement", "u": URL, "i": True}).engaging
    assert not event_of({"n": "Outbound", "u": URL, "interactive": False}).engaging
