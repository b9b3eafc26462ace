"""How the tracking script is served, and its size."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from web.tracking.script import shrunk, tracking_script

MOST_BYTES = 2_000


def test_script_is_small() -> None:
    assert len(tracking_script().packed) <= MOST_BYTES


def test_source_and_what_is_served_can_be_read(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    path = tmp_path / "script.js"
    path.write_bytes(tracking_script().plain)
    subprocess.run([node, "--check", path], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("source", "served"),
    [
        ("// said\na = b;\n  // more\n  c = 1;\n", "a=b;c=1;"),
        ('a = "x  =  y \\" ;  z" + b;', 'a="x  =  y \\" ;  z"+b;'),
        ("const a = 1;\nif (a in b) return c;", "const a=1;if(a in b)return c;"),
        ("let a, b;\n\nfor (const x of [1]) y();", "let a,b;for(const x of[1])y();"),
    ],
)
def test_space_that_means_nothing_is_left_out(source: str, served: str) -> None:
    assert shrunk(source) == served


def test_script_is_kept_and_asked_for_again(client: httpx.Client) -> None:
    answer = client.get("/js/script.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=86400, stale-while-revalidate=604800"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in answer.headers
    again = client.get("/js/script.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/js/script.js", headers={"accept-encoding": "identity"})
    assert plain.content == answer.content == gzip.decompress(tracking_script().packed)
    assert plain.headers["etag"] == answer.headers["etag"]
