"""Systems that come on demand: `up --with NAME` puts their streams beside the user's own, and shows what they do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from compose.embedded.settings import CHECKOUT
from compose.embedded.stack import Stack
from streams.errors import WindowpaneError

Say = Callable[[str], None]

SYSTEMS = CHECKOUT / "systems"
KNOWN = ("clinical", "epidemic", "merchants", "students")
"""Each has a module `scripts.NAME.demonstration`."""
ON_DEMAND = "on_demand"
"""The folder of a system with the definitions that only `--with` takes."""


class UnknownSystemError(WindowpaneError):
    """There is no such system to come on demand."""


def named_systems(text: str) -> tuple[str, ...]:
    """The systems that a text names, with commas between them, each once. Raises UnknownSystemError."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in KNOWN:
            raise UnknownSystemError(f"{name!r} is no system that can be started with; choose of {', '.join(KNOWN)}")
    return names


def take(names: Iterable[str], folder: Path, say: Say) -> None:
    """Link the definitions of systems into the folder of streams, where they are not yet. Raises WindowpaneError."""
    for name in names:
        for declared in sorted((SYSTEMS / name / ON_DEMAND).glob("*.toml")):
            link = folder / declared.name
            if link.exists():
                continue
            try:
                folder.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)  # one that leads nowhere any more
                link.symlink_to(os.path.relpath(declared, folder.resolve()))
            except OSError as error:
                raise WindowpaneError(
                    f"{link} could not be made ({error}); WINDOWPANE_STREAMS names another folder"
                ) from error
            say(f"{link} declares the stream {declared.stem}")


def demonstrate(stack: Stack, names: Iterable[str], say: Say) -> None:
    """Show what systems do, once all runs. What was shown already stays as it is. Raises WindowpaneError."""
    for name in names:
        say(f"Starting the demonstration of {name}")
        # They bring the engines' clients, which no other `up` needs to load.
        import_module(f"scripts.{name}.demonstration").demonstrate(stack, say)
