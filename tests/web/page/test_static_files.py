"""Files of all pages are served as one folder, so no two have the same name."""

from __future__ import annotations

from collections import Counter

import httpx

from web.page.static_files import FOLDERS


def test_no_file_hides_another() -> None:
    names = Counter(str(path.relative_to(folder)) for folder in FOLDERS for path in folder.rglob("*") if path.is_file())
    assert [name for name, times in names.items() if times > 1] == []
    assert {"style.css", "window.js", "difference.js"} <= names.keys()


def test_static_files_are_kept_by_version(client: httpx.Client) -> None:
    page = client.get("/streams").text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(path)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/old/style.css").headers["cache-control"] == "no-cache"
