"""Two clinical sites that are made up, and the sources that pull each of their APIs, each with a token of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import closing

from compose.embedded.secrets import write_private
from compose.embedded.stack import Stack
from services.settings import ServiceSettings
from services.source_runner import opened_store
from sources.settings import SourceSettings
from systems.clinical.generator.made_site import APIS
from systems.clinical.site_sources import site_sources

SITES = ("north", "south")
_BY = "demonstration"
_USER = '[{name}]\ntoken = "{token}"\napis = ["{site}/{api}"]\n'


def demonstrate(stack: Stack, say: Callable[[str], None]) -> None:
    """Start the sites, and what pulls them. Raises WindowpaneError."""
    settings = SourceSettings()
    _declare_sources(stack, settings)
    if not stack.layout.clinical_users.exists():
        tokens = {(site, api): secrets.token_urlsafe(32) for site in SITES for api in APIS}
        _keep(settings, tokens)
        users = [
            _USER.format(name=f"{site}_{api}", token=token, site=site, api=api) for (site, api), token in tokens.items()
        ]
        write_private(stack.layout.clinical_users, "\n".join(users))
    stack.start_services(say, ["clinical_site"])
    say(f"{ServiceSettings().url}/clinical shows what {' and '.join(SITES)} have recorded")


def _declare_sources(stack: Stack, settings: SourceSettings) -> None:
    """One file for each API of each site, in the user's own folder; those that are there stay."""
    folder = settings.folders[0]
    folder.mkdir(parents=True, exist_ok=True)
    for site in SITES:
        for name, text in site_sources("api", site, f"http://127.0.0.1:{stack.ports.clinical_site}").items():
            file = folder / f"{name}.toml"
            if not file.exists():
                file.write_text(text, "utf-8")


def _keep(settings: SourceSettings, tokens: Mapping[tuple[str, str], str]) -> None:
    with closing(opened_store(settings)) as store:
        for (site, api), token in tokens.items():
            store.secrets.put(f"{site}_{api}", token, by=_BY)
