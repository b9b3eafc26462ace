"""Tries to reach what is another's: requests that name it in every way that a client can, drawn from a seed.

Each try is made twice, of another's id and of one that nobody has; whoever may not know of the first must be answered
alike. The two ids differ in their last character alone, and it is that one which is spelt oddly.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from random import Random
from urllib.parse import quote, unquote

import httpx

SPAN = [("start", "2026-03-01T00:00:00Z"), ("end", "2026-03-02T00:00:00Z")]

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Try:
    """One request. `path` is as it is sent, percent signs and all."""

    method: str
    path: str
    params: Pairs = field(default_factory=list)
    headers: Pairs = field(default_factory=list)
    body: bytes | None = None

    def sent(self, client: httpx.Client, key: str) -> httpx.Response:
        """The answer to a holder of this key."""
        query = "&".join(f"{name}={value}" for name, value in self.params)
        target = f"{self.path}?{query}" if query else self.path
        url = client.base_url.copy_with(raw_path=target.encode("ascii"))
        headers = [("authorization", f"Bearer {key}"), *self.headers]
        request = httpx.Request(self.method, url, headers=headers, content=self.body or b"")
        return client.send(request, follow_redirects=False)


def _fullwidth(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def _overlong(byte: int) -> str:
    return f"%{0xC0 | byte >> 6:02X}%{0x80 | byte & 0x3F:02X}"


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": quote,
    "percent-encoded": lambda it: it[:-1] + f"%{ord(it[-1]):02x}",
    "encoded twice": lambda it: it[:-1] + f"%25{ord(it[-1]):02x}",
    "overlong": lambda it: it[:-1] + _overlong(ord(it[-1])),
    "fullwidth": lambda it: quote(it[:-1] + _fullwidth(it[-1])),
    "upper case": lambda it: quote(it.upper()),
    "with a zero byte": lambda it: quote(it) + "%00",
    "with a line feed": lambda it: quote(it) + "%0a",
    "with a blank": lambda it: "%20" + quote(it) + "+",
    "with a dot": lambda it: quote(it) + ".",
    "with a slash": lambda it: quote(it) + "/",
    "with an encoded slash": lambda it: quote(it) + "%2f",
    "from above": lambda it: "own/../" + quote(it),
    "from above, encoded": lambda it: "own%2f%2e%2e%2f" + quote(it),
    "with parameters of the path": lambda it: quote(it) + ";x=1",
    "wildcard": lambda it: quote(it[:-1]) + "*",
    "like": lambda it: quote(it[:-1]) + "%25",
    "any character": lambda it: quote(it[:-1]) + "_",
    "in a list": lambda it: "own," + quote(it),
    "as an array": lambda it: quote(json.dumps(["own", it])),
    "as an object": lambda it: quote(json.dumps({"in": [it]})),
    "quoted": lambda it: quote(f"'{it}'"),
    "or true": lambda it: quote(f"own' or name = '{it}"),
    "union": lambda it: quote(f"own' union select '{it}'--"),
    "commented": lambda it: quote(f"{it}'/*"),
    "quoted identifier": lambda it: quote(f'"{it}"'),
    "with a joiner": lambda it: quote(f"{it[:-1]}\u200d{it[-1]}"),
    "right to left": lambda it: quote(f"\u202e{it}"),
    "expression": lambda it: quote(f"${{{it}}}"),
    "template": lambda it: quote(f"{{{{{it}}}}}"),
}
"""How an id is spelt in an address, where all else is ASCII."""

_STREAM_PATHS = (
    ("GET", "/v1/streams/{}"), ("GET", "/v1/streams/{}/window"), ("POST", "/v1/streams/{}/window"),
    ("GET", "/v1/streams/{}/series"), ("POST", "/v1/streams/{}/series"), ("GET", "/v1/streams/{}/rejected"),
    ("POST", "/v1/streams/{}/rejected"), ("POST", "/v1/streams/{}/messages"), ("GET", "/streams/{}"),
    ("GET", "/v1/streams/{}/records"), ("POST", "/v1/streams/{}/records"), ("GET", "/records/{}"),
    ("GET", "/records/{}/export"), ("GET", "/rejected/{}"), ("DELETE", "/v1/streams/{}"),
    ("OPTIONS", "/v1/streams/{}/window"),
    ("HEAD", "/v1/streams/{}"), ("HEAD", "/v1/streams/{}/window"),
)  # fmt: skip
_STREAM_PARAMS = (
    ("/", "stream"), ("/window.csv", "stream"), ("/v1/replays", "stream"), ("/v1/history", "stream"),
    ("/replays", "stream"), ("/rejected/own", "stream"), ("/v1/streams", "stream"), ("/v1/me", "stream"),
    ("/v1/grants", "stream"),
)  # fmt: skip
_HEADERS = (
    "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host", "X-Forwarded-For", "X-Windowpane-Operator", "X-Trino-User",
    "X-Http-Method-Override", "Forwarded", "X-Real-Ip", "X-Forwarded-Prefix", "Referer", "From",
)  # fmt: skip
_COOKIES = ("windowpane", "__Host-windowpane", "windowpane-as", "__Host-windowpane-as", "user", "stream")


def stream_try(random: Random, name: str) -> Try:
    """A stream of somebody else's."""
    spelt = random.choice([*SPELLINGS.values()])(name)
    kind = random.randrange(8)
    if kind < 4:
        method, path = random.choice(_STREAM_PATHS)
        asked = [*SPAN] if path.endswith(("window", "series", "rejected", "records")) else []
        asked += [("step", "hour")] if path.endswith("series") else []
        body = _asked_body(random, path, name) if method == "POST" else None
        return Try(method, path.format(spelt), [] if body else asked, [*_json(body)], body)
    if kind == 4:
        path, parameter = random.choice(_STREAM_PARAMS)
        given = [(parameter, "own"), (parameter, spelt)]
        random.shuffle(given)
        return Try("GET", path, [*random.choice((given, given[:1], [(parameter, spelt)])), *SPAN])
    if kind == 5:
        headers = [(random.choice(_HEADERS), _header(name, random)), ("cookie", f"{random.choice(_COOKIES)}={name}")]
        return Try("GET", "/v1/streams/own/window", [*SPAN, ("stream", spelt)], headers)
    if kind == 6:
        grant = {"subject": f"user:{name}", "stream": name, "can": ["ask"], "where": {}, "hide": []}
        body = json.dumps(grant).encode()
        return Try("POST", random.choice(("/v1/grants", "/v1/keys", "/v1/users")), [], [*_json(body)], body)
    return Try("GET", random.choice(("/v1/openapi.json", "/docs/api", "/streams", "/v1/me")), [("stream", spelt)])


def row_try(random: Random, value: str) -> Try:
    """Rows of somebody else's, in a stream of which one may see some."""
    spelt = random.choice([*SPELLINGS.values()])(value)
    path, more = random.choice(
        [
            ("window", []),
            ("series", [("step", "day")]),
            ("window", [("limit", "10")]),
            ("window", [("quantiles", "0.5")]),
        ]
    )
    asked = [*SPAN, *more]
    given = [("site", spelt)] * random.randrange(1, 4)
    given += random.choice(([], [("site", "mine.example")], [("by", "site")], [("by", "")], [("path", "/")]))
    random.shuffle(given)
    kind = random.randrange(6)
    if kind == 0:
        names: dict[str, object] = {"site": [value, "mine.example"], "start": SPAN[0][1], "end": SPAN[1][1]}
        name, odd = random.choice(
            (("step", "day"), ("by", ["site"]), ("site", {"not": value}), ("site", value), ("site", [[value]]))
        )
        names[name] = odd
        body = json.dumps(names).encode()
        return Try("POST", f"/v1/streams/common/{path}", [], [*_json(body)], body)
    if kind == 1:
        return Try("GET", random.choice(("/", "/window.csv")), [("stream", "common"), ("where.site", spelt), *asked])
    if kind == 2:
        change = random.choice((("changed_since", SPAN[0][1]), ("as_known_at", SPAN[1][1]), ("after", spelt)))
        return Try("GET", "/v1/streams/common/window", [*asked[:2], *given, change])
    if kind == 3:
        return Try(
            "GET", "/", [("stream", "common"), ("kept", quote(f"site={value}")), ("draw", f'["{spelt}"]'), *asked]
        )
    return Try("GET", f"/v1/streams/common/{path}", [*asked, *given])


def field_try(random: Random, name: str) -> Try:
    """A name of a stream that is hidden."""
    spelt = random.choice([*SPELLINGS.values()])(name)
    use = random.choice(
        (("by", spelt), (spelt, "x"), ("measure", spelt), ("sort", spelt), ("where." + spelt, "x"), ("fields", spelt),
         ("quantiles", spelt), ("by", f"path,{spelt}"))
    )  # fmt: skip
    path = random.choice(("/v1/streams/partly/window", "/v1/streams/partly/series", "/", "/window.csv"))
    more = [("step", "day")] if path.endswith("series") else []
    more += [("stream", "partly")] if not path.startswith("/v1") else []
    if random.random() < 0.2:
        names = {"start": SPAN[0][1], "end": SPAN[1][1], **random.choice(({"by": [name]}, {name: "x"}, {name: ["x"]}))}
        body = json.dumps(names).encode()
        return Try("POST", "/v1/streams/partly/window", [], [*_json(body)], body)
    return Try("GET", path, [*SPAN, *more, use])


def subject_try(random: Random, name: str) -> Try:
    """A user, key, grant, session or replay of somebody else's."""
    spelt = random.choice([*SPELLINGS.values()])(name)
    method, path = random.choice(
        (("GET", "/v1/users/{}"), ("PATCH", "/v1/users/{}"), ("DELETE", "/v1/users/{}"), ("GET", "/v1/users"),
         ("POST", "/v1/users/{}/invitation"), ("DELETE", "/v1/keys/{}"), ("POST", "/v1/keys/{}/rotate"),
         ("DELETE", "/v1/grants/{}"), ("DELETE", "/v1/sessions/{}"), ("GET", "/v1/replays/{}"), ("GET", "/replays/{}"),
         ("GET", "/admin/users/{}"), ("GET", "/v1/keys"), ("POST", "/v1/keys"), ("POST", "/v1/see-as"),
         ("GET", "/v1/grants"), ("GET", "/invitation/{}"))
    )  # fmt: skip
    params = [] if "{}" in path else [(random.choice(("user", "search", "subject", "after")), spelt)]
    body = json.dumps({"user": name, "name": "mine", "subject": f"user:{name}"}).encode() if method == "POST" else None
    return Try(method, path.format(spelt), params, [*_json(body)], body)


def answer_of(response: httpx.Response, *ids: str) -> tuple[int, dict[str, str], str]:
    """What an answer tells: status, headers and body, without what differs each time, the ids all written alike."""
    told = {
        name: _alike(value, ids)
        for name, value in response.headers.items()
        if name not in _EACH_TIME and not name.startswith(("ratelimit", "x-ratelimit"))
    }
    return response.status_code, told, _alike(response.text, ids)


_EACH_TIME = {"date", "x-request-id", "server-timing", "content-length", "etag", "retry-after"}
_CHANGES = re.compile(r"[0-9a-f]{64}|\d{4}-\d\d-\d\d[t ]\d\d:\d\d[0-9:.]*z?|rev=\d+")


_ESCAPED = re.compile(r"\\+u20(?:0d|2e)")


def _alike(text: str, ids: tuple[str, ...]) -> str:
    plain = unicodedata.normalize("NFKC", unquote(unquote(unescape(text)))).casefold()
    plain = "".join(each for each in _ESCAPED.sub("", plain) if unicodedata.category(each) != "Cf")
    for each in ids:
        plain = plain.replace(each.casefold(), "the-id")
    return _CHANGES.sub("…", plain)


def _asked_body(random: Random, path: str, name: str) -> bytes:
    if path.endswith("messages"):
        return b'{"site": "mine.example", "path": "/", "time": "2026-03-01T10:17:02Z"}'
    asked: dict[str, object] = dict(SPAN)
    asked |= random.choice(({}, {"stream": name}, {"by": [name]}, {"site": [name]}, {"by": [[name]]}, {name: name}))
    return json.dumps(asked).encode()


def _json(body: bytes | None) -> Pairs:
    return [] if body is None else [("content-type", "application/json")]


def _header(name: str, random: Random) -> str:
    return random.choice((name, f"/v1/streams/{name}/window", f"for={name}", f"http://{name}/", f"user:{name}"))
