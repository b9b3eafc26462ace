"""Some web sites, with what their visitors did in the last two days."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from compose.embedded.stack import Stack
from scripts.access.settings import RecordSettings
from scripts.streams.produce import send_history
from services.generator import Generator
from services.settings import ServiceSettings
from streams.producer import BulkProducer
from systems.merchants.errors import UnknownSiteError
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM, checked_change
from systems.merchants.store import SiteStore

_DAYS = 2.0
_EVENTS = 40_000
_BY = "demonstration"


def demonstrate(_: Stack, say: Callable[[str], None]) -> None:
    """Add the sites of the stream's [demo] that are not there yet, and send their past if they came now.

    Raises WindowpaneError.
    """
    settings = ServiceSettings()
    definition = settings.definition(STREAM)
    demo = definition.demo
    names = demo.series["site"].names if demo is not None else ()
    with closing(SiteStore.open(RecordSettings().catalog_uri.get_secret_value())) as store:
        missing = [name for name in names if not _is_known(store, name)]
        for name in missing:
            store.sites.add(EVERY_SITE, checked_change(name), by=_BY)
    if missing:
        with BulkProducer(settings.kafka) as producer:
            send_history(producer, definition, Generator(definition), _DAYS, _EVENTS)
        say(f"Sent what visitors of {', '.join(missing)} did")
    say(f"{settings.url}/sites shows {len(names)} web sites")


def _is_known(store: SiteStore, name: str) -> bool:
    try:
        store.sites.get(EVERY_SITE, name)
    except UnknownSiteError:
        return False
    return True
