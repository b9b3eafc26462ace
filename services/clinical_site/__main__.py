"""`python -m services.clinical_site --users FILE`: serve clinical sites that are made up, until told to stop."""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path

import uvicorn

from services.clinical_site.app import create_app, now
from services.clinical_site.moods import Moods
from services.clinical_site.users import Users
from systems.clinical.generator.made_site import MadeSite


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.clinical_site", description=__doc__)
    parser.add_argument("--users", type=Path, required=True, help="TOML file of users, their tokens and APIs")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8097, help="port to listen on (default: 8097)")
    parser.add_argument("--sites", default="north,south", help="names, with commas between (default: north,south)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other people (default: 1)")
    parser.add_argument("--days", type=int, default=14, help="days of the past to begin with (default: 14)")
    parser.add_argument("--changes-per-minute", type=float, default=1.0, help="of each site (default: 1)")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds before each answer (default: 0)")
    parser.add_argument("--failing", type=float, default=0.0, help="share of requests that fail, 0 to 1 (default: 0)")
    parser.add_argument("--per-second", type=float, default=None, help="requests of a user, beyond which: 429")
    return parser


def made_sites(names: str, seed: int, days: int, changes_per_minute: float) -> dict[str, MadeSite]:
    """Sites by name, whose past begins so many days ago, at midnight; not yet advanced."""
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    began = midnight - timedelta(days=days)
    return {name: MadeSite(name, seed, began, changes_per_minute) for name in names.split(",") if name}


def main() -> None:
    """Serve until told to stop."""
    asked = parser().parse_args()
    try:
        users = Users(asked.users)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{asked.users}: {error}") from None
    sites = made_sites(asked.sites, asked.seed, asked.days, asked.changes_per_minute)
    for site in sites.values():
        site.advance(now())
    moods = Moods(asked.slow, asked.failing, asked.per_second, asked.seed, time.monotonic)
    uvicorn.run(create_app(sites, users, moods), host=asked.host, port=asked.port, access_log=False)


if __name__ == "__main__":
    main()
