"""What a site sends of one event: our own format and Plausible's, read by one table and checked. Pure.

Everything that is wrong with an event is found here or by its address; the reasons are the same at every door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from systems.merchants.currencies import CURRENCIES
from systems.merchants.web_addresses import AddressError, WebAddress, web_address

PAGEVIEW, ENGAGEMENT = "pageview", "engagement"

LONGEST_REFERRER = 4_000
MOST_BYTES = 32 << 10
"""Of a body."""
LONGEST_NAME, LONGEST_TITLE, LONGEST_ID = 120, 300, 64
MOST_PROPS, LONGEST_PROP, LONGEST_VALUE, MOST_PROPS_BYTES = 30, 100, 500, 8_192
MOST_AGE_MS = 10 * 60_000
"""How long an event may have waited at its sender, such as while that was offline."""
MOST_REVENUE = 9_000_000
MOST_SITES = 5
"""Of one event in Plausible's format, which names them."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "n"),
    "url": ("url", "u"),
    "domain": ("domain", "d"),
    "referrer": ("referrer", "r"),
    "props": ("props", "p", "meta", "m"),
    "revenue": ("revenue", "$"),
    "engaging": ("engaging", "interactive", "i"),
    "hash": ("hash", "hashMode", "h"),
    "width": ("width", "screen_width", "w"),
    "title": ("title",),
    "language": ("language",),
    "currency": ("currency",),
    "id": ("id",),
    "age": ("age",),
}
"""What is known of an event → by which names it may come; ours counts where there are several. Others are not read."""

_FIELDS = {called: field for field, names in _NAMES.items() for called in names}

_ID = re.compile(r"[A-Za-z0-9._:~-]{1,64}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]+")
_AMOUNT = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_TRUE, _FALSE = (True, 1, "1", "true"), (False, 0, "0", "false")


class EventError(ValueError):
    """What is wrong with an event. `field`: by our own name of it; None: it is no event at all."""

    def __init__(self, field: str | None, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}" if field else reason)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it was sent, checked. `age_ms`: for how long it waited at its sender."""

    name: str
    address: WebAddress
    sites: tuple[str, ...] = ()
    id: str = ""
    age_ms: int = 0
    engaging: bool = True
    by_fragment: bool = False
    referrer: str = ""
    title: str = ""
    language: str = ""
    width: int = 0
    revenue: float | None = None
    currency: str = ""
    props: str = ""


def read_event(body: bytes) -> Event:
    """The event of a body. Raises EventError."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise EventError(None, "is not valid JSON in UTF-8") from None
    return event_of(sent)


def event_of(sent: Any) -> Event:
    """The event that a JSON value is. Raises EventError."""
    if type(sent) is not dict:
        raise EventError(None, "is not a JSON object")
    given: dict[str, Any] = {}
    for called, value in sent.items():
        field = _FIELDS.get(called)
        if field is not None and value is not None and (field not in given or field == called):
            given[field] = value
    name = _text(given, "name", LONGEST_NAME)
    if not name:
        raise EventError("name", "is missing")
    revenue, currency = _revenue(given)
    return Event(
        name=name,
        address=_address(given),
        sites=_sites(given),
        id=_id(given),
        age_ms=_age(given),
        engaging=_flag(given, "engaging", name != ENGAGEMENT),
        by_fragment=_flag(given, "hash", False),
        referrer=_text(given, "referrer", LONGEST_REFERRER, cut=True),
        title=_text(given, "title", LONGEST_TITLE, cut=True),
        language=_text(given, "language", 40, cut=True),
        width=_width(given),
        revenue=revenue,
        currency=currency,
        props=_props(given),
    )


def plain_text(text: str) -> str:
    """Without control characters, and without blanks around it."""
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()


def _text(given: Mapping[str, Any], field: str, longest: int, *, cut: bool = False) -> str:
    """Without control characters and blanks around it. `cut`: what is longer is cut, else it is refused."""
    value = given.get(field)
    if value is None:
        return ""
    if type(value) is not str:
        raise EventError(field, "is not a text")
    value = plain_text(value)
    if len(value) > longest:
        if not cut:
            raise EventError(field, f"is longer than {longest} characters")
        value = value[:longest].rstrip()
    return value


def _address(given: Mapping[str, Any]) -> WebAddress:
    value = given.get("url")
    if value is None:
        raise EventError("url", "is missing")
    if type(value) is not str:
        raise EventError("url", "is not a text")
    try:
        return web_address(value)
    except AddressError as error:
        raise EventError("url", str(error)) from None


def _sites(given: Mapping[str, Any]) -> tuple[str, ...]:
    named = _text(given, "domain", MOST_SITES * 300)
    sites = tuple(dict.fromkeys(part.strip().lower() for part in named.split(",") if part.strip()))
    if len(sites) > MOST_SITES:
        raise EventError("domain", f"names more than {MOST_SITES} sites")
    return sites


def _id(given: Mapping[str, Any]) -> str:
    value = given.get("id")
    if value is None:
        return ""
    if type(value) is not str or not _ID.fullmatch(value):
        raise EventError("id", f"is not 1 to {LONGEST_ID} letters, digits or . _ : ~ -")
    return value


def _age(given: Mapping[str, Any]) -> int:
    value = given.get("age", 0)
    if type(value) is not int and type(value) is not float:
        raise EventError("age", "is not a number of milliseconds")
    if value > MOST_AGE_MS:
        raise EventError("age", f"is more than {MOST_AGE_MS // 60_000} minutes; it came too late")
    return max(0, int(value))  # a clock that was set back meanwhile


def _flag(given: Mapping[str, Any], field: str, default: bool) -> bool:
    value = given.get(field, default)
    if type(value) not in (bool, int, str) or value not in _TRUE + _FALSE:
        raise EventError(field, "is not true or false")
    return value in _TRUE


def _width(given: Mapping[str, Any]) -> int:
    value = given.get("width", 0)
    if type(value) is float and 0 <= value <= 100_000:
        value = int(value)
    if type(value) is not int or not 0 <= value <= 100_000:
        raise EventError("width", "is not a number of pixels")
    return value


def _revenue(given: Mapping[str, Any]) -> tuple[float | None, str]:
    """`12.5`, or an object with `amount` and `currency`, either as a number or as a text."""
    value, currency = given.get("revenue"), given.get("currency")
    if type(value) is str and value.startswith("{"):
        value = _object(value, "revenue")
    if type(value) is dict:
        currency = value.get("currency", currency)
        value = value.get("amount")
        if value is None:
            raise EventError("revenue", "has no amount")
    if value is None:
        return None, ""
    if type(value) is str and _AMOUNT.fullmatch(value):
        value = float(value)
    if type(value) is not int and type(value) is not float:
        raise EventError("revenue", "is not a number")
    if not -MOST_REVENUE <= value <= MOST_REVENUE:
        raise EventError("revenue", f"is not between -{MOST_REVENUE:,} and {MOST_REVENUE:,}")
    return float(value), _currency(currency)


def _currency(value: Any) -> str:
    if value is None or value == "":
        return ""
    code = value.upper() if type(value) is str and len(value) == 3 else ""
    if code not in CURRENCIES:
        raise EventError("currency", "is not a code of ISO 4217 such as EUR")
    return code


def _props(given: Mapping[str, Any]) -> str:
    """As JSON text, its names in the order in which they came; empty if there are none."""
    value = given.get("props")
    if type(value) is str:
        value = _object(value, "props") if value else {}
    if not value and value in (None, {}, []):
        return ""
    if type(value) is not dict:
        raise EventError("props", "is not a JSON object")
    if len(value) > MOST_PROPS:
        raise EventError("props", f"has more than {MOST_PROPS} properties")
    text = orjson.dumps({_prop_name(name): _prop_value(each) for name, each in value.items() if each is not None})
    if len(text) > MOST_PROPS_BYTES:
        raise EventError("props", f"has more than {MOST_PROPS_BYTES:,} bytes")
    return text.decode() if text != b"{}" else ""


def _prop_name(name: str) -> str:
    if not 0 < len(name) <= LONGEST_PROP or _CONTROL.search(name):
        raise EventError("props", f"has a name that is not 1 to {LONGEST_PROP} characters")
    return name


def _prop_value(value: Any) -> str | float | bool:
    if type(value) is str:
        return value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE]
    if type(value) in (bool, int, float):
        plain: float | bool = value
        return plain
    raise EventError("props", "has a value that is no text, number or boolean")


def _object(text: str, field: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise EventError(field, "is a text that is not valid JSON") from None
