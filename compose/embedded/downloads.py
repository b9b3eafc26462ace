"""Fetches pinned files into a Maven-shaped cache: in parallel, resumable, verified.

jgo knows the repositories; it has no resume and checks SHA-1 only after the fact, so the transfer is done here:
a `.part` file grows by range requests and is renamed once its SHA-256 is the locked one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from compose.embedded.jar_cache import Advance, is_jar, missing
from compose.embedded.jars import Jar
from compose.errors import InstallError

TRANSFERS = 6
CHUNK = 1 << 20


def fetch(jars: Sequence[Jar], cache: Path, advance: Advance, repositories: Sequence[str] = ()) -> None:
    """Bring all of `jars` into `cache`; `advance(bytes)` is called from several threads as bytes arrive.

    `repositories` are addresses tried in turn; left alone, those that jgo is configured with.

    Raises:
        InstallError: a file could not be had, or is not the one that was locked.
    """
    largest_first = sorted(missing(jars, cache), key=lambda jar: -jar.size)
    repositories = repositories or _configured(cache)
    with (
        httpx.Client(follow_redirects=True, timeout=60, limits=httpx.Limits(max_connections=TRANSFERS)) as client,
        ThreadPoolExecutor(TRANSFERS) as pool,
    ):
        for done in [pool.submit(_fetch_one, client, repositories, jar, cache, advance) for jar in largest_first]:
            done.result()


def fetch_file(url: str, target: Path, size: int, sha256: str) -> None:
    """Bring one file whose size and SHA-256 are known; what came of it before is gone on with.

    Raises:
        InstallError: it could not be had, or is another.
    """
    part = target.with_name(target.name + ".part")
    try:
        with httpx.Client(follow_redirects=True, timeout=60) as client:
            _transfer(client, url, part, size, lambda _: None)
        with part.open("rb") as file:
            intact = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except httpx.HTTPError as error:
        raise InstallError(f"{target.name} could not be fetched ({type(error).__name__} {error})") from error
    if not intact:
        part.unlink()
        raise InstallError(f"{target.name} differs from the one that was pinned")
    part.rename(target)


def _configured(cache: Path) -> list[str]:
    # It takes a quarter of a second to load, which every command would wait for.
    from jgo.maven import MavenContext

    return list(MavenContext(repo_cache=cache).remote_repos.values())


def _fetch_one(client: httpx.Client, repositories: Sequence[str], jar: Jar, cache: Path, advance: Advance) -> None:
    target = cache / jar.path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    problem = "no repository is configured"
    for repository in repositories:
        try:
            _transfer(client, f"{repository}/{jar.path}", part, jar.size, advance)
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__} {error}".strip()
            continue
        if is_jar(part, jar):
            part.rename(target)
            return
        part.unlink(missing_ok=True)
        problem = "the file differs from the one that was locked"
    raise InstallError(f"{jar.file_name} could not be fetched ({problem}); run the command again to resume")


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_attempt(5),
    wait=wait_exponential(max=10),
    reraise=True,
)
def _transfer(client: httpx.Client, url: str, part: Path, size: int, advance: Advance) -> None:
    """Append what is missing to `part`; a server that ignores ranges makes it start over."""
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as response:
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if resumed else "wb") as file:
            if resumed:
                advance(have)
            for chunk in response.iter_raw(CHUNK):
                file.write(chunk)
                advance(len(chunk))
