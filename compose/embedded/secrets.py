"""Passwords and keys of a stack: generated once, kept in a file only its owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """All generated; never shown, never in a log."""

    postgres_admin: str
    postgres_password: str
    s3_access_key: str
    s3_secret_key: str
    kafka_cluster_id: str
    trino_user: str
    trino_internal: str
    operator_key: str
    trino_jwt: str
    sources_key: str

    def __repr__(self) -> str:
        return "Secrets(…)"


def load_or_make(path: Path) -> Secrets:
    """Those of this home; made at the first call, as are those that an earlier version did not know."""
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    made = Secrets(
        postgres_admin=secrets.token_hex(24),
        postgres_password=secrets.token_hex(24),
        s3_access_key=secrets.token_hex(10),
        s3_secret_key=secrets.token_hex(24),
        kafka_cluster_id=secrets.token_urlsafe(16),
        trino_user=f"windowpane-{secrets.token_hex(24)}",
        trino_internal=secrets.token_hex(48),
        operator_key=f"wpo_{secrets.token_urlsafe(32)}",
        trino_jwt=base64.b64encode(secrets.token_bytes(48)).decode(),
        sources_key=base64.b64encode(secrets.token_bytes(32)).decode(),
    )
    kept = replace(made, **known)
    if asdict(kept) != known:
        write_private(path, json.dumps(asdict(kept), indent=1))
    return kept


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600 from its first moment in one step; a power cut loses neither."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with part.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
