"""What commands about sources share: what is declared, and what is kept of it."""

from __future__ import annotations

import click

from services.source_runner import opened_store
from sources.catalogue import Catalogue, catalogue
from sources.runs.declared import Declared
from sources.settings import SourceSettings
from sources.store import SourceStore


def declared_sources() -> Catalogue:
    """All sources of the folders that the environment names."""
    return catalogue(SourceSettings().folders)


def declared_source(name: str) -> Declared:
    """One of them. Raises SourceDefinitionError, UnknownNameError."""
    return declared_sources().get(name)


def opened() -> SourceStore:
    """What is kept of sources in the home that the environment names, until the command ends."""
    store = opened_store(SourceSettings())
    click.get_current_context().call_on_close(store.close)
    return store
